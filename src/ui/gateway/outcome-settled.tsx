'use client';

import { IconCircleCheck, IconCircleDashed, IconCircleX, IconUserExclamation } from '@tabler/icons-react';
import { Button } from '#ui/controls/button.tsx';
import { Moment } from '#ui/controls/time.tsx';
import { ArtifactLink, artifactName } from './artifact-link.tsx';
import { ClaimedLine } from './claimed.tsx';
import type { Execution } from './executions.ts';
import { RejectedAdvice } from './fix-words.tsx';
import { isLabels } from './looks.ts';
import { OutcomeFrame } from './outcome-frame.tsx';
import { targetText } from './proposal.ts';
import { Recorded } from './recorded.tsx';
import type { WatchCode } from './result.ts';
import { SettleButton } from './settling.tsx';

/** How it came to be known. */
function confirmedWords(code: WatchCode, execution: Execution): string {
	switch (execution.settlement) {
		case 'reconciled':
			return isLabels(execution)
				? 'The portal read the labels that stand there, so the lost answer does not matter any more.'
				: 'The portal found what was written by its ref, so the lost answer does not matter any more.';
		case 'resolved':
			return 'An ADMIN looked and settled it; the portal read what stands there.';
		default:
			return code === 'execution_in_progress'
				? 'The other request, which was under way, has finished. Yours sent nothing.'
				: 'GitHub answered the portal; only the portal’s answer to this page was lost.';
	}
}

function absenceWords({ settlement }: Execution): { heading: string; sent: string } {
	switch (settlement) {
		case 'not_sent':
			return { heading: 'Not written: nothing was sent', sent: 'Nothing' };
		case 'reconciled':
			return {
				heading: 'Not written: looked twice, the last time 15 minutes after the sending',
				sent: 'One request, which left nothing behind',
			};
		default:
			return { heading: 'Not written: a person has settled it', sent: 'One request' };
	}
}

/** How a watched execution ended. */
export function Settled(props: {
	execution: Execution;
	code: WatchCode;
	onPreview: () => void;
	onAgain: () => void;
	onBack: () => void;
}) {
	const { execution, code } = props;
	const where = <span className="mono">{targetText(execution.target)}</span>;
	const recorded = (word: string) => (
		<Recorded
			seq={execution.auditSeq}
			word={word}
			code={execution.code ?? undefined}
			argsSha={execution.argsSha}
			executionId={execution.id}
		/>
	);
	const back = (
		<Button small look="quiet" onPress={props.onBack}>
			Back to the form
		</Button>
	);
	const previewOrBack = (
		<div className="row row--wrap row--above">
			<Button small onPress={props.onPreview}>
				Preview again
			</Button>
			{back}
		</div>
	);
	const absence = absenceWords(execution);
	switch (execution.state) {
		case 'CONFIRMED':
			return (
				<OutcomeFrame
					tone="good"
					icon={IconCircleCheck}
					focusKey="settled"
					heading={<>Confirmed: it was written, once, in {where}</>}
					sentence={confirmedWords(code, execution)}
					action={
						execution.artifact ? (
							<ArtifactLink url={execution.artifact.url} look="btn btn--primary">
								{`Open ${artifactName(execution.artifact.url)}`}
							</ArtifactLink>
						) : null
					}
					sent={<p>One request, once</p>}
					recorded={recorded(execution.settlement === 'answered' ? 'ok' : 'then confirmed')}
					can={
						<div className="row row--wrap">
							<Button small onPress={props.onAgain}>
								Propose another
							</Button>
							{back}
						</div>
					}
				/>
			);
		case 'REJECTED':
			return (
				<OutcomeFrame
					tone="bad"
					icon={IconCircleX}
					focusKey="settled"
					heading="GitHub said no. Nothing was written"
					sentence={execution.reason ?? 'GitHub refused the request.'}
					sent={<p>One request</p>}
					recorded={recorded('rejected')}
					can={
						<>
							<RejectedAdvice reason={execution.reason ?? ''} where={targetText(execution.target)} />
							{previewOrBack}
						</>
					}
				/>
			);
		case 'NEEDS_HUMAN':
			return (
				<OutcomeFrame
					tone="note"
					icon={IconUserExclamation}
					focusKey="settled"
					heading="Was this written? The portal cannot tell"
					sentence={
						<>
							{execution.reason ? `${execution.reason} ` : ''}It was sent to {where} at <Moment at={execution.when} />.{' '}
							{isLabels(execution) ? (
								'Look at the labels there, and at their history.'
							) : (
								<>
									Look there, and where GitHub may have moved it, for{' '}
									<span className="mono">ref sarc-mcp:{execution.argsSha.slice(0, 16)}</span>.
								</>
							)}
						</>
					}
					sent={
						<>
							<p>One request</p>
							<ClaimedLine execution={execution} />
						</>
					}
					recorded={recorded('outcome unknown')}
					can={
						<>
							<p className="small sub">
								The portal holds these bytes back, so there can be no duplicate. A person looks in the repository, and
								an ADMIN settles it: <a href="/errors/execution_unresolved">what this means and what to do</a>.
							</p>
							<div className="row row--wrap row--above">
								<SettleButton execution={execution} />
								<Button small look="quiet" onPress={props.onBack}>
									Back to the form
								</Button>
							</div>
						</>
					}
				/>
			);
		default:
			return (
				<OutcomeFrame
					tone="stop"
					icon={IconCircleDashed}
					focusKey="settled"
					heading={absence.heading}
					sentence={`${execution.reason ?? 'It ended before anything was sent.'} These bytes may be approved again.`}
					sent={
						<>
							<p>{absence.sent}</p>
							<ClaimedLine execution={execution} />
						</>
					}
					recorded={recorded('not written')}
					can={previewOrBack}
				/>
			);
	}
}
