import { artifactKey } from '#core/execution/artifact-key';
import type { AuditPosition } from '#gateway/ports/audit';
import type { SettleInput } from '#gateway/ports/executions';
import type { Appender } from './audit-append.ts';

/**
 * Moves an execution to its next state and appends the row that says so, in one transaction. The fence is id, epoch and
 * state: of any number of processes that try, one moves it; the others get null and have changed nothing.
 */
export function settle(appender: Appender, tenantId: string, input: SettleInput): Promise<AuditPosition | null> {
	return appender.settle(tenantId, input);
}

/** What a settlement brings into the statement of an append: one array each, an element for every entry of the batch. */
const COLUMNS: readonly (readonly [name: string, type: string, of: (input: SettleInput) => unknown])[] = [
	['id', 'uuid', (input) => input.executionId],
	['epoch', 'int', (input) => input.epoch],
	['from', 'text', (input) => input.from.join(',')],
	['look', 'int', (input) => input.look ?? null],
	['to', 'text', (input) => input.to],
	['code', 'text', (input) => input.code],
	['reason', 'text', (input) => input.reason],
	['url', 'text', (input) => input.artifactUrl],
	[
		'key',
		'text',
		({ to, artifactUrl }) => (to === 'CONFIRMED' && artifactUrl !== null ? artifactKey(artifactUrl) : null),
	],
	['claimed', 'text', (input) => input.claimedUrl ?? null],
	['next', 'double precision', (input) => input.nextCheckInMs],
	['attempt', 'boolean', (input) => input.isAttemptRow],
];

/** Null where an entry settles nothing. */
export function settleParams(inputs: readonly (SettleInput | null)[]): unknown[] {
	return COLUMNS.map(([, , of]) => inputs.map((input) => (input === null ? null : of(input))));
}

/** Pieces of the statement, whose parameters of settlements begin at `first`; each is about the entry `ord`. */
export function settleClauses(first: number) {
	const array = (name: string): string => {
		const at = COLUMNS.findIndex(([known]) => known === name);
		return `$${first + at}::${COLUMNS[at]?.[1]}[]`;
	};
	const its = (name: string): string => `(${array(name)})[ord]`;
	return {
		ids: array('id'),
		id: its('id'),
		/**
		 * The execution, if it is still where the settlement moves it from, and if no other has made what it is said to have
		 * made. A set of labels makes nothing. Of two that are settled at the same moment the unique index lets one through.
		 */
		fence: `x.epoch = ${its('epoch')} AND x.state = ANY (pg_catalog.string_to_array(${its('from')}, ','))
			AND (${its('look')} IS NULL OR x.checks = ${its('look')})
			AND (${its('key')} IS NULL OR x.after_sha IS NOT NULL OR NOT EXISTS (
				SELECT FROM execution AS other WHERE other.artifact_key = ${its('key')}
			) AND NOT EXISTS (
				SELECT FROM execution AS other WHERE other.state = 'CONFIRMED' AND other.after_sha IS NULL
				AND other.artifact_key IS NULL AND other.artifact_url = ${its('url')}
			))`,
		/** `seq` = the entry's. One clock for both times: an age a hair below the first look's time would bring that look twice. */
		set: `state = ${its('to')}, code = ${its('code')}, reason = ${its('reason')},
			artifact_url = coalesce(${its('url')}, artifact_url), claimed_url = coalesce(${its('claimed')}, claimed_url),
			artifact_key = CASE WHEN after_sha IS NULL THEN ${its('key')} END, look_until = NULL, next_check_at = pg_catalog.now() + ${its('next')} * interval '1 millisecond',
			unknown_since = CASE WHEN ${its('to')} = 'INDETERMINATE' THEN pg_catalog.now() ELSE unknown_since END,
			settled_at = CASE WHEN ${its('to')} IN ('CONFIRMED', 'REJECTED', 'ABSENT') THEN pg_catalog.now() ELSE settled_at END,
			audit_seq = CASE WHEN ${its('attempt')} THEN seq ELSE audit_seq END`,
	};
}
