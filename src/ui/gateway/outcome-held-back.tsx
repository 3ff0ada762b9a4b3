'use client';

import { IconHourglass } from '@tabler/icons-react';
import { Button } from '#ui/controls/button.tsx';
import { StateBadge } from '#ui/controls/state-badge.tsx';
import { Moment } from '#ui/controls/time.tsx';
import { type Execution, isSettled } from './executions.ts';
import { OutcomeFrame } from './outcome-frame.tsx';
import { targetText } from './proposal.ts';
import { RowLink } from './recorded.tsx';
import { SettleButton } from './settling.tsx';
import { Timeline } from './timeline.tsx';

/** Another set of labels for the same issue is not settled: what this one was approved upon may not stand there any more. */
export function HeldBack(props: {
	execution: Execution;
	/** The row of this attempt. */
	auditSeq: number | undefined;
	onPreview: () => void;
	onBack: () => void;
}) {
	const { execution } = props;
	const { state } = execution;
	const where = <span className="mono">{targetText(execution.target)}</span>;
	const over = isSettled(execution) && state !== 'NEEDS_HUMAN';
	return (
		<OutcomeFrame
			tone={over ? 'stop' : 'note'}
			icon={IconHourglass}
			focusKey="held-back"
			heading={
				over ? (
					<>The other set of labels for {where} is settled</>
				) : (
					<>Held back: another set of labels for {where} is not settled yet</>
				)
			}
			sentence={
				over
					? 'Preview again: you see the labels as they are now, and what yours would change.'
					: 'Yours was approved upon labels that may not stand there any more. Your set is kept: preview it again once the other is settled.'
			}
			middle={
				state === 'INDETERMINATE' ? (
					<div className="outcome__timeline">
						<Timeline execution={execution} argsSha={execution.argsSha} />
					</div>
				) : null
			}
			sent={<p>Nothing of yours</p>}
			recorded={
				<>
					<p>
						{props.auditSeq === undefined ? (
							'One row for yours, refused'
						) : (
							<>
								Row <RowLink seq={props.auditSeq} />, yours: refused
							</>
						)}
					</p>
					<p className="small sub">
						The other: {execution.who}, <Moment at={execution.when} seconds={false} />
						{execution.auditSeq === null ? null : (
							<>
								, row <RowLink seq={execution.auditSeq} />
							</>
						)}
					</p>
					<p className="row--above">
						<StateBadge state={state} />
					</p>
				</>
			}
			can={
				<div className="row row--wrap">
					{state === 'NEEDS_HUMAN' ? <SettleButton execution={execution} /> : null}
					<Button small look={over ? 'primary' : 'plain'} onPress={props.onPreview}>
						Preview again
					</Button>
					<Button small look="quiet" onPress={props.onBack}>
						Back to the form
					</Button>
				</div>
			}
		/>
	);
}
