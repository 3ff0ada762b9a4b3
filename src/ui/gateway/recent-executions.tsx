'use client';

import { IconChevronDown, IconChevronRight, IconSend } from '@tabler/icons-react';
import { Fragment, useState } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Hash } from '#ui/controls/hash.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { Segmented } from '#ui/controls/segmented.tsx';
import { StateBadge } from '#ui/controls/state-badge.tsx';
import { clockText, Moment, Relative, useNow, useZone } from '#ui/controls/time.tsx';
import { useHere, usePrereqs } from '#ui/tenant.tsx';
import { ArtifactLink, artifactName } from './artifact-link.tsx';
import { ClaimedAddress, claimedUrl } from './claimed.tsx';
import { type Execution, useExecutions, useNeedsPerson } from './executions.ts';
import { isLabels } from './looks.ts';
import { targetText } from './proposal.ts';
import { RowLink } from './recorded.tsx';
import { SettleButton } from './settling.tsx';
import { useStateFilter } from './state-filter.ts';
import { Timeline } from './timeline.tsx';
import { useOpenedAt } from './use-opened-at.ts';

const whatOf = (execution: Execution) => {
	if (execution.tool === 'issue_write' && execution.method === 'create') return 'Open issue';
	if (isLabels(execution)) return 'Set labels';
	return execution.tool === 'add_issue_comment' ? 'Comment' : execution.tool;
};

/** How it is known that nothing was written; what was held back shows its code instead. */
const absences: { readonly [S in NonNullable<Execution['settlement']>]?: string } = {
	reconciled: 'Proved: not there',
	resolved: 'Settled by a person',
};

function ResultCell({ execution }: { execution: Execution }) {
	const now = useNow();
	const [zone] = useZone();
	if (execution.artifact) {
		return <ArtifactLink url={execution.artifact.url}>{artifactName(execution.artifact.url)}</ArtifactLink>;
	}
	if (execution.state === 'INDETERMINATE' && execution.nextCheckAt) {
		return (
			<>
				Next look <Relative at={execution.nextCheckAt} until />
				<small>{clockText(execution.nextCheckAt, now, zone)}</small>
			</>
		);
	}
	if (execution.state === 'NEEDS_HUMAN') return <SettleButton execution={execution} />;
	const absence = execution.state === 'ABSENT' && execution.settlement ? absences[execution.settlement] : undefined;
	if (absence) return absence;
	return execution.code ? <span className="mono small">{execution.code}</span> : <span className="dim">none yet</span>;
}

function Detail({ execution }: { execution: Execution }) {
	const unsettled = execution.state === 'INDETERMINATE';
	const claimed = claimedUrl(execution);
	return (
		<div className="stack detail__box">
			<dl className="facts facts--wide">
				<dt>Execution</dt>
				<dd className="mono">{execution.id}</dd>
				<dt>Write</dt>
				<dd className="mono">{[execution.provider, execution.tool, execution.method].filter(Boolean).join(' · ')}</dd>
				<dt>argsSha</dt>
				<dd className="mono">{execution.argsSha}</dd>
				<dt>Approved by</dt>
				<dd>
					{execution.who}, written as <span className="mono">{execution.login ?? 'not known'}</span>
				</dd>
				<dt>Reserved</dt>
				<dd>
					<Moment at={execution.when} />
					{execution.settledAt ? (
						<>
							{' '}
							· settled <Moment at={execution.settledAt} />
						</>
					) : null}
				</dd>
				{execution.reason ? (
					<>
						<dt>Reason</dt>
						<dd>{execution.reason}</dd>
					</>
				) : null}
				{claimed === undefined ? null : (
					<>
						<dt>Where to look first</dt>
						<dd>
							<ClaimedAddress url={claimed} />
						</dd>
					</>
				)}
				<dt>Audit row</dt>
				<dd>
					{execution.auditSeq === null ? <span className="dim">not yet</span> : <RowLink seq={execution.auditSeq} />}
				</dd>
			</dl>
			{unsettled ? <Timeline execution={execution} argsSha={execution.argsSha} /> : null}
		</div>
	);
}

