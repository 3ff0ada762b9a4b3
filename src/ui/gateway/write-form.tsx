'use client';

import type { UseFormReturnType } from '@mantine/form';
import { type Ref, useState } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Dialog } from '#ui/controls/dialog-lazy.tsx';
import { Field } from '#ui/controls/field.tsx';
import { Keys } from '#ui/controls/keys.tsx';
import { Segmented } from '#ui/controls/segmented.tsx';
import { grouped } from '#ui/words.ts';
import { LabelsField } from './labels-field.tsx';
import { TargetsHint } from './targets-hint.tsx';
import { bodyLimit, codePoints, labelsOf, tagOf, titleLimit, type WriteKind, type WriteValues } from './writes.ts';

export type WriteFormState = UseFormReturnType<WriteValues>;

const kinds = [
	{ value: 'issue', label: 'Issue' },
	{ value: 'comment', label: 'Comment' },
	{ value: 'labels', label: 'Labels' },
] as const;

const headings: Readonly<Record<WriteKind, string>> = {
	issue: 'Create an issue',
	comment: 'Comment on an issue',
	labels: 'Set the labels of an issue',
};

const counted = (text: string, limit: number) => `${grouped(codePoints(text))} of ${grouped(limit)}`;

function ClearDialog({ onKeep, onClear }: { onKeep: () => void; onClear: () => void }) {
	return (
		<Dialog
			title="Clear what you typed?"
			onClose={onKeep}
			foot={
				<>
					<Button onPress={onKeep}>Keep it</Button>
					<Button look="danger" onPress={onClear}>
						Clear the form
					</Button>
				</>
			}
		>
			<p className="sub">The text is kept nowhere else.</p>
		</Dialog>
	);
}

/** What is to be written. The text is kept through refusals, reloads and sign-ins. */
export function WriteForm(props: {
	form: WriteFormState;
	kind: WriteKind;
	onKind: (kind: WriteKind) => void;
	/** Why the panel cannot be opened now; undefined when it can. */
	blocked: string | undefined;
	onOpen: () => void;
	onClear: () => void;
	openRef: Ref<HTMLButtonElement>;
}) {
	const { form, kind } = props;
	const [clearing, setClearing] = useState(false);
	const { values, errors } = form;
	const heading = headings[kind];
	const written = values.body !== '' || values.title !== '' || labelsOf(values).length > 0;
	const text = (name: Exclude<keyof WriteValues, 'labels'>) => ({
		value: values[name],
		name,
		onChange: (event: { currentTarget: { value: string } }) => form.setFieldValue(name, event.currentTarget.value),
	});
	return (
		<form
			className="card"
			aria-label={heading}
			noValidate
			onSubmit={(event) => {
				event.preventDefault();
				props.onOpen();
			}}
		>
			<div className="card__head">
				<h2>{heading}</h2>
				<span className="tag">{tagOf(kind)}</span>
				<span className="push">
					<Segmented label="What to write" value={kind} options={kinds} onChange={props.onKind} />
				</span>
			</div>
			<div className="card__body stack">
				<div className={kind === 'issue' ? 'grid2' : 'grid3'}>
					<Field label="Owner" error={errors.owner}>
						{(ids) => <input className="in mono" autoComplete="off" spellCheck={false} {...text('owner')} {...ids} />}
					</Field>
					<Field label="Repository" error={errors.repo}>
						{(ids) => <input className="in mono" autoComplete="off" spellCheck={false} {...text('repo')} {...ids} />}
					</Field>
					{kind !== 'issue' ? (
						<Field label="Issue number" error={errors.number}>
							{(ids) => (
								<input className="in mono" inputMode="numeric" autoComplete="off" {...text('number')} {...ids} />
							)}
						</Field>
					) : null}
				</div>
				<TargetsHint owner={values.owner.trim()} repo={values.repo.trim()} />
				{kind === 'labels' ? <LabelsField form={form} /> : null}
				{kind === 'issue' ? (
					<Field label="Title" error={errors.title} count={counted(values.title, titleLimit)}>
						{(ids) => <input className="in" autoComplete="off" {...text('title')} {...ids} />}
					</Field>
				) : null}
				{kind === 'labels' ? null : (
					<Field
						label="Body, in Markdown"
						error={errors.body}
						count={counted(values.body, bodyLimit)}
						help="A footer naming the approver, and a hidden marker, are added when it is written."
					>
						{(ids) => <textarea className="in mono" rows={8} {...text('body')} {...ids} />}
					</Field>
				)}
			</div>
			<div className="card__foot">
				<Button
					type="submit"
					look={props.blocked ? 'plain' : 'primary'}
					blocked={props.blocked !== undefined}
					describedBy={props.blocked ? 'open-blocked' : undefined}
					ref={props.openRef}
				>
					Open propose panel
				</Button>
				{props.blocked ? (
					<span className="small dim" id="open-blocked">
						{props.blocked}
					</span>
				) : (
					<>
						<Button look="quiet" onPress={() => (written ? setClearing(true) : props.onClear())}>
							Clear
						</Button>
						<span className="tiny dim hide-s">Nothing is sent until you approve</span>
						<span className="push">
							<Keys keys={['mod', '↵']} />
						</span>
					</>
				)}
			</div>
			{clearing ? (
				<ClearDialog
					onKeep={() => setClearing(false)}
					onClear={() => {
						setClearing(false);
						props.onClear();
					}}
				/>
			) : null}
		</form>
	);
}
