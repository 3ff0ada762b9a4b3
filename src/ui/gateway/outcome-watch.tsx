'use client';

import {
	IconCircleCheck,
	IconCircleDashed,
	IconCircleX,
	IconHelpHexagon,
	IconLoader2,
	IconSearch,
	IconSend,
	IconUserExclamation,
	IconZoomQuestion,
} from '@tabler/icons-react';
import { useEffect } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { useSay } from '#ui/controls/live.tsx';
import { clockText, Moment, relativeText, useNow, useZone } from '#ui/controls/time.tsx';
import { useHere } from '#ui/tenant.tsx';
import { ArtifactLink, artifactName } from './artifact-link.tsx';
import { type Execution, useExecutionOf, useWatchedExecution } from './executions.ts';
import { OutcomeFrame } from './outcome-frame.tsx';
import { targetText } from './proposal.ts';
import { Recorded } from './recorded.tsx';
import type { WatchCode } from './result.ts';

const lookWords = (checks: number) =>
	checks === 0 ? 'Not looked yet' : `Not found yet, ${checks === 1 ? '1 look' : `${checks} looks`} so far`;

/** What happened and what comes next. Not found is not yet “not written”. */
export function Timeline({ execution, argsSha }: { execution: Execution; argsSha: string }) {
	const now = useNow();
	const [zone] = useZone();
	const next = execution.nextCheckAt;
	return (
		<ol className="tl" aria-label="What happened and what comes next">
			<li>
				<time dateTime={execution.when}>{clockText(execution.when, now, zone)}</time>
				<Icon of={IconSend} />
				<span>Reserved, then sent to GitHub</span>
			</li>
			<li className="next">
				<span className="tl__when">since then</span>
				<Icon of={IconSearch} />
				<span>
					No answer. Looking for the ref <span className="mono">sarc-mcp:{argsSha.slice(0, 16)}</span>
					<small>
						{lookWords(execution.checks)}. GitHub’s lists can lag by minutes: not found is not yet “not written”
					</small>
				</span>
			</li>
			<li className="next">
				{next ? (
					<time dateTime={next}>{relativeText(next, now) || clockText(next, now, zone)}</time>
				) : (
					<span className="tl__when">soon</span>
				)}
				<Icon of={IconCircleDashed} />
				<span className="sub">
					Next look{next ? <> at {clockText(next, now, zone)}</> : null}. Found: <b className="med">Confirmed</b>, with
					the link
				</span>
			</li>
			<li>
				<span className="tl__when">in the end</span>
				<Icon of={IconCircleDashed} />
				<span className="sub">
					Proved absent: <b className="med">Not written</b>, and it may be approved again. No proof either way:{' '}
					<b className="med">Needs a person</b>
				</span>
			</li>
		</ol>
	);
}

/** How a watched execution ended. */
function Settled(props: { execution: Execution; onPreview: () => void; onBack: () => void }) {
	const { execution } = props;
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
		<div className="row row--wrap row--above">
			<Button small onPress={props.onPreview}>
				Preview again
			</Button>
			<Button small look="quiet" onPress={props.onBack}>
				Back to the form
			</Button>
		</div>
	);
	switch (execution.state) {
		case 'CONFIRMED':
			return (
				<OutcomeFrame
					tone="good"
					icon={IconCircleCheck}
					focusKey="settled"
					heading={<>Confirmed: it was written, once, in {where}</>}
					sentence="The portal found what was written by its ref, so the lost answer does not matter any more."
					action={
						execution.artifact ? (
							<ArtifactLink url={execution.artifact.url} look="btn btn--primary">
								{`Open ${artifactName(execution.artifact.url)}`}
							</ArtifactLink>
						) : null
					}
					sent={<p>One request, once</p>}
					recorded={recorded('then confirmed')}
					can={
						<Button small onPress={props.onBack}>
							Propose another
						</Button>
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
					can={back}
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
							It was sent to {where} at <Moment at={execution.when} />. {execution.checks} looks found no proof either
							way. Look there for <span className="mono">ref sarc-mcp:{execution.argsSha.slice(0, 16)}</span>.
						</>
					}
					sent={<p>One request</p>}
					recorded={recorded('outcome unknown')}
					can={
						<p className="small sub">
							The portal holds these bytes back, so there can be no duplicate. Whoever runs it settles this by the
							runbook.
						</p>
					}
				/>
			);
		default:
			return (
				<OutcomeFrame
					tone="stop"
					icon={IconCircleDashed}
					focusKey="settled"
					heading="Not written"
					sentence="It is proved that these bytes did not arrive. They may be approved again."
					sent={<p>Nothing that arrived</p>}
					recorded={recorded('not written')}
					can={back}
				/>
			);
	}
}

const headings: Record<WatchCode, string> = {
	outcome_unknown: 'Sent, but the answer was lost. We are finding out',
	execution_unresolved: 'Sent before, but the answer was lost. We are finding out',
	execution_in_progress: 'These bytes are being written right now',
	lost: 'The portal’s answer was lost on its way here. We are finding out',
};

/** An outcome that is not known yet: it has its own colour and words, no retry button, and is never called failed. */
export function Watch(props: {
	code: WatchCode;
	argsSha: string;
	executionId: string | undefined;
	onPreview: () => void;
	onBack: () => void;
}) {
	const { tenant } = useHere();
	const say = useSay();
	const byId = useWatchedExecution(tenant, props.executionId);
	const bySha = useExecutionOf(tenant, props.argsSha, props.executionId === undefined);
	const execution = byId.data ?? bySha.data ?? undefined;
	const state = execution?.state;
	useEffect(() => {
		if (state === 'CONFIRMED') say('Confirmed: it was written once.');
		if (state === 'ABSENT') say('Not written. It may be approved again.');
		if (state === 'NEEDS_HUMAN') say('The portal cannot tell whether it was written. A person decides.');
	}, [state, say]);
	if (execution && state !== 'RESERVED' && state !== 'INDETERMINATE') {
		return <Settled execution={execution} onPreview={props.onPreview} onBack={props.onBack} />;
	}
	const live = props.code === 'execution_in_progress' && state !== 'INDETERMINATE';
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
						<p className="dim small">{live ? 'Waiting for the answer' : 'No answer that can be read'}</p>
					</>
				) : (
					<p>{nothingKnown ? 'Not known yet' : 'One request'}</p>
				)
			}
			recorded={
				<>
					<Recorded
						unknown={nothingKnown}
						seq={execution?.auditSeq}
						word={live ? 'refused, already under way' : 'outcome unknown'}
						argsSha={props.argsSha}
						executionId={execution?.id}
					/>
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
