'use client';

import { useForm } from '@mantine/form';
import { IconArrowRight } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { call } from '#api/client';
import { Button } from '#ui/controls/button.tsx';
import { useWait, WaitWords } from '#ui/controls/countdown.tsx';
import { Field } from '#ui/controls/field.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { JoinedNote, useJoined } from '#ui/join/joined-note.tsx';
import { useSandbox } from '#ui/providers.tsx';
import { Brand } from '#ui/shell/brand.tsx';
import { SandboxBadge } from '#ui/shell/topbar.tsx';
import { safeNext } from './destination.ts';

const demoAccounts = [
	{ email: 'admin@demo.local', name: 'Ada Lind', initials: 'AL', role: 'ADMIN', does: 'Approves and executes' },
	{ email: 'member@demo.local', name: 'Ben Ochoa', initials: 'BO', role: 'MEMBER', does: 'Proposes and previews' },
	{ email: 'auditor@demo.local', name: 'Iris Kwan', initials: 'IK', role: 'AUDITOR', does: 'Reads, verifies, exports' },
] as const;

type Failure =
	| { readonly kind: 'wrong' | 'offline' | 'broken' }
	| { readonly kind: 'limited'; readonly seconds: number };

/** better-auth's own route and shapes: the session comes as an HttpOnly cookie, so nothing of it is seen here. */
async function signIn(email: string, password: string): Promise<Failure | undefined> {
	try {
		const answer = await fetch('/api/auth/sign-in/email', {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ email, password }),
		});
		if (answer.ok) return undefined;
		if (answer.status === 429) {
			const after = answer.headers.get('retry-after') ?? answer.headers.get('x-retry-after');
			return { kind: 'limited', seconds: Number(after) || 60 };
		}
		return { kind: answer.status < 500 ? 'wrong' : 'broken' };
	} catch {
		return { kind: 'offline' };
	}
}

function wordsOf(failure: Failure, when: string | undefined): string | undefined {
	switch (failure.kind) {
		case 'wrong':
			return 'E-mail or password is not right.';
		case 'limited':
			return when && `Too many tries. Ready again ${when}.`;
		case 'offline':
			return 'The portal did not answer. Check the connection and try again.';
		case 'broken':
			return 'The portal could not check this right now. Try again in a moment.';
	}
}

function DemoAccounts({ onPick }: { onPick: (email: string) => void }) {
	return (
		<section className="card card--sandbox" aria-labelledby="demo">
			<div className="card__head">
				<SandboxBadge short />
				<h2 id="demo">Look around as</h2>
			</div>
			<div className="card__body stack stack--8">
				{demoAccounts.map((account) => (
					<button
						key={account.email}
						type="button"
						className="tenant tenant--big"
						onClick={() => onPick(account.email)}
					>
						<span className="glyph glyph--round glyph--36" aria-hidden="true">
							{account.initials}
						</span>
						<span className="grow">
							<span className="med">{account.name}</span> <span className="role">{account.role}</span>
							<small>{account.does}</small>
						</span>
						<Icon of={IconArrowRight} />
					</button>
				))}
				<p className="tiny dim">
					Only on this machine. Writes go to a built-in GitHub. The password was printed where the portal was started.
				</p>
			</div>
		</section>
	);
}

export function SignIn({ next }: { next: string | undefined }) {
	const sandbox = useSandbox();
	const password = useRef<HTMLInputElement>(null);
	const [busy, setBusy] = useState(false);
	const [failure, setFailure] = useState<Failure>();
	const wait = useWait(failure?.kind === 'limited' ? failure.seconds : undefined, undefined, failure);
	const form = useForm({ initialValues: { email: '', password: '' } });
	const over = failure?.kind === 'limited' && wait.left === 0;
	const error = failure && !over ? <WaitWords wait={wait} words={(when) => wordsOf(failure, when)} /> : undefined;
	const joined = useJoined();
	// biome-ignore lint/correctness/useExhaustiveDependencies: the form is not what decides when
	useEffect(() => {
		if (joined) form.setFieldValue('email', joined.email);
	}, [joined]);

	const submit = form.onSubmit(async (values) => {
		if (busy || wait.left > 0) return;
		setBusy(true);
		const failed = await signIn(values.email.trim(), values.password);
		if (failed) {
			setFailure(failed);
			setBusy(false);
			password.current?.select();
			return;
		}
		const wanted = safeNext(next, location.origin);
		const tenant = wanted ? undefined : (await call('GET /api/me', {}).catch(() => undefined))?.memberships[0]?.tenant;
		// A full load: nothing that was read before the session began stays in memory.
		location.assign(wanted ?? (tenant ? `/t/${tenant}/admin/mcp` : '/'));
	});

	return (
		<main className="lone">
			<div className="stack stack--24 lone__box">
				<div className="stack stack--8">
					<Brand />
					<h1 className="h1--24">Sign in</h1>
					<p className="sub">Agents propose. People approve. Every write leaves proof.</p>
				</div>
				{joined ? <JoinedNote joined={joined} /> : null}
				{sandbox && !joined ? (
					<>
						<DemoAccounts
							onPick={(email) => {
								form.setFieldValue('email', email);
								password.current?.focus();
							}}
						/>
						<p className="or tiny dim">or with e-mail</p>
					</>
				) : null}
				<form className="stack" aria-label="Sign in with e-mail" onSubmit={submit} noValidate>
					<Field label="E-mail">
						{(ids) => (
							<input
								className="in"
								type="email"
								autoComplete="username"
								required
								{...ids}
								{...form.getInputProps('email')}
							/>
						)}
					</Field>
					<Field label="Password" error={error}>
						{(ids) => (
							<input
								className="in"
								type="password"
								autoComplete="current-password"
								required
								{...ids}
								{...form.getInputProps('password')}
								aria-invalid={ids['aria-invalid']}
								aria-describedby={ids['aria-describedby']}
								ref={password}
							/>
						)}
					</Field>
					<Button type="submit" look="primary" blocked={busy || wait.left > 0}>
						{busy ? (
							'Signing in…'
						) : (
							<span>
								<WaitWords wait={wait} words={(when) => (when ? `Sign in, ${when}` : 'Sign in')} />
							</span>
						)}
					</Button>
					<p className="vh" role="status">
						{error}
					</p>
				</form>
			</div>
		</main>
	);
}
