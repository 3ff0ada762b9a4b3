'use client';

import { IconCheck, IconChevronDown, IconChevronRight, IconHelpHexagon, IconShieldX, IconX } from '@tabler/icons-react';
import { Fragment, type MouseEvent } from 'react';
import { Hash } from '#ui/controls/hash.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { Moment } from '#ui/controls/time.tsx';
import { grouped } from '#ui/words.ts';
import { type AuditPage, type AuditRow, actionWords, changeOf, type ReadEntry, readEntry, targetOf } from './entry.ts';
import { RowDetail } from './row-detail.tsx';

/** Yes, or no with its code: unknown has its own colour, a refusal is neutral, red is rejected or changed. */
function OkCell({ entry }: { entry: ReadEntry }) {
	if (entry.ok === undefined) return <span className="err-text">not readable</span>;
	if (entry.ok) {
		return (
			<span className="state state--plain">
				<Icon of={IconCheck} />
				Yes
			</span>
		);
	}
	const unknown = entry.code === 'outcome_unknown';
	const bad = entry.code === 'upstream_rejected' || entry.code === 'args_sha_mismatch';
	const tone = unknown ? 'tone--unknown' : bad ? 'tone--bad' : 'tone--stop';
	return (
		<span className={`row row--top row--tight ${tone}`}>
			<Icon of={unknown ? IconHelpHexagon : bad ? IconX : IconShieldX} size={14} className="i--1st" />
			<span>
				No
				<small className="mono">{entry.code}</small>
			</span>
		</span>
	);
}

function Actor({ entry, actors }: { entry: ReadEntry; actors: Readonly<Record<string, string>> }) {
	if (entry.actorKind === 'system') return <span className="dim">the portal</span>;
	const name = entry.actorId ? actors[entry.actorId] : undefined;
	return (
		<>
			<span className={name?.startsWith('…') ? 'nowrap mono' : 'nowrap'} title={entry.actorId}>
				{name ?? 'not readable'}
			</span>
			<small>
				{entry.actorRole}
				{entry.actorKind === 'token' ? ', by token' : ''}
			</small>
		</>
	);
}

/** In the place of a target: why a switch was set, which is asked for but not demanded when it goes off. */
function whyWords(entry: ReadEntry): string {
	if (entry.why) return `“${entry.why}”`;
	return entry.action === 'flag.set' || entry.action === 'dispatch.set' ? 'no reason given' : 'not recorded';
}

function Row(props: { row: AuditRow; actors: Readonly<Record<string, string>>; open: boolean; onToggle: () => void }) {
	const { row, open } = props;
	const entry = readEntry(row.entry);
	const target = targetOf(entry) ?? changeOf(entry);
	const pressedRow = (event: MouseEvent<HTMLTableRowElement>) => {
		// A control inside has its own press, and text that was just selected is to be copied.
		const control = event.target instanceof Element && event.target.closest('button, a') !== null;
		if (!control && (getSelection()?.isCollapsed ?? true)) props.onToggle();
	};
	return (
		<>
			{/* A larger target for the mouse; the button in it is the keyboard's. */}
			<tr className={open ? 'pick open' : 'pick'} onClick={pressedRow}>
				<td data-l="Row" className="num">
					<button
						type="button"
						className="link-btn row row--tight link-btn--plain"
						aria-expanded={open}
						onClick={props.onToggle}
					>
						<Icon of={open ? IconChevronDown : IconChevronRight} size={14} />
						<span className="vh">Row </span>
						{grouped(row.seq)}
					</button>
				</td>
				<td data-l="Time">
					{entry.at ? <Moment at={entry.at} relative /> : <span className="dim">not readable</span>}
				</td>
				<td data-l="Actor">
					<Actor entry={entry} actors={props.actors} />
				</td>
				<td data-l="Action">
					{actionWords(entry)}
					<small className="mono">{entry.action}</small>
				</td>
				<td data-l="Target" className="mono">
					{target ?? <span className="dim">{whyWords(entry)}</span>}
				</td>
				<td data-l="OK">
					<OkCell entry={entry} />
				</td>
				<td data-l="argsSha">
					{entry.argsSha ? <Hash value={entry.argsSha} name="argsSha" /> : <span className="dim">none</span>}
				</td>
			</tr>
			{open ? (
				<tr className="detail">
					<td colSpan={7}>
						<RowDetail row={row} />
					</td>
				</tr>
			) : null}
		</>
	);
}

export function AuditTable(props: {
	page: AuditPage;
	actors: Readonly<Record<string, string>>;
	open: number | undefined;
	onOpen: (seq: number | undefined) => void;
}) {
	return (
		// biome-ignore lint/a11y/useSemanticElements: a scrolling table is no fieldset
		// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
		<div className="scroll" tabIndex={0} role="group" aria-label="Audit rows">
			<table className="tbl tbl--log">
				<thead>
					<tr>
						<th scope="col">Row</th>
						<th scope="col">Time</th>
						<th scope="col">Actor</th>
						<th scope="col">Action</th>
						<th scope="col">Target</th>
						<th scope="col">OK</th>
						<th scope="col">argsSha</th>
					</tr>
				</thead>
				<tbody>
					{props.page.entries.map((row) => (
						<Fragment key={row.seq}>
							<Row
								row={row}
								actors={props.actors}
								open={props.open === row.seq}
								onToggle={() => props.onOpen(props.open === row.seq ? undefined : row.seq)}
							/>
						</Fragment>
					))}
				</tbody>
			</table>
		</div>
	);
}
