'use client';

import { type Ref, useState } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Field } from '#ui/controls/field.tsx';
import { useSay } from '#ui/controls/live.tsx';
import { entriesIn, entriesLimit, isEntry, sameEntry } from './allow.ts';

/** Why these cannot be added, or undefined. */
function wrongWith(entries: readonly string[], present: readonly string[]): string | undefined {
	if (entries.length === 0) return 'Type a repository such as acme/payments-api, or acme/* for all of an owner’s.';
	const bad = entries.find((entry) => !isEntry(entry));
	if (bad !== undefined) {
		const words = [...bad].length > 60 ? `${[...bad].slice(0, 60).join('')}…` : bad;
		return `“${words}” is neither owner/repo nor owner/*.`;
	}
	const twice = entries.find((entry) => present.some((one) => sameEntry(one, entry)));
	if (twice !== undefined) return `${twice} is in the list already.`;
	return present.length + entries.length > entriesLimit ? `The list holds ${entriesLimit} at most.` : undefined;
}

/** Adds to the list on this page; nothing is changed before it is saved. Several can be pasted at once. */
export function AddTarget(props: {
	present: readonly string[];
	onAdd: (entries: readonly string[]) => void;
	inputRef: Ref<HTMLInputElement>;
}) {
	const say = useSay();
	const [text, setText] = useState('');
	const [wrong, setWrong] = useState<string>();
	const submit = () => {
		const entries = entriesIn(text).filter(
			(entry, index, all) => all.findIndex((other) => sameEntry(other, entry)) === index,
		);
		const problem = wrongWith(entries, props.present);
		setWrong(problem);
		if (problem !== undefined) return;
		props.onAdd(entries);
		setText('');
		say(`Added: ${entries.join(', ')}. Not saved yet.`);
	};
	return (
		<form
			noValidate
			className="card__body add-target"
			onSubmit={(event) => {
				event.preventDefault();
				submit();
			}}
		>
			<Field
				label="Add a target"
				error={wrong}
				help={
					<span>
						<span className="mono">owner/repo</span>, or <span className="mono">owner/*</span> for every repository of
						an owner. Letter case does not matter.
					</span>
				}
			>
				{(ids) => (
					<div className="row">
						<input
							className="in mono"
							autoComplete="off"
							autoCapitalize="off"
							spellCheck={false}
							placeholder="acme/payments-api"
							{...ids}
							ref={props.inputRef}
							value={text}
							onChange={(event) => {
								setText(event.currentTarget.value);
								setWrong(undefined);
							}}
						/>
						<Button type="submit">Add</Button>
					</div>
				)}
			</Field>
		</form>
	);
}
