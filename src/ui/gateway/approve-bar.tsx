'use client';

import { type Ref, useId } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { CopyButton } from '#ui/controls/copy.tsx';
import { Keys } from '#ui/controls/keys.tsx';
import { Moment } from '#ui/controls/time.tsx';
import type { Notice } from './notices.ts';
import type { Proposal } from './proposal.ts';

/** What keeps the approval back. */
export function waitingFor(open: readonly Notice[]): string {
	const first = open[0];
	if (first === undefined) return '';
	return open.length === 1
		? `Tick notice ${first.n} to approve.`
		: `Tick notices ${open.map((n) => n.n).join(', ')} to approve.`;
}

/** Always in view under the sheet. Approve is never focused by the page, and blocked while a notice is not ticked. */
export function ApproveBar(props: {
	open: readonly Notice[];
	anyHeld: boolean;
	onApprove: () => void;
	onDiscard: () => void;
	barRef: Ref<HTMLDivElement>;
}) {
	const why = useId();
	const blocked = props.open.length > 0;
	return (
		<div className="bar" ref={props.barRef}>
			<p className="grow">
				<span id={why}>{blocked ? waitingFor(props.open) : props.anyHeld ? 'Everything is seen.' : ''}</span>{' '}
				<span className="dim hide-s">Approving writes these bytes once; changed bytes need a new approval.</span>
			</p>
			<Button onPress={props.onDiscard}>
				Discard <Keys keys={['Esc']} />
			</Button>
			<Button
				look={blocked ? 'plain' : 'primary'}
				blocked={blocked}
				describedBy={blocked ? why : undefined}
				onPress={props.onApprove}
			>
				Approve &amp; execute <Keys keys={['mod', '⇧', '↵']} />
			</Button>
		</div>
	);
}

/** For a MEMBER: no Approve. The preview is stored nowhere, so an ADMIN is shown it and proposes the same text. */
export function MemberBar({ proposal, onDiscard }: { proposal: Proposal; onDiscard: () => void }) {
	const { kind: _, ...body } = proposal.submitted;
	return (
		<div className="bar">
			<p className="grow">
				Previewed <Moment at={proposal.at} seconds={false} />. Show it to an ADMIN, who proposes the same text and
				approves it.
			</p>
			<Button onPress={onDiscard}>
				Discard <Keys keys={['Esc']} />
			</Button>
			<CopyButton
				small={false}
				label="Copy the arguments"
				text={JSON.stringify({ ...body, argsSha: proposal.answer.argsSha }, null, 2)}
			/>
		</div>
	);
}
