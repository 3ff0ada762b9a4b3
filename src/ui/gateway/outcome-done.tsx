'use client';

import { IconCircleCheck, IconDownload, IconRepeat } from '@tabler/icons-react';
import { Button } from '#ui/controls/button.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { Moment } from '#ui/controls/time.tsx';
import { useHere } from '#ui/tenant.tsx';
import { ArtifactLink, artifactName } from './artifact-link.tsx';
import { useWatchedExecution } from './executions.ts';
import { OutcomeFrame } from './outcome-frame.tsx';
import { type Proposal, type ProposeAnswer, targetText } from './proposal.ts';
import { Recorded, RowLink } from './recorded.tsx';
import type { ExecuteAnswer } from './result.ts';
import { nounOf, type WriteKind } from './writes.ts';

/** What proves the write, for whoever keeps files: hashes and links, no title and no body. */
function download(answer: ExecuteAnswer) {
	const url = URL.createObjectURL(new Blob([`${JSON.stringify(answer, null, 2)}\n`], { type: 'application/json' }));
	const link = document.createElement('a');
	link.href = url;
	link.download = `receipt-${answer.executionId}.json`;
	link.click();
	URL.revokeObjectURL(url);
}

const head = (text: string) => (text.length > 48 ? `${[...text].slice(0, 47).join('')}…` : text);

/** Where the artifact stands: `acme/payments-api#1043`. */
function whereOf(proposal: Proposal, url: string) {
	const number = /\/(?:issues|pull)\/(\d+)/.exec(url)?.[1];
	const { owner, repo } = proposal.answer.preview.target;
	return targetText({ owner, repo, ...(number === undefined ? {} : { number: Number(number) }) });
}

const done: Readonly<Record<WriteKind, string>> = {
	issue: 'Issue opened:',
	comment: 'Comment written:',
	labels: 'Labels set:',
};

function LabelsSent({ preview }: { preview: ProposeAnswer['preview'] }) {
	const { after = [], added = [], removed = [] } = preview;
	return (
		<p className="dim small">
			{after.length === 1 ? '1 label' : `${after.length} labels`}: {added.length} added, {removed.length} removed
		</p>
	);
}

export function Done(props: { proposal: Proposal; answer: ExecuteAnswer; at: string; onAgain: () => void }) {
	const { proposal, answer } = props;
	const { kind } = proposal.submitted;
	const noun = nounOf(kind);
	const login = proposal.answer.preview.as.login;
	return (
		<OutcomeFrame
			tone="good"
			icon={IconCircleCheck}
			focusKey="done"
			heading={
				<>
					{done[kind]} <span className="mono">{whereOf(proposal, answer.artifact.url)}</span>
				</>
			}
			sentence={
				<>
					Approved by you, written once at <Moment at={props.at} />
					{login ? (
						<>
							{' '}
							by <span className="mono">{login}</span>
						</>
					) : null}
					.{' '}
					{kind === 'labels'
						? 'The set was read back afterwards, and it is the one that you approved.'
						: `GitHub returned the ${noun}, and it is in the repository you approved.`}
				</>
			}
			action={
				<ArtifactLink url={answer.artifact.url} look="btn btn--primary">
					{`Open ${artifactName(answer.artifact.url)}`}
				</ArtifactLink>
			}
			sent={
				<>
					<p>One {noun}, once</p>
					{proposal.title ? <p className="dim small">{head(proposal.title)}</p> : null}
					{kind === 'labels' ? <LabelsSent preview={proposal.answer.preview} /> : null}
				</>
			}
			recorded={<Recorded seq={answer.auditSeq} word="ok" argsSha={answer.argsSha} executionId={answer.executionId} />}
			can={
				<div className="row row--wrap">
					<Button small onPress={() => download(answer)}>
						<Icon of={IconDownload} size={14} />
						Receipt
					</Button>
					<Button small onPress={props.onAgain}>
						Propose another
					</Button>
				</div>
			}
		/>
	);
}

export function Replayed(props: {
	proposal: Proposal;
	answer: ExecuteAnswer;
	onAnother: () => void;
	onBack: () => void;
}) {
	const { proposal, answer } = props;
	const { tenant } = useHere();
	const { data: first } = useWatchedExecution(tenant, answer.executionId);
	const { kind } = proposal.submitted;
	const noun = nounOf(kind);
	return (
		<OutcomeFrame
			tone="stop"
			icon={IconRepeat}
			focusKey="replayed"
			heading="Already done. Nothing was written again"
			sentence={
				<>
					These exact bytes were approved and written
					{first ? (
						<>
							{' '}
							at <Moment at={first.when} />
						</>
					) : (
						' before'
					)}
					.{' '}
					{kind === 'labels'
						? 'If somebody has changed the labels since, set them again.'
						: `The same ${noun} answers for both.`}
				</>
			}
			action={
				<ArtifactLink url={answer.artifact.url} look="btn">
					{`Open ${artifactName(answer.artifact.url)}`}
				</ArtifactLink>
			}
			sent={<p>Nothing, this time</p>}
			recorded={
				<>
					<Recorded seq={answer.auditSeq} word="already done" argsSha={answer.argsSha} />
					{typeof first?.auditSeq === 'number' && first.auditSeq !== answer.auditSeq ? (
						<p className="small dim">
							First written: row <RowLink seq={first.auditSeq} />
						</p>
					) : null}
				</>
			}
			can={
				<>
					<p className="small sub">
						{kind === 'labels' ? 'Need this set once more?' : `Need a second ${noun} with the same text?`}
					</p>
					<div className="row row--wrap row--above">
						<Button small onPress={props.onAnother}>
							{kind === 'labels' ? 'Set them again' : 'Create another'}
						</Button>
						<Button small look="quiet" onPress={props.onBack}>
							Back to the form
						</Button>
					</div>
				</>
			}
		/>
	);
}
