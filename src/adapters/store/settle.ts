import type { AuditPosition, SettleInput } from '#gateway/ports';
import type { Appender } from './audit-append.ts';

/**
 * Moves an execution to its next state and appends the row that says so, in one transaction. The fence is id, epoch and
 * state: of any number of processes that try, one moves it; the others get null and have changed nothing.
 */
export function settle(appender: Appender, tenantId: string, input: SettleInput): Promise<AuditPosition | null> {
	return appender.settle(tenantId, input);
}

/** The names and types of what a settlement brings into the statement of an append, in the order of `settleParams`. */
const COLUMNS = [
	['ord', 'int'],
	['id', 'uuid'],
	['epoch', 'int'],
	['states', 'text'],
	['look', 'int'],
	['state', 'text'],
	['code', 'text'],
	['reason', 'text'],
	['artifact_url', 'text'],
	['next_in_ms', 'double precision'],
	['claimed_url', 'text'],
	['is_attempt', 'boolean'],
] as const;

/** `ord` = which of the batch's entries records it, from 1. */
export interface Settlement {
	readonly ord: number;
	readonly input: SettleInput;
}

/** The settlements as rows `s`; `first` numbers the parameters. */
export function settlementRows(first: number): string {
	const arrays = COLUMNS.map(([, type], i) => `$${first + i}::${type}[]`);
	return `unnest(${arrays.join(', ')}) AS s (${COLUMNS.map(([name]) => name).join(', ')})`;
}

/** Sorted by execution: batches of several processes lock the rows that they share in one order. */
export function settleParams(settlements: readonly Settlement[]): unknown[] {
	const sorted = [...settlements].sort((a, b) => (a.input.executionId < b.input.executionId ? -1 : 1));
	const rows = sorted.map(({ ord, input }) => [
		ord,
		input.executionId,
		input.epoch,
		input.from.join(','),
		input.look ?? null,
		input.to,
		input.code,
		input.reason,
		input.artifactUrl,
		input.nextCheckInMs,
		input.claimedUrl ?? null,
		input.isAttemptRow,
	]);
	return COLUMNS.map((_, column) => rows.map((row) => row[column]));
}

/** Locks the execution of a settlement `s`, if it is still where the settlement moves it from. */
export const LOCK_EXECUTION = `SELECT x.id FROM execution AS x
	WHERE x.id = s.id AND x.epoch = s.epoch AND x.state = ANY (pg_catalog.string_to_array(s.states, ','))
		AND (s.look IS NULL OR x.checks = s.look)
	FOR UPDATE`;

/** What a settlement `s` sets; `placed.seq` is its entry's. */
export const SET_EXECUTION = `state = s.state, code = s.code, reason = s.reason,
	artifact_url = coalesce(s.artifact_url, execution.artifact_url),
	claimed_url = coalesce(s.claimed_url, execution.claimed_url), look_until = NULL,
	next_check_at = pg_catalog.clock_timestamp() + s.next_in_ms * interval '1 millisecond',
	unknown_since = CASE WHEN s.state = 'INDETERMINATE' THEN pg_catalog.clock_timestamp() ELSE execution.unknown_since END,
	settled_at = CASE WHEN s.state IN ('CONFIRMED', 'REJECTED', 'ABSENT') THEN pg_catalog.now() ELSE execution.settled_at END,
	audit_seq = CASE WHEN s.is_attempt THEN placed.seq ELSE execution.audit_seq END`;
