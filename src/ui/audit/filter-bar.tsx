'use client';

import { useDebouncedCallback } from '@mantine/hooks';
import { useId } from 'react';
import { Segmented } from '#ui/controls/segmented.tsx';
import { grouped } from '#ui/words.ts';
import { type Filters, isFiltered } from './filters.ts';

const knownActions = [
	'mcp.tool.github.issue_write',
	'mcp.tool.github.add_issue_comment',
	'mcp.tool.unknown',
	'mcp.reconcile.github.issue_write',
	'mcp.reconcile.github.add_issue_comment',
	'mcp.resolve.github.issue_write',
	'mcp.resolve.github.add_issue_comment',
	'flag.set',
	'dispatch.set',
	'targets.set',
	'credential.set',
	'credential.deleted',
	'token.created',
	'token.revoked',
	'access.member.set',
];

const okChoices = [
	{ value: '', label: 'All' },
	{ value: 'true', label: 'Yes' },
	{ value: 'false', label: 'No' },
] as const;

/** The log's size is that of the whole log: what a filter leaves of it is said apart. */
function countWords(size: number, shown: number | undefined): string {
	if (shown !== undefined) return `${grouped(shown)} shown, ${grouped(size)} in the log`;
	return `${size === 1 ? '1 row' : `${grouped(size)} rows`} in the log`;
}

/** Who, what, how it ended and when: each filter exact, as the API takes it. */
export function FilterBar(props: {
	filters: Filters;
	actors: Readonly<Record<string, string>>;
	/** Which of the actors are tokens: a token acts in its owner’s name. */
	tokens: ReadonlySet<string>;
	size: number | undefined;
	/** Rows on this page. */
	shown: number | undefined;
	onChange: (change: Partial<Filters>) => void;
}) {
	const { filters } = props;
	const list = useId();
	const change = (part: Partial<Filters>) => props.onChange({ ...part, before: undefined, row: undefined });
	const typed = useDebouncedCallback((action: string) => change({ action }), 300);
	const actors = Object.entries(props.actors);
	const unknownActor = filters.actor !== '' && props.actors[filters.actor] === undefined;
	const actorWords = (id: string, name: string) => (props.tokens.has(id) ? `${name} by token …${id.slice(-8)}` : name);
	return (
		<search className="toolbar">
			<label className="in-label grow">
				<span>Action (exact)</span>
				<input
					className="in in--action mono"
					placeholder="Every action"
					list={list}
					key={filters.action}
					defaultValue={filters.action}
					maxLength={128}
					autoComplete="off"
					spellCheck={false}
					data-filter
					onChange={(event) => typed(event.currentTarget.value.trim())}
				/>
			</label>
			<datalist id={list}>
				{knownActions.map((action) => (
					<option key={action} value={action} />
				))}
			</datalist>
			<Segmented label="OK" value={filters.ok} options={okChoices} onChange={(ok) => change({ ok })} />
			<label className="in-label">
				<span>Actor</span>
				<select className="in" value={filters.actor} onChange={(event) => change({ actor: event.currentTarget.value })}>
					<option value="">Everybody</option>
					{unknownActor ? <option value={filters.actor}>…{filters.actor.slice(-8)}</option> : null}
					{actors.map(([id, name]) => (
						<option key={id} value={id}>
							{actorWords(id, name)}
						</option>
					))}
				</select>
			</label>
			<label className="in-label">
				<span>
					From<span className="vh"> day, UTC</span>
				</span>
				<input
					className="in"
					type="date"
					value={filters.from}
					onChange={(event) => change({ from: event.currentTarget.value })}
				/>
			</label>
			<label className="in-label">
				<span>
					To<span className="vh"> day, UTC</span>
				</span>
				<input
					className="in"
					type="date"
					value={filters.to}
					onChange={(event) => change({ to: event.currentTarget.value })}
				/>
			</label>
			{props.size === undefined ? null : (
				<span className="small dim push num">
					{countWords(props.size, isFiltered(filters) ? props.shown : undefined)}
				</span>
			)}
		</search>
	);
}
