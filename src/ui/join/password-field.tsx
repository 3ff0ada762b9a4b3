'use client';

import { type RefObject, useState } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Field } from '#ui/controls/field.tsx';

/** A password that can be looked at while it is typed. It stays in the input: no state of the page holds it. */
export function PasswordField(props: {
	label: string;
	help: string;
	error: string | undefined;
	autoComplete: 'new-password' | 'current-password';
	input: RefObject<HTMLInputElement | null>;
	onInput: () => void;
}) {
	const [shown, setShown] = useState(false);
	return (
		<Field label={props.label} help={props.help} error={props.error}>
			{(ids) => (
				<span className="row">
					<input
						className="in"
						type={shown ? 'text' : 'password'}
						autoComplete={props.autoComplete}
						autoCapitalize="off"
						spellCheck={false}
						maxLength={128}
						required
						{...ids}
						ref={props.input}
						onInput={props.onInput}
					/>
					<Button onPress={() => setShown(!shown)}>
						{shown ? 'Hide' : 'Show'}
						<span className="vh"> the password</span>
					</Button>
				</span>
			)}
		</Field>
	);
}
