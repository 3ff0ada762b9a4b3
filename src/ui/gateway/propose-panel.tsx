'use client';

import { useEffect, useId, useRef } from 'react';
import { ProblemError } from '#api/client';
import { Button } from '#ui/controls/button.tsx';
import { useWait, WaitWords } from '#ui/controls/countdown.tsx';
import { Keys } from '#ui/controls/keys.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { Refusal } from './refusal.tsx';
import { SheetHead, WithTarget } from './sheet-head.tsx';
import { numberOf, tagOf, type WriteKind, type WriteValues } from './writes.ts';

function headingOf(kind: WriteKind, where: string, number: string) {
	switch (kind) {
		case 'issue':
			return `Open a new issue in ${where}`;
		case 'comment':
			return `Comment on ${where}#${number}`;
		case 'labels':
			return `Set the labels of ${where}#${number}`;
	}
}

/** Between the form and the preview: says what would be asked, and that a preview writes nothing. */
export function ProposePanel(props: {
	kind: WriteKind;
	values: WriteValues;
	busy: boolean;
	problem: unknown;
	onPreview: () => void;
	onDiscard: () => void;
}) {
	const where = `${props.values.owner.trim()}/${props.values.repo.trim()}`;
	const sentence = headingOf(props.kind, where, numberOf(props.values));
	const target = props.kind === 'issue' ? where : `${where}#${numberOf(props.values)}`;
	const refused = props.problem instanceof ProblemError ? props.problem : undefined;
	const wait = useWait(refused?.retryAfter, 'You can preview now.', refused);
	const why = useId();
	const note = useRef<HTMLDivElement>(null);
	useEffect(() => {
		if (props.problem) note.current?.querySelector('h2')?.focus();
	}, [props.problem]);
	return (
		<section className="sheet" aria-label="Propose panel">
			<SheetHead tag={tagOf(props.kind)} focusKey="panel" onClose={props.onDiscard}>
				<WithTarget sentence={sentence} target={target} />
			</SheetHead>
			{props.problem ? (
				<div className="sheet__note" ref={note}>
					{refused && refused.code !== 'unauthenticated' ? (
						<Refusal error={refused} where={target} wait={wait} />
					) : (
						<Problem error={props.problem} what="The preview could not be made" />
					)}
				</div>
			) : null}
			<div className="bar">
				<p className="grow" id={why}>
					{wait.left > 0 ? (
						<WaitWords wait={wait} words={(when) => (when ? `Possible again ${when}.` : '')} />
					) : props.busy ? (
						'Asking for the preview…'
					) : (
						'See the exact bytes first. A preview writes nothing, anywhere.'
					)}
				</p>
				<Button look="quiet" onPress={props.onDiscard}>
					Discard <Keys keys={['Esc']} />
				</Button>
				<Button
					look={wait.left > 0 ? 'plain' : 'primary'}
					blocked={props.busy || wait.left > 0}
					describedBy={wait.left > 0 ? why : undefined}
					onPress={props.onPreview}
				>
					Preview action <Keys keys={['mod', '↵']} />
				</Button>
			</div>
		</section>
	);
}
