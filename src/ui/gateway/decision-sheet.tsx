'use client';

import { IconKey, IconMapPin, IconMessageCircle, IconUser } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { CopyButton, CopyIcon } from '#ui/controls/copy.tsx';
import { shortHash } from '#ui/controls/hash.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { useSay } from '#ui/controls/live.tsx';
import { Moment } from '#ui/controls/time.tsx';
import { singleKey, useKeyDown } from '#ui/controls/use-key-down.ts';
import { useSandbox } from '#ui/providers.tsx';
import { useHere, usePrereqs } from '#ui/tenant.tsx';
import { ApproveBar, MemberBar, waitingFor } from './approve-bar.tsx';
import { ArtifactView } from './artifact-view.tsx';
import { JsonView } from './json-view.tsx';
import { LabelsView } from './labels-view.tsx';
import { NoticeList } from './notice-list.tsx';
import { acknowledgedCodes, noticesOf, spansOf } from './notices.ts';
import { type Proposal, targetText } from './proposal.ts';
import { SheetHead, WithTarget } from './sheet-head.tsx';
import { tagOf } from './writes.ts';

/** Where, as whom, asked by, why: read in this order, before any button. */
function FourFacts({ proposal }: { proposal: Proposal }) {
	const { me, tenant, role } = useHere();
	const sandbox = useSandbox();
	const { data: prereqs } = usePrereqs(tenant);
	const { as, target } = proposal.answer.preview;
	const testedAt = prereqs?.credential.testedAt;
	return (
		<dl className="who">
			<div>
				<dt>
					<Icon of={IconMapPin} />
					Where
				</dt>
				<dd>
					<span className="mono">{targetText(target)}</span>
					<small>{sandbox ? 'GitHub · sandbox on this machine' : 'GitHub'}</small>
				</dd>
			</div>
			<div>
				<dt>
					<Icon of={IconKey} />
					As whom
				</dt>
				<dd>
					<span className="mono">{as.login ?? 'not known yet'}</span>
					<small>
						{as.fingerprint ? (
							<>
								Credential <span className="mono">{as.fingerprint}</span>
							</>
						) : (
							'No credential is set'
						)}
						{testedAt ? (
							<>
								, tested <Moment at={testedAt} seconds={false} />
							</>
						) : null}
					</small>
				</dd>
			</div>
			<div>
				<dt>
					<Icon of={IconUser} />
					Asked by
				</dt>
				<dd>
					You, {me.user.name} <span className="role">{role}</span>
					<small>
						This form · <Moment at={proposal.at} seconds={false} />
					</small>
				</dd>
			</div>
			<div>
				<dt>
					<Icon of={IconMessageCircle} />
					Why
				</dt>
				<dd>
					{proposal.submitted.nonce ? 'Another one, on purpose' : 'Your own request'}
					{proposal.submitted.nonce ? <small>The same was written before</small> : null}
				</dd>
			</div>
		</dl>
	);
}

function Disclosed({ name, short, whole }: { name: string; short: string; whole: string }) {
	return (
		<>
			<dt>{name}</dt>
			<dd>
				<details>
					<summary className="mono">{short}</summary>
					<code>{whole}</code> <CopyIcon text={whole} label={`Copy ${name}`} />
				</details>
			</dd>
		</>
	);
}

function ExactArguments({ proposal, spans }: { proposal: Proposal; spans: Parameters<typeof JsonView>[0]['spansOf'] }) {
	const { me, role } = useHere();
	const { submitted, answer } = proposal;
	return (
		<div>
			<div className="pane__head">
				<h3 className="h4">Exact arguments</h3>
				<span className="push">
					<CopyButton label="Copy JSON" text={JSON.stringify(submitted.args, null, 2)} />
				</span>
			</div>
			<JsonView json={submitted.args} label="Exact arguments, JSON" spansOf={spans} />
			{proposal.footer === undefined ? null : (
				<p className="small sub facts--under">
					As proposed: the footer that the portal adds to the text is not among them.
				</p>
			)}
			<dl className="facts facts--under">
				<Disclosed name="argsSha" short={shortHash(answer.argsSha, 12)} whole={answer.argsSha} />
				{answer.marker ? (
					<Disclosed name="Marker" short={`sarc-mcp:${answer.argsSha.slice(0, 12)}…`} whole={answer.marker} />
				) : (
					<>
						<dt>Marker</dt>
						<dd className="small sub">None: this write carries no text, so nothing is added to it</dd>
					</>
				)}
				{answer.beforeSha ? (
					<Disclosed name="beforeSha" short={shortHash(answer.beforeSha, 12)} whole={answer.beforeSha} />
				) : null}
				{submitted.nonce ? (
					<>
						<dt>Nonce</dt>
						<dd className="mono">{submitted.nonce}</dd>
					</>
				) : null}
			</dl>
			<div className="record">
				<h3 className="h4">What will be recorded</h3>
				<p className="small sub">
					One audit row, whatever the end:{' '}
					<b className="med">{role === 'ADMIN' ? `${me.user.name} (ADMIN)` : 'the ADMIN who approves'}</b>,{' '}
					<span className="mono">{`mcp.tool.${submitted.provider}.${submitted.tool}`}</span>, the argsSha, the time, yes
					or no, and the link. <b className="med">Not recorded:</b>{' '}
					{submitted.kind === 'labels' ? 'the labels' : 'title, body'} or any other argument; the credential.
				</p>
			</div>
		</div>
	);
}

