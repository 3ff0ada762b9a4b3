'use client';

import { IconCircleX } from '@tabler/icons-react';
import type { ProblemError } from '#api/client';
import { Button } from '#ui/controls/button.tsx';
import { CopyButton } from '#ui/controls/copy.tsx';
import { useWait, WaitWords } from '#ui/controls/countdown.tsx';
import { SmallPrint } from '#ui/controls/problem.tsx';
import { useHere } from '#ui/tenant.tsx';
import { FixWords } from './fix-words.tsx';
import { OutcomeFrame } from './outcome-frame.tsx';
import { type Proposal, targetText } from './proposal.ts';
import { Recorded } from './recorded.tsx';
import { iconOf } from './refusal.tsx';
import { fixOf, refusalHeading, toneOf } from './refusal-words.ts';
import { rowOf } from './result.ts';

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** Approved and received hash, whole, one under the other: that is how a difference is seen. */
function BothHashes({ approved, error }: { approved: string; error: ProblemError }) {
	const received = text(error.extra.received) ?? text(error.extra.expected) ?? text(error.extra.recomputed);
	return (
		<dl className="facts facts--wide outcome__facts">
			<dt>Approved</dt>
			<dd className="mono">{approved}</dd>
			{received ? (
				<>
					<dt>Received</dt>
					<dd className="mono">{received}</dd>
				</>
			) : null}
		</dl>
	);
}

/** Nothing was sent and nothing about the approval is wrong: the same bytes may be approved again, later. */
const approvableAgain: ReadonlySet<string> = new Set([
	'rate_limited',
	'write_budget_exhausted',
	'provider_unreachable',
]);

/** A definite no, from the gate or from GitHub: what was not done, why, and the fix. */
export function Refused(props: {
	proposal: Proposal;
	error: ProblemError;
	onRetry: () => void;
	onPreview: () => void;
	onBack: () => void;
}) {
	const { proposal, error } = props;
	const { tenant, role } = useHere();
	const wait = useWait(error.retryAfter, 'You can approve again now.', error);
	const where = targetText(proposal.answer.preview.target);
	const row = rowOf(error);
	const rejected = error.code === 'upstream_rejected';
	const again = approvableAgain.has(error.code);
	return (
		<OutcomeFrame
			tone={toneOf(error.code)}
			icon={rejected ? IconCircleX : iconOf(error.code)}
			focusKey={`refused-${error.requestId}`}
			heading={
				<WaitWords
					wait={wait}
					words={(ready) => refusalHeading(error, { tenant, role, ready, tool: proposal.submitted.tool })}
				/>
			}
			sentence={error.detail}
			middle={
				error.code === 'args_sha_mismatch' ? (
					<BothHashes approved={proposal.answer.argsSha} error={error} />
				) : error.errors.length > 0 ? (
					<ul className="outcome__facts small">
						{error.errors.map((one) => (
							<li key={one.path + one.message}>
								<span className="mono">{one.path}</span>: {one.message}
							</li>
						))}
					</ul>
				) : null
			}
			sent={
				rejected ? (
					<>
						<p>One request</p>
						<p className="dim small">Answered: refused. Nothing exists</p>
					</>
				) : (
					<p>Nothing</p>
				)
			}
			recorded={
				<>
					{row === undefined ? (
						<p>
							{error.code === 'rate_limited'
								? 'Nothing: the limit comes before the log'
								: 'Nothing: it was refused before the log'}
						</p>
					) : (
						<Recorded
							seq={row}
							word={rejected ? 'rejected' : 'refused'}
							argsSha={proposal.answer.argsSha}
							executionId={text(error.extra.executionId)}
						/>
					)}
					<SmallPrint error={error} />
				</>
			}
			can={
				<>
					<FixWords fix={fixOf(error, where)} />
					<div className="row row--wrap row--above">
						{again ? (
							<Button small blocked={wait.left > 0} onPress={props.onRetry}>
								<span>
									<WaitWords wait={wait} words={(when) => (when ? `Approve & execute ${when}` : 'Approve & execute')} />
								</span>
							</Button>
						) : (
							<Button small look={error.code === 'target_changed' ? 'primary' : 'plain'} onPress={props.onPreview}>
								Preview again
							</Button>
						)}
						<Button small look="quiet" onPress={props.onBack}>
							Back to the form
						</Button>
						<CopyButton
							label="Copy details"
							text={`${error.status} ${error.code} ${error.requestId}\n${error.detail}\nargsSha ${proposal.answer.argsSha}`}
						/>
					</div>
				</>
			}
		/>
	);
}
