'use client';

import { type ReactNode, useRef, useState } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Dialog } from '#ui/controls/dialog-lazy.tsx';
import { Field } from '#ui/controls/field.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { nameInSentence, type Switch, useSwitch } from './switches.ts';

function becomesPossible(which: Switch): string {
	switch (which.flag) {
		case 'agentDispatchEnabled':
			return 'Approved writes will be carried out.';
		case 'mcp.gateway':
			return 'Writes can be proposed and executed, where agent dispatch is on.';
		case 'mcp.execute-tokens':
			return 'An ADMIN can mint a token that approves and executes, for 24 hours at most.';
	}
}

/** On is a question: says what becomes possible, and needs a reason. */
export function SwitchOnDialog(props: { tenant: string; which: Switch; since?: ReactNode; onClose: () => void }) {
	const [reason, setReason] = useState('');
	const [missing, setMissing] = useState(false);
	const field = useRef<HTMLInputElement>(null);
	const put = useSwitch(props.tenant);
	const name = nameInSentence(props.which.flag);
	const where = props.which.scope === 'global' ? 'everywhere' : `in ${props.tenant}`;
	const submit = () => {
		if (reason.trim() === '') {
			setMissing(true);
			field.current?.focus();
			return;
		}
		put.mutate({ which: props.which, enabled: true, reason: reason.trim() }, { onSuccess: props.onClose });
	};
	return (
		<Dialog
			title={`Switch ${name} on ${where}?`}
			onClose={props.onClose}
			foot={
				<>
					<Button onPress={props.onClose}>Keep it off</Button>
					<Button look="primary" blocked={put.isPending} onPress={submit}>
						Switch on
					</Button>
				</>
			}
		>
			<p className="sub">
				{becomesPossible(props.which)} {props.since}
			</p>
			<form
				onSubmit={(event) => {
					event.preventDefault();
					submit();
				}}
			>
				<Field
					label="Reason"
					help="Kept with the change. Others see it here."
					error={missing && reason.trim() === '' ? 'Say why. The next reader will ask.' : undefined}
				>
					{(ids) => (
						<input
							className="in"
							{...ids}
							ref={field}
							value={reason}
							maxLength={500}
							autoComplete="off"
							onChange={(event) => setReason(event.currentTarget.value)}
						/>
					)}
				</Field>
			</form>
			{put.error ? <Problem error={put.error} what="It could not be switched on" /> : null}
		</Dialog>
	);
}
