'use client';

import { IconHelpHexagon, IconLoader2, IconZoomQuestion } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { useSay } from '#ui/controls/live.tsx';
import { Moment } from '#ui/controls/time.tsx';
import { useHere } from '#ui/tenant.tsx';
import { ClaimedLine, claimedUrl } from './claimed.tsx';
import { executionsKey, isSettled, useExecutionOf, useWatchedExecution } from './executions.ts';
import { OutcomeFrame } from './outcome-frame.tsx';
import { HeldBack } from './outcome-held-back.tsx';
import { Settled } from './outcome-settled.tsx';
import { Recorded, RowLink } from './recorded.tsx';
import type { WatchCode } from './result.ts';
import { Timeline } from './timeline.tsx';

const headings: Record<WatchCode, string> = {
	outcome_unknown: 'Sent, but the answer was lost. We are finding out',
	execution_unresolved: 'Sent before, but the answer was lost. We are finding out',
	execution_in_progress: 'These bytes are being written right now',
	lost: 'The portal’s answer was lost on its way here. We are finding out',
};

/** What the row of this attempt says. */
const words: Record<WatchCode, string> = {
	outcome_unknown: 'outcome unknown',
	execution_unresolved: 'refused, not settled yet',
	execution_in_progress: 'refused, already under way',
	lost: 'outcome unknown',
};

/** An outcome that is not known yet: it has its own colour and words, no retry button, and is never called failed. */
export function Watch(props: {
	code: WatchCode;
	argsSha: string;
	executionId: string | undefined;
	/** The row of this attempt, where the answer has told it. */
	auditSeq: number | undefined;
	onPreview: () => void;
	onAgain: () => void;
	onBack: () => void;
}) {
	const { tenant } = useHere();
	const say = useSay();
	const client = useQueryClient();
	const byId = useWatchedExecution(tenant, props.executionId);
	const bySha = useExecutionOf(tenant, props.argsSha, props.executionId === undefined);
	const execution = byId.data ?? bySha.data ?? undefined;
	const state = execution?.state;
	const ended = execution !== undefined && isSettled(execution);
	useEffect(() => {
		if (ended) void client.invalidateQueries({ queryKey: executionsKey(tenant) });
	}, [ended, client, tenant]);
	useEffect(() => {
		if (state === 'CONFIRMED') say('Confirmed: it was written once.');
		if (state === 'ABSENT') say('Not written. It may be approved again.');
		if (state === 'NEEDS_HUMAN') say('The portal cannot tell whether it was written. A person decides.');
	}, [state, say]);
	if (execution !== undefined && execution.argsSha !== props.argsSha) {
		return (
			<HeldBack execution={execution} auditSeq={props.auditSeq} onPreview={props.onPreview} onBack={props.onBack} />
		);
	}
	if (ended) {
		return (
			<Settled
				execution={execution}
				code={props.code}
				onPreview={props.onPreview}
				onAgain={props.onAgain}
				onBack={props.onBack}
			/>
		);
	}
	const live = props.code === 'execution_in_progress' && state !== 'INDETERMINATE';
	// This attempt was refused: the execution, and the row that the execution names, are an earlier one's.
	const held = props.code === 'execution_in_progress' || props.code === 'execution_unresolved';
	const nothingKnown = props.code === 'lost' && execution === undefined;
	return (
		<OutcomeFrame
			tone={live ? 'live' : 'unknown'}
			icon={live ? IconLoader2 : IconHelpHexagon}
			spin={live}
			focusKey="watch"
			heading={headings[props.code]}
			sentence={
				live
					? 'They were approved before and are on their way. Nothing was sent a second time.'
					: 'It may or may not exist. Do not send it again elsewhere: the portal holds these bytes back until it knows, so there can be no duplicate.'
			}
			middle={
				execution && !live ? (
					<div className="outcome__timeline">
						<Timeline execution={execution} argsSha={props.argsSha} />
					</div>
				) : null
			}
			sent={
				execution ? (
					<>
						<p>
							One request at <Moment at={execution.when} />
						</p>
						<p className="dim small">
							{live
								? 'Waiting for the answer'
								: claimedUrl(execution) === undefined
									? 'No answer that can be read'
									: 'The answer proves nothing'}
						</p>
						<ClaimedLine execution={execution} />
					</>
				) : (
					<p>{nothingKnown ? 'Not known yet' : 'One request'}</p>
				)
			}
			recorded={
				<>
					<Recorded
						unknown={nothingKnown}
						seq={props.auditSeq ?? (held ? undefined : execution?.auditSeq)}
						word={words[props.code]}
						argsSha={props.argsSha}
						executionId={execution?.id}
					/>
					{held && typeof execution?.auditSeq === 'number' ? (
						<p className="small dim">
							The first attempt: row <RowLink seq={execution.auditSeq} />
						</p>
					) : null}
					<p className="small dim">A later row will say how it ended</p>
				</>
			}
			can={
				<>
					<p className="small sub">
						{nothingKnown
							? 'Preview again: if these bytes were written already, approving them writes nothing again.'
							: 'Nothing needed. You will see it here and in recent executions.'}
					</p>
					<div className="row row--wrap row--above">
						<Button small onPress={() => void (props.executionId ? byId.refetch() : bySha.refetch())}>
							<Icon of={IconZoomQuestion} size={14} />
							Check now
						</Button>
						{nothingKnown ? (
							<Button small onPress={props.onPreview}>
								Preview again
							</Button>
						) : null}
						<Button small look="quiet" onPress={props.onBack}>
							Back to the form
						</Button>
					</div>
				</>
			}
		/>
	);
}
