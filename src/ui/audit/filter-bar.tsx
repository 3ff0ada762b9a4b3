'use client';

import { useDebouncedCallback } from '@mantine/hooks';
import { useId } from 'react';
import { Segmented } from '#ui/controls/segmented.tsx';
import { grouped } from '#ui/words.ts';
import type { Filters } from './filters.ts';

const knownActions = [
	'mcp.tool.github.issue_write',
	'mcp.tool.github.add_issue_comment',
	'mcp.tool.unknown',
	'mcp.reconcile.github.issue_write',
	'mcp.reconcile.github.add_issue_comment',
	'flag.set',
	'dispatch.set',
	'credential.set',
	'credential.deleted',
	'token.created',
	'token.revoked',
];

const okChoices = [
	{ value: '', label: 'All' },
	{ value: 'true', label: 'Yes' },
	{ value: 'false', label: 'No' },
] as const;

/** Who, what, how it ended and when: each filter exact, as the API takes it. */
export function FilterBar(props: {
	filters: Filters;
	actors: Readonly<Record<string, string>>;
	size: number | undefined;
	onChange: (change: Partial<Filters>) => void;
}) {
	const { filters } = props;
	const list = useId();
	const change = (part: Partial<Filters>) => props.onChange({ ...part, before: undefined, row: undefined });
	const typed = useDebouncedCallback((action: string) => change({ action }), 300);
	const actors = Object.entries(props.actors);
	const unknownActor = filters.actor !== '' && props.actors[filters.actor] === undefined;
	return (
		<search className="toolbar">
			<input
				className="in in--action mono"
				aria-label="Action"
				placeholder="Every action"
				list={list}
				key={filters.action}
				defaultValue={filters.action}
				maxLength={128}
				onChange={(event) => typed(event.currentTarget.value.trim())}
			/>
			<datalist id={list}>
				{knownActions.map((action) => (
					<option key={action} value={action} />
				))}
			</datalist>
			<Segmented label="OK" value={filters.ok} options={okChoices} onChange={(ok) => change({ ok })} />
			<select
				className="in"
				aria-label="Actor"
				value={filters.actor}
				onChange={(event) => change({ actor: event.currentTarget.value })}
			>
				<option value="">Everybody</option>
				{unknownActor ? <option value={filters.actor}>…{filters.actor.slice(-8)}</option> : null}
				{actors.map(([id, name]) => (
					<option key={id} value={id}>
						{name}
					</option>
				))}
			</select>
			<input
				className="in"
				type="date"
				aria-label="From day, UTC"
				value={filters.from}
				onChange={(event) => change({ from: event.currentTarget.value })}
			/>
			<input
				className="in"
				type="date"
				aria-label="To day, UTC"
				value={filters.to}
				onChange={(event) => change({ to: event.currentTarget.value })}
			/>
			{props.size === undefined ? null : (
				<span className="small dim push num">
					{props.size === 1 ? '1 row' : `${grouped(props.size)} rows`} in the log
				</span>
			)}
		</search>
	);
}
