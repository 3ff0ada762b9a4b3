'use client';

import { IconAlertHexagon, IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { CopyButton, CopyIcon } from '#ui/controls/copy.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { ScrollBox } from '#ui/controls/scroll-box.tsx';
import { useHere } from '#ui/tenant.tsx';
import { grouped } from '#ui/words.ts';
import { Chain, type Joint, type Node } from './chain.tsx';
import { derive } from './derive.ts';
import { type AuditRow, byteLength, readEntry } from './entry.ts';
import { useNeighbours } from './queries.ts';

const zeros = '0'.repeat(64);

function HashLine({ name, value }: { name: string; value: string }) {
	return (
		<>
			<dt>{name}</dt>
			<dd className="row row--top row--tight">
				<span className="mono tiny break">{value}</span>
				<CopyIcon text={value} label={`Copy ${name}`} />
			</dd>
		</>
	);
}

/** Whether the stored hashes are those of the stored bytes, computed here. */
function Rederived({ row, prev }: { row: AuditRow; prev: string | undefined }) {
	const { data, isPending } = useQuery({
		queryKey: ['derived', row.seq, row.entryHash, row.entry],
		queryFn: async () => (await derive(row.entry, prev)) ?? null,
		staleTime: Number.POSITIVE_INFINITY,
	});
	if (isPending) return null;
	if (!data) {
		return (
			<span className="push small dim">
				{globalThis.crypto?.subtle ? 'Cannot be re-derived: prev is no hash' : 'This browser hashes on https only'}
			</span>
		);
	}
	const agrees = data.leaf === row.leaf && data.entryHash === row.entryHash;
	return (
		<span className={`push small ${agrees ? 'good' : 'err-text'}`}>
			<Icon of={agrees ? IconCheck : IconAlertHexagon} size={14} />{' '}
			{agrees ? 'Re-derived in this browser' : 'These bytes do not give these hashes'}
		</span>
	);
}

function Neighbours({ row, prev }: { row: AuditRow; prev: string | undefined }) {
	const { tenant } = useHere();
	const { data } = useNeighbours(tenant, row.seq);
	if (data === undefined) return <div className="chain chain--wait" />;
	const before = data.entries.find((one) => one.seq === row.seq - 1);
	const after = data.entries.find((one) => one.seq === row.seq + 1);
	const afterPrev = after && readEntry(after.entry).prev;
	const left: Joint = before ? (before.entryHash === prev ? 'holds' : 'broken') : row.seq === 0 ? 'none' : 'broken';
	const right: Joint = after ? (afterPrev === row.entryHash ? 'holds' : 'broken') : 'none';
	const here: Node = {
		seq: row.seq,
		look: 'here',
		note: 'this row',
		hashes: [
			{
				name: 'prev',
				value: prev === zeros ? '64 zeros' : (prev ?? 'none'),
				...(left === 'holds' ? { equals: `equals the entry hash of row ${grouped(row.seq - 1)}` } : {}),
			},
			{ name: 'entry', value: row.entryHash },
		],
	};
	const broken = left === 'broken' || right === 'broken';
	return (
		<Chain
			label={`This row and its neighbours: ${broken ? 'a link is broken' : 'the links hold'}`}
			before={
				before
					? { seq: before.seq, look: 'plain', hashes: [{ name: 'entry', value: before.entryHash }] }
					: row.seq === 0
						? 'The log begins here'
						: `Row ${grouped(row.seq - 1)} is missing`
			}
			left={left}
			here={here}
			right={right}
			after={
				after
					? {
							seq: after.seq,
							look: 'plain',
							hashes: [
								{
									name: 'prev',
									value: afterPrev ?? 'none',
									...(right === 'holds' ? { equals: `equals the entry hash of row ${grouped(row.seq)}` } : {}),
								},
							],
						}
					: 'The newest row'
			}
		/>
	);
}

/** An opened row: its place in the chain, its exact bytes, its hashes. */
export function RowDetail({ row }: { row: AuditRow }) {
	const entry = readEntry(row.entry);
	return (
		<div className="stack detail__box">
			<Neighbours row={row} prev={entry.prev} />
			<div className="grid2 grid2--bytes">
				<div>
					<div className="pane__head">
						<h3 className="h4">Exact bytes, as hashed</h3>
						<span className="dim tiny num">{grouped(byteLength(row.entry))} bytes</span>
						<span className="push">
							<CopyButton label="Copy bytes" text={row.entry} />
						</span>
					</div>
					<ScrollBox className="code code--wrap" label={`Exact bytes of row ${grouped(row.seq)}`}>
						{row.entry}
					</ScrollBox>
				</div>
				<div>
					<div className="pane__head">
						<h3 className="h4">Hashes</h3>
						<Rederived row={row} prev={entry.prev} />
					</div>
					<dl className="facts">
						{entry.prev ? <HashLine name="prev" value={entry.prev} /> : null}
						<HashLine name="leaf" value={row.leaf} />
						<HashLine name="entry hash" value={row.entryHash} />
						{entry.argsSha ? <HashLine name="argsSha" value={entry.argsSha} /> : null}
					</dl>
					<p className="tiny dim record__how">
						leaf = SHA-256(0x00 + bytes). entry hash = SHA-256(“sarc-audit-v1\n” + prev + leaf). The arguments
						themselves are not stored; have them, and anyone can recompute argsSha.
					</p>
				</div>
			</div>
		</div>
	);
}
