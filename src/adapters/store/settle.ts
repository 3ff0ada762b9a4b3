import type { AuditPosition, SettleInput } from '#gateway/ports';
import type { Appender, GatedChange } from './audit-append.ts';
import { GATE_PARAMETER } from './audit-statement.ts';

/** `first` numbers the parameters: they stand alone, or behind those of the append. */
function statement(first: number) {
	const p = (offset: number): string => `$${first + offset}`;
	const fence = `id = ${p(0)}::uuid AND epoch = ${p(1)}::int AND state = ANY (${p(2)}::text[])
		AND (${p(3)}::int IS NULL OR checks = ${p(3)}::int)`;
	const update = `UPDATE execution SET state = ${p(4)}, code = ${p(5)}, reason = ${p(6)},
		artifact_url = coalesce(${p(7)}, artifact_url), claimed_url = coalesce(${p(9)}, claimed_url), look_until = NULL,
		next_check_at = clock_timestamp() + ${p(8)}::double precision * interval '1 millisecond',
		unknown_since = CASE WHEN ${p(4)} = 'INDETERMINATE' THEN clock_timestamp() ELSE unknown_since END,
		settled_at = CASE WHEN ${p(4)} IN ('CONFIRMED', 'REJECTED', 'ABSENT') THEN now() ELSE settled_at END,
		audit_seq = CASE WHEN ${p(10)}::boolean THEN ${p(11)}::bigint ELSE audit_seq END WHERE ${fence}`;
	return { fence, update };
}

const gated = statement(GATE_PARAMETER);
const alone = statement(1);

/**
 * Moves an execution to its next state and appends the row that says so, in one transaction. The fence is id, epoch and
 * state: of any number of processes that try, one moves it; the others get null and have changed nothing.
 */
export function settle(appender: Appender, tenantId: string, input: SettleInput): Promise<AuditPosition | null> {
	const fence = [input.executionId, input.epoch, [...input.from], input.look ?? null];
	const set = [
		input.to,
		input.code,
		input.reason,
		input.artifactUrl,
		input.nextCheckInMs,
		input.claimedUrl ?? null,
		input.isAttemptRow,
	];
	const change: GatedChange = {
		name: 'settle',
		gate: `gate AS (${gated.update} RETURNING id)`,
		params: (seq) => [...fence, ...set, seq],
		isOpen: async (query) => {
			const rows = await query(`SELECT id FROM execution WHERE ${alone.fence} FOR UPDATE`, fence);
			return rows.length === 1;
		},
		apply: async (query, seq) => {
			await query(alone.update, [...fence, ...set, seq]);
		},
	};
	return appender.appendWith(tenantId, input.entry, change);
}