/** How long a sheet must have been shown before a key may approve: nobody reads faster, and a stuck key is slower. */
const readingMs = 1_000;

/** The moment of approval. Focus lands on the heading; nothing is approved that was not shown. */
export function DecisionSheet(props: {
	proposal: Proposal;
	onApprove: (acknowledged: string[]) => void;
	/** For a set of labels: these too, previewed again. */
	onKeep: (labels: readonly string[]) => void;
	onDiscard: () => void;
}) {
	const { proposal } = props;
	const { role } = useHere();
	const notices = useMemo(() => noticesOf(proposal.answer.preview.warnings), [proposal]);
	const [ticked, setTicked] = useState<ReadonlySet<number>>(new Set());
	const holding = notices.filter((notice) => notice.holds);
	const open = holding.filter((notice) => !ticked.has(notice.n));
	const mayApprove = role === 'ADMIN';

	const say = useSay();
	const sheet = useRef<HTMLElement>(null);
	const bar = useRef<HTMLDivElement>(null);
	const shownAt = useRef(Number.POSITIVE_INFINITY);
	useEffect(() => {
		shownAt.current = performance.now();
	}, []);
	const barInView = () => {
		const box = bar.current?.getBoundingClientRect();
		return box !== undefined && box.top >= 0 && box.bottom <= innerHeight + 1;
	};

	const toggle = (n: number) =>
		setTicked((before) => {
			const after = new Set(before);
			if (!after.delete(n)) after.add(n);
			return after;
		});
	const approve = () => {
		if (mayApprove && open.length === 0) props.onApprove(acknowledgedCodes(notices, ticked));
	};
	/** A key that cannot approve yet leads to what keeps it back. */
	const toOpenNotice = (n: number) => {
		sheet.current?.querySelector<HTMLElement>(`[data-notice="${n}"]`)?.focus();
		say(waitingFor(open));
	};
	useKeyDown((event) => {
		if (event.key === 'Enter' && (event.metaKey || event.ctrlKey) && event.shiftKey) {
			event.preventDefault();
			if (event.repeat) return;
			if (mayApprove && open[0]) return toOpenNotice(open[0].n);
			if (performance.now() - shownAt.current < readingMs || !barInView()) return;
			approve();
		} else if (open[0] && singleKey(event) === 'x') {
			if (mayApprove) toggle(open[0].n);
		}
	});

	const target = targetText(proposal.answer.preview.target);
	return (
		<section className="sheet" ref={sheet} aria-label={`Decide: ${proposal.answer.preview.summary}`}>
			<SheetHead tag={tagOf(proposal.submitted.kind)} focusKey={proposal.answer.argsSha} onClose={props.onDiscard}>
				<WithTarget sentence={proposal.answer.preview.summary} target={target} />
			</SheetHead>
			<FourFacts proposal={proposal} />
			<NoticeList
				labels={proposal.submitted.kind === 'labels'}
				notices={notices}
				ticked={mayApprove ? ticked : undefined}
				onTick={toggle}
			/>
			<div className="sheet__body">
				{proposal.submitted.kind === 'labels' ? (
					<LabelsView proposal={proposal} notices={notices} onKeep={props.onKeep} />
				) : (
					<ArtifactView proposal={proposal} notices={notices} />
				)}
				<ExactArguments proposal={proposal} spans={(field) => spansOf(notices, field)} />
			</div>
			{mayApprove ? (
				<ApproveBar
					open={open}
					anyHeld={holding.length > 0}
					onApprove={approve}
					onDiscard={props.onDiscard}
					barRef={bar}
				/>
			) : (
				<MemberBar proposal={proposal} onDiscard={props.onDiscard} />
			)}
		</section>
	);
}