function Row({ execution, open, onToggle }: { execution: Execution; open: boolean; onToggle: () => void }) {
	return (
		<>
			<tr className={open ? 'open' : undefined}>
				<td data-l="When">
					<button
						type="button"
						className="link-btn row row--tight link-btn--plain"
						aria-expanded={open}
						onClick={onToggle}
					>
						<Icon of={open ? IconChevronDown : IconChevronRight} size={14} />
						<span>
							<span className="vh">Execution {execution.id.slice(-8)}, </span>
							<Moment at={execution.when} relative />
						</span>
					</button>
				</td>
				<td data-l="What">
					<span className="med">{whatOf(execution)}</span>
					<small className="mono">{targetText(execution.target)}</small>
				</td>
				<td data-l="Approved by">{execution.who}</td>
				<td data-l="State">
					<StateBadge state={execution.state} />
					{execution.state === 'NEEDS_HUMAN' && execution.reason ? <small>{execution.reason}</small> : null}
				</td>
				<td data-l="Result">
					<ResultCell execution={execution} />
				</td>
				<td data-l="argsSha" className="hide-m">
					<Hash value={execution.argsSha} name="argsSha" />
				</td>
			</tr>
			{open ? (
				<tr className="detail">
					<td colSpan={6}>
						<Detail execution={execution} />
					</td>
				</tr>
			) : null}
		</>
	);
}

const filters = [
	{ value: 'all', label: 'All' },
	{ value: 'NEEDS_HUMAN', label: 'Needs a person' },
] as const;

/** What was approved here, newest first, for everyone of the tenant. */
export function RecentExecutions() {
	const { tenant } = useHere();
	const [state, setState] = useStateFilter();
	const filter = state === 'all' ? undefined : state;
	const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useExecutions(tenant, filter);
	const { isPending: noBanner } = useNeedsPerson(tenant);
	const { isPending: noStrip } = usePrereqs(tenant);
	useOpenedAt('executions', (data !== undefined || error !== null) && !noBanner && !noStrip);
	const [open, setOpen] = useState<string>();
	const executions = data?.pages.flatMap((page) => page.executions) ?? [];
	return (
		<section className="card" aria-labelledby="recent" id="executions">
			<div className="card__head">
				<h2 id="recent" tabIndex={-1}>
					Recent executions
				</h2>
				<span className="push">
					<Segmented label="Which executions" value={state} options={filters} onChange={setState} />
				</span>
			</div>
			{error && !data ? (
				<div className="card__body">
					<Problem error={error} what="The executions could not be read" retry={() => void refetch()} />
				</div>
			) : !data ? (
				<div className="card__body loading">
					<span className="sk" />
				</div>
			) : executions.length === 0 ? (
				<div className="empty">
					<Icon of={IconSend} size={28} />
					<h3>{filter ? 'Nothing needs a person' : 'Nothing has been written yet'}</h3>
					<p>
						{filter
							? 'What the portal cannot settle by itself appears here.'
							: 'Approved writes appear here with their state and link.'}
					</p>
				</div>
			) : (
				<table className="tbl">
					<thead>
						<tr>
							<th scope="col">When</th>
							<th scope="col">What</th>
							<th scope="col">Approved by</th>
							<th scope="col">State</th>
							<th scope="col">Result</th>
							<th scope="col" className="hide-m">
								argsSha
							</th>
						</tr>
					</thead>
					<tbody>
						{executions.map((execution) => (
							<Fragment key={execution.id}>
								<Row
									execution={execution}
									open={open === execution.id}
									onToggle={() => setOpen(open === execution.id ? undefined : execution.id)}
								/>
							</Fragment>
						))}
					</tbody>
				</table>
			)}
			{hasNextPage ? (
				<div className="card__foot">
					<Button small blocked={isFetchingNextPage} onPress={() => void fetchNextPage()}>
						{isFetchingNextPage ? 'Loading…' : 'Older'}
					</Button>
				</div>
			) : null}
		</section>
	);
}
