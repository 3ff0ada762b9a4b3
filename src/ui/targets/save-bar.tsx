'use client';

import { IconArrowRight } from '@tabler/icons-react';
import { useState } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Field } from '#ui/controls/field.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { type Change, covers, listed } from './allow.ts';
import { EverythingDialog } from './everything-dialog.tsx';

function Side({ name, allow }: { name: string; allow: readonly string[] }) {
	return (
		<div>
			<dt>{name}</dt>
			<dd>
				{allow.length === 0 ? (
					'Everything that the credential reaches'
				) : (
					<span className="mono">{listed(allow, 8)}</span>
				)}
			</dd>
		</div>
	);
}

/** What would follow: in words, since a list does not say what it excludes. */
function effectsOf(change: Change, tenant: string, excluded: readonly string[]): string[] {
	const effects: string[] = [];
	if (change.widens) effects.push(`This widens it: more can be written to from ${tenant}.`);
	if (change.narrows) effects.push('This narrows it: a write to anything else is refused from the next request on.');
	if (excluded.length > 0) effects.push(`Lately written to, and refused then: ${listed(excluded, 5)}.`);
	if (!change.widens && !change.narrows) effects.push('The same can be written to as before.');
	return effects;
}

/** Before and after, what follows from it, and the press that saves it. */
export function SaveBar(props: {
	tenant: string;
	before: readonly string[];
	after: readonly string[];
	change: Change;
	/** `owner/repo` of what was written to lately. */
	inUse: readonly string[];
	busy: boolean;
	error: unknown;
	onSave: (reason: string) => void;
	onDiscard: () => void;
}) {
	const { change, before, after } = props;
	const [reason, setReason] = useState('');
	const [asking, setAsking] = useState(false);
	const empties = change.widens && after.length === 0;
	const excluded = props.inUse.filter((one) => covers(before, one) && !covers(after, one));
	return (
		<section className="card card--change" aria-labelledby="change">
			<div className="card__head">
				<h2 id="change">Not saved yet</h2>
			</div>
			<form
				className="card__body stack"
				onSubmit={(event) => {
					event.preventDefault();
					if (props.busy) return;
					if (empties) setAsking(true);
					else props.onSave(reason.trim());
				}}
			>
				<dl className="sides">
					<Side name="Now" allow={before} />
					<Icon of={IconArrowRight} />
					<Side name="After saving" allow={after} />
				</dl>
				<ul className="small sub">
					{effectsOf(change, props.tenant, excluded).map((words) => (
						<li key={words}>{words}</li>
					))}
				</ul>
				{change.widens && !empties ? (
					<Field label="Reason (optional)" help="Kept with the change in the audit log.">
						{(ids) => (
							<input
								className="in"
								autoComplete="off"
								maxLength={500}
								{...ids}
								value={reason}
								onChange={(event) => setReason(event.currentTarget.value)}
							/>
						)}
					</Field>
				) : null}
				{props.error && !asking ? <Problem error={props.error} what="The targets could not be saved" /> : null}
				<div className="row row--wrap">
					<Button type="submit" look="primary" blocked={props.busy}>
						{props.busy ? 'Saving…' : empties ? 'Save targets…' : 'Save targets'}
					</Button>
					<Button onPress={props.onDiscard}>Discard changes</Button>
				</div>
			</form>
			{asking ? (
				<EverythingDialog
					tenant={props.tenant}
					busy={props.busy}
					error={props.error}
					onSave={props.onSave}
					onClose={() => setAsking(false)}
				/>
			) : null}
		</section>
	);
}
