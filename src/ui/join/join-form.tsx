'use client';

import { IconKey } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { call } from '#api/client';
import { Alert } from '#ui/controls/alert.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Field } from '#ui/controls/field.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { failureOf, type JoinFailure, missingOf } from './failure.ts';
import { handOver } from './handover.ts';
import { PasswordField } from './password-field.tsx';

const fieldErrors = (failure: JoinFailure | undefined) => (failure?.kind === 'fields' ? failure : undefined);

/** Name and password for a link. The secret goes into one request body and nowhere else. */
export function JoinForm({ secret, onDead }: { secret: string; onDead: (detail: string) => void }) {
	const nameInput = useRef<HTMLInputElement>(null);
	const passwordInput = useRef<HTMLInputElement>(null);
	const [name, setName] = useState('');
	const [busy, setBusy] = useState(false);
	const [failure, setFailure] = useState<JoinFailure>();
	/** How often the portal has said that the address has an account: the second time, the password was wrong. */
	const [accountTold, setAccountTold] = useState(0);
	const hasAccount = accountTold > 0;

	const fail = (failed: JoinFailure) => {
		setFailure(failed);
		// After the fields have been drawn anew: the one for the name may be gone.
		setTimeout(() => {
			if (failed.kind === 'account') passwordInput.current?.select();
			if (failed.kind === 'fields') (failed.name === undefined ? passwordInput : nameInput).current?.focus();
		});
	};

	const submit = async () => {
		if (busy) return;
		const password = passwordInput.current?.value ?? '';
		const missing = missingOf({ name, password });
		if (missing.name !== undefined || missing.password !== undefined) {
			return fail({ kind: 'fields', name: missing.name, password: missing.password });
		}
		setBusy(true);
		try {
			const joined = await call('POST /api/join', { body: { secret, name: name.trim(), password } });
			handOver(joined);
			// A full load: nothing of the password or the link stays in memory.
			location.assign(
				joined.tenant === null ? '/sign-in' : `/sign-in?next=${encodeURIComponent(`/t/${joined.tenant}`)}`,
			);
		} catch (error) {
			const failed = failureOf(error);
			if (failed.kind === 'dead') return onDead(failed.detail);
			if (failed.kind === 'account') setAccountTold(accountTold + 1);
			setBusy(false);
			fail(failed);
		}
	};

	/** What is being mended is no longer told to be wrong. */
	const mended = (field: 'name' | 'password') => {
		if (failure?.kind === 'fields') setFailure({ ...failure, [field]: undefined });
	};
	const wrongPassword = accountTold > 1 && failure?.kind === 'account';
	return (
		<form
			className="stack"
			aria-label="Join with this link"
			noValidate
			onSubmit={(event) => {
				event.preventDefault();
				void submit();
			}}
		>
			{hasAccount ? (
				<Alert tone="info" icon={IconKey} title="This address has an account: give its password">
					<p>The link was made for an e-mail address that signs in here already. Its name and password stay.</p>
				</Alert>
			) : (
				<p className="sub">
					You were sent a link to this portal. Set your name and a password. Then sign in with your e-mail address and
					that password.
				</p>
			)}
			{hasAccount ? null : (
				<Field label="Your name" help="Others see it beside what you do." error={fieldErrors(failure)?.name}>
					{(ids) => (
						<input
							className="in"
							autoComplete="name"
							maxLength={100}
							required
							{...ids}
							ref={nameInput}
							value={name}
							onChange={(event) => {
								setName(event.currentTarget.value);
								mended('name');
							}}
						/>
					)}
				</Field>
			)}
			<PasswordField
				label={hasAccount ? 'Password of your account' : 'Password'}
				help={hasAccount ? 'The one that you sign in with.' : '12 characters or more. A sentence will do.'}
				error={wrongPassword ? 'This is not the password of that account.' : fieldErrors(failure)?.password}
				autoComplete={hasAccount ? 'current-password' : 'new-password'}
				input={passwordInput}
				onInput={() => mended('password')}
			/>
			<Button type="submit" look="primary" blocked={busy}>
				{busy ? 'Joining…' : 'Join'}
			</Button>
			{failure?.kind === 'other' ? <Problem error={failure.error} what="The link could not be used" /> : null}
			<p className="vh" role="status">
				{failure?.kind === 'account' ? 'This address has an account: give its password.' : ''}
			</p>
		</form>
	);
}
