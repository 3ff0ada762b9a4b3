'use client';

import { Done, Replayed } from './outcome-done.tsx';
import { Refused } from './outcome-refused.tsx';
import { Watch } from './outcome-watch.tsx';
import type { Proposal } from './proposal.ts';
import type { Result } from './result.ts';

export function Outcome(props: {
	proposal: Proposal;
	result: Result;
	onRetry: () => void;
	onPreview: () => void;
	onAnother: () => void;
	/** A new one: the text is done with. */
	onAgain: () => void;
	onBack: () => void;
}) {
	const { result, proposal } = props;
	switch (result.kind) {
		case 'answer':
			return result.answer.replayed ? (
				<Replayed proposal={proposal} answer={result.answer} onAnother={props.onAnother} onBack={props.onBack} />
			) : (
				<Done proposal={proposal} answer={result.answer} at={result.at} onAgain={props.onAgain} />
			);
		case 'watch':
			return (
				<Watch
					code={result.code}
					argsSha={proposal.answer.argsSha}
					executionId={result.executionId}
					auditSeq={result.auditSeq}
					onPreview={props.onPreview}
					onAgain={props.onAgain}
					onBack={props.onBack}
				/>
			);
		case 'refused':
			return (
				<Refused
					proposal={proposal}
					error={result.error}
					onRetry={props.onRetry}
					onPreview={props.onPreview}
					onBack={props.onBack}
				/>
			);
	}
}
