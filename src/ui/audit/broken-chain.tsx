'use client';

import { IconDownload, IconPower, IconUnlink } from '@tabler/icons-react';
import Link from 'next/link';
import { Button } from '#ui/controls/button.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { useHere } from '#ui/tenant.tsx';
import { grouped } from '#ui/words.ts';
import { Chain, type Joint, type Node } from './chain.tsx';
import { type AuditRow, readEntry } from './entry.ts';
import { useNeighbours } from './queries.ts';
import type { Verdict } from './verify-stream.ts';

type FirstBad = NonNullable<Verdict['firstBad']>;

/** What a reason means, in words: where, then what. */
export function reasonWords({ seq, reason }: FirstBad): string {
	const row = grouped(seq);
	const before = grouped(seq - 1);
	switch (reason) {
		case 'bytes':
			return `The stored bytes of row ${row} do not give the hashes stored beside them: they were changed or damaged after they were written.`;
		case 'link':
			return `Row ${row} does not carry the hash of ${seq === 0 ? 'an empty log' : `row ${before}`}: one of the two was changed or replaced after it was written.`;
		case 'gap':
			return `Row ${row} is missing, although later rows are there.`;
		case 'time':
			return `Row ${row} is not later than ${seq === 0 ? 'the start' : `row ${before}`}: rows were put in or moved.`;
		case 'head':
			return `The log should go on with row ${row}, but ends before it: rows were cut from the end.`;
	}
}

const nodeOf = (row: AuditRow, look: Node['look'], names: readonly ('prev' | 'entry')[]): Node => ({
	seq: row.seq,
	look,
	hashes: names.map((name) =>
		name === 'prev' ? { name, value: readEntry(row.entry).prev ?? 'none' } : { name, value: row.entryHash },
	),
});

const jointsOf = (reason: FirstBad['reason']): { left: Joint; right: Joint } => {
	switch (reason) {
		case 'bytes':
			return { left: 'holds', right: 'broken' };
		case 'link':
		case 'time':
			return { left: 'broken', right: 'holds' };
		case 'gap':
			return { left: 'broken', right: 'broken' };
		case 'head':
			return { left: 'broken', right: 'none' };
	}
};

function Drawing({ firstBad }: { firstBad: FirstBad }) {
	const { tenant } = useHere();
	const { seq, reason } = firstBad;
	const { data } = useNeighbours(tenant, seq);
	if (data === undefined) return <div className="chain chain--wait" />;
	const at = (wanted: number) => data.entries.find((row) => row.seq === wanted);
	const before = at(seq - 1);
	const here = at(seq);
	const after = at(seq + 1);
	const joints = jointsOf(reason);
	return (
		<Chain
			label={`The break, at row ${grouped(seq)}`}
			before={before ? nodeOf(before, 'plain', ['entry']) : seq === 0 ? 'The log begins here' : 'Not there'}
			left={before ? joints.left : 'none'}
			here={here ? nodeOf(here, 'bad', ['prev', 'entry']) : { seq, look: 'bad', note: 'not there', hashes: [] }}
			right={after ? joints.right : 'none'}
			after={after ? nodeOf(after, 'plain', ['prev']) : 'The end of the log'}
		/>
	);
}

/** The verdict says where, what it means and what to do, in that order. */
export function BrokenChain({ firstBad, size, onExport }: { firstBad: FirstBad; size: number; onExport: () => void }) {
	const { tenant, role } = useHere();
	const row = grouped(firstBad.seq);
	return (
		<section className="sheet outcome outcome--bad" role="alert">
			<div className="outcome__head">
				<Icon of={IconUnlink} size={28} />
				<div className="grow">
					<h2 className="sheet__title">The chain is broken at row {row}</h2>
					<p>
						{firstBad.seq > 0 ? `Rows 0 to ${grouped(firstBad.seq - 1)} are intact. ` : ''}
						{reasonWords(firstBad)} The log says it has {grouped(size)} rows.
					</p>
				</div>
			</div>
			<div className="outcome__facts">
				<Drawing firstBad={firstBad} />
			</div>
			<div className="outcome__grid">
				<div>
					<h3>1. Keep</h3>
					<p className="small sub">Change nothing. Export now: the export holds every row exactly as it is.</p>
					<div className="row--above">
						<Button small onPress={onExport}>
							<Icon of={IconDownload} size={14} />
							Export
						</Button>
					</div>
				</div>
				<div>
					<h3>2. Stop</h3>
					<p className="small sub">
						{role === 'ADMIN'
							? 'Switch writes off until it is understood.'
							: 'Have an ADMIN switch writes off until it is understood.'}
					</p>
					{role === 'ADMIN' ? (
						<div className="row--above">
							<Link className="btn btn--sm btn--stop" href={`/t/${tenant}/settings/kill-switch`} prefetch={false}>
								<Icon of={IconPower} size={14} />
								Switch writes off
							</Link>
						</div>
					) : null}
				</div>
				<div>
					<h3>3. Compare</h3>
					<p className="small sub">Hold row {row} against an earlier export or backup, and tell your auditor.</p>
				</div>
			</div>
		</section>
	);
}
