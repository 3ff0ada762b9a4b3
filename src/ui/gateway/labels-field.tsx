'use client';

import { useState } from 'react';
import { Field } from '#ui/controls/field.tsx';
import { TagInput } from '#ui/controls/tag-input.tsx';
import { isInQuotes, labelsLimit, namesIn, withNames } from './label-input.ts';
import { MarkedText } from './marked-text.tsx';
import type { WriteFormState } from './write-form.tsx';

/** The labels that an issue shall have: all of them, since the write replaces the set. */
export function LabelsField({ form }: { form: WriteFormState }) {
	const { labels, label } = form.values;
	const [twice, setTwice] = useState<readonly string[]>([]);
	const set = (next: readonly string[], text: string) => {
		form.setValues({ labels: next, label: text });
		form.clearFieldError('labels');
	};
	const add = (names: readonly string[]) => {
		const added = withNames(labels, names);
		setTwice(added.twice);
		set(added.labels, '');
	};
	return (
		<Field
			label="Labels that the issue shall have"
			error={form.errors.labels}
			count={`${labels.length} of ${labelsLimit}`}
			help={
				<span>
					Enter or a comma adds one; a name with a comma goes in quotes. The write replaces the set: the preview shows
					what stands there now, and what would be added and removed.
					{twice.length > 0 ? (
						<b className="med">
							{' '}
							{twice.map((name) => `“${name}”`).join(', ')} {twice.length === 1 ? 'is' : 'are'} in the list already.
						</b>
					) : null}
				</span>
			}
		>
			{(ids) => (
				<TagInput
					ids={ids}
					listLabel="Labels"
					placeholder="bug, triage"
					values={labels}
					text={label}
					namesIn={namesIn}
					isInName={isInQuotes}
					shown={(name) => <MarkedText text={name} spans={[]} spaces />}
					onText={(text) => {
						setTwice([]);
						set(labels, text);
					}}
					onAdd={add}
					onRemove={(name) => {
						setTwice([]);
						set(
							labels.filter((one) => one !== name),
							label,
						);
					}}
				/>
			)}
		</Field>
	);
}
