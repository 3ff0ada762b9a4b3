'use client';

import { useRef, useState } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Dialog } from '#ui/controls/dialog-lazy.tsx';
import { Field } from '#ui/controls/field.tsx';
import { Problem } from '#ui/controls/problem.tsx';

/** An empty list looks like less and lets through the most: a question, with a reason, as for switching something on. */
export function EverythingDialog(props: {
	tenant: string;
	busy: boolean;
	error: unknown;
	onSave: (reason: string) => void;
	onClose: () => void;
}) {
	const [reason, setReason] = useState('');
	const [missing, setMissing] = useState(false);
	const field = useRef<HTMLInputElement>(null);
	const submit = () => {
		if (props.busy) return;
		if (reason.trim() === '') {
			setMissing(true);
			field.current?.focus();
			return;
		}
		props.onSave(reason.trim());
	};
	return (
		<Dialog
			title={`Let writes from ${props.tenant} go everywhere?`}
			onClose={props.onClose}
			foot={
				<>
					<Button onPress={props.onClose}>Keep the list</Button>
					<Button look="primary" blocked={props.busy} onPress={submit}>
						Empty the list
					</Button>
				</>
			}
		>
			<p className="sub">
				Without any entry nothing is narrowed: a write may go to every repository that the GitHub credential reaches.
			</p>
			<form
				onSubmit={(event) => {
					event.preventDefault();
					submit();
				}}
			>
				<Field
					label="Reason"
					help="Kept with the change in the audit log."
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
			{props.error ? <Problem error={props.error} what="The targets could not be saved" /> : null}
		</Dialog>
	);
}
