'use client';

import { IconPlugConnectedX } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { ProblemError } from '#api/client';
import { Alert } from '#ui/controls/alert.tsx';
import { Button } from '#ui/controls/button.tsx';
import { Field } from '#ui/controls/field.tsx';
import { useSay } from '#ui/controls/live.tsx';
import { Problem, SmallPrint } from '#ui/controls/problem.tsx';
import { useHere } from '#ui/tenant.tsx';
import { useCredentialActions } from './credential.ts';

/** Takes a paste, never shows it, and leaves nothing of it in the page once it was sent. */
export function TokenForm({ replacing, onDone }: { replacing: boolean; onDone?: () => void }) {
	const { tenant } = useHere();
	const { set } = useCredentialActions(tenant);
	const say = useSay();
	const input = useRef<HTMLInputElement>(null);
	const [missing, setMissing] = useState(false);
	useEffect(() => {
		if (replacing) input.current?.focus();
	}, [replacing]);

	const submit = async () => {
		const token = input.current?.value.trim() ?? '';
		setMissing(token === '');
		if (token === '' || set.isPending) return input.current?.focus();
		if (input.current) input.current.value = '';
		try {
			const { testedAt } = await set.mutateAsync(token);
			say(testedAt === null ? 'The credential is sealed, not tested yet.' : 'The credential is tested and sealed.');
			onDone?.();
		} catch {
			// set.error stands in the form
			input.current?.focus();
		}
	};
	const problem = set.error instanceof ProblemError ? set.error : undefined;
	const rejected = problem?.code === 'credential_rejected' ? problem : undefined;
	const untested =
		problem?.code === 'provider_unreachable' || problem?.code === 'provider_not_configured' ? problem : undefined;
	const verb = replacing ? 'Replace' : 'Set';
	return (
		<section className="card" aria-labelledby="token-form">
			<div className="card__head">
				<h2 id="token-form" tabIndex={-1}>
					{verb} the GitHub credential
				</h2>
			</div>
			<form
				onSubmit={(event) => {
					event.preventDefault();
					void submit();
				}}
			>
				<div className="card__body stack">
					<Field
						label="New token"
						help="A fine-grained token of a bot account, with write access to issues and nothing else."
						error={
							missing ? 'Paste a token.' : rejected ? `${rejected.detail} Paste it again, or another one.` : undefined
						}
					>
						{(ids) => (
							<input
								className="in mono in--token"
								type="password"
								autoComplete="off"
								spellCheck={false}
								maxLength={512}
								{...ids}
								ref={input}
							/>
						)}
					</Field>
					<p className="small sub">
						It is tested first.{' '}
						{replacing
							? 'If the test fails, or GitHub cannot be asked, the present one stays. The next write uses the new one; a write already sent is not affected.'
							: 'If the test fails, nothing is kept. If GitHub cannot be asked, it is kept, not tested yet.'}
					</p>
					{untested ? (
						<Alert tone="note" icon={IconPlugConnectedX} title="Not tested, so not stored" assertive>
							<p>{untested.detail}</p>
							<SmallPrint error={untested} />
						</Alert>
					) : set.error && !rejected ? (
						<Problem error={set.error} what="The credential could not be set" />
					) : null}
				</div>
				<div className="card__foot">
					<Button type="submit" look="primary" blocked={set.isPending}>
						{set.isPending ? 'Testing…' : replacing ? 'Test and replace' : 'Test and set'}
					</Button>
					{onDone ? <Button onPress={onDone}>Cancel</Button> : null}
				</div>
			</form>
		</section>
	);
}
