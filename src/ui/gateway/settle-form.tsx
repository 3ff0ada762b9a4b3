'use client';

import { IconAlertTriangle } from '@tabler/icons-react';
import { type Ref, useId } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Field } from '#ui/controls/field.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { Moment } from '#ui/controls/time.tsx';
import { useHere, usePrereqs } from '#ui/tenant.tsx';
import { ArtifactLink } from './artifact-link.tsx';
import type { Execution } from './executions.ts';
import { isLabels } from './looks.ts';
import { targetText } from './proposal.ts';
import { type Finding, type Wrong, whatAbsenceTakes } from './settle.ts';

function WhatIsKnown({ execution }: { execution: Execution }) {
	return (
		<>
			<p className="sub">
				{execution.reason ? `${execution.reason} ` : ''}
				{execution.who} approved it; it was sent <Moment at={execution.when} />.
			</p>
			<p className="sub">
				Look in <span className="mono">{targetText(execution.target)}</span>
				{isLabels(execution) ? (
					' at the labels and their history.'
				) : (
					<>
						{' '}
						for <span className="mono">ref sarc-mcp:{execution.argsSha.slice(0, 16)}</span>.
					</>
				)}
				{execution.claimed ? (
					<>
						{' '}
						The answer named <ArtifactLink url={execution.claimed.url}>{execution.claimed.url}</ArtifactLink>.
					</>
				) : null}
			</p>
		</>
	);
}

function FieldError({ id, children }: { id: string; children: string }) {
	return (
		<p className="err" id={id}>
			<Icon of={IconAlertTriangle} size={14} />
			<span>{children}</span>
		</p>
	);
}

/** The finding as a person types it, each refusal beside what it is about. */
export function SettleForm(props: {
	execution: Execution;
	finding: Finding;
	wrong: Wrong;
	/** Where the portal found it, after it was said that it did not happen. */
	found: string | undefined;
	onChange: (finding: Finding) => void;
	onSubmit: () => void;
	formRef: Ref<HTMLFormElement>;
}) {
	const { finding, wrong, found, onChange } = props;
	const group = useId();
	const { tenant } = useHere();
	const { data: prereqs } = usePrereqs(tenant);
	const choices = [
		{
			happened: true,
			words: 'It happened',
			effect: 'Give its address. The portal reads it there, and closes this as Confirmed.',
		},
		{ happened: false, words: 'It did not happen', effect: whatAbsenceTakes(prereqs) },
	];
	return (
		<form
			ref={props.formRef}
			className="stack"
			noValidate
			onSubmit={(event) => {
				event.preventDefault();
				props.onSubmit();
			}}
		>
			<div className="stack stack--4">
				<WhatIsKnown execution={props.execution} />
			</div>
			<fieldset className="choices">
				<legend className="vh">What you found</legend>
				{choices.map(({ happened, words, effect }) => (
					<label key={words} className="choice">
						<input
							type="radio"
							name={group}
							aria-invalid={wrong.happened && finding.happened !== !happened ? true : undefined}
							aria-describedby={wrong.happened ? `${group}-e` : undefined}
							checked={finding.happened === happened}
							onChange={() => onChange({ ...finding, happened })}
						/>
						<span>
							<span className="med">{words}</span>
							<small>{effect}</small>
						</span>
					</label>
				))}
				{wrong.happened ? <FieldError id={`${group}-e`}>{wrong.happened}</FieldError> : null}
				{found ? (
					<div>
						<Button small onPress={() => onChange({ ...finding, happened: true, url: found })}>
							It happened there
						</Button>
					</div>
				) : null}
			</fieldset>
			{finding.happened === true ? (
				<Field label="Address" help="Of the issue or comment, on GitHub" error={wrong.url}>
					{(ids) => (
						<input
							className="in mono"
							type="url"
							autoComplete="off"
							spellCheck={false}
							maxLength={2048}
							{...ids}
							value={finding.url}
							onChange={(event) => onChange({ ...finding, url: event.currentTarget.value })}
						/>
					)}
				</Field>
			) : null}
			{finding.happened === false ? (
				<p className="warn">
					<Icon of={IconAlertTriangle} />
					<span>
						The same bytes may be approved again then. If it did happen after all, it can be written a second time.
					</span>
				</p>
			) : null}
			<Field
				label="How you know"
				help="Kept in the audit log, with your name. At most 500 characters."
				error={wrong.reason}
			>
				{(ids) => (
					<textarea
						className="in"
						rows={3}
						maxLength={500}
						{...ids}
						value={finding.reason}
						onChange={(event) => onChange({ ...finding, reason: event.currentTarget.value })}
					/>
				)}
			</Field>
		</form>
	);
}
