import type { AuditPosition, SettleInput } from '#gateway/ports';
import type { Appender, GatedChange } from './audit-append.ts';

const FENCE = 'id = $11::uuid AND epoch = $12::int AND state = ANY ($13::text[])';

const SET = `state = $14, code = $15, reason = $16, artifact_url = coalesce($17, artifact_url),
	next_check_at = $18::timestamptz,
	settled_at = CASE WHEN $14 IN ('CONFIRMED', 'REJECTED', 'ABSENT') THEN now() ELSE settled_at END,
	audit_seq = CASE WHEN $19::boolean THEN $20::bigint ELSE audit_seq END`;

/** The same text with its parameters counted from $1, for where nothing stands before them. */
const fromOne = (sql: string): string => sql.replace(/\$(\d+)/g, (_, n) => `$${Number(n) - 10}`);

/**
 * Moves an execution to its next state and appends the row that says so, in one transaction. The fence is id, epoch and
 * state: of any number of processes that try, one moves it; the others get null and have changed nothing.
 */
export function settle(appender: Appender, tenantId: string, input: SettleInput): Promise<AuditPosition | null> {
	const fence = [input.executionId, input.epoch, [...input.from]];
	const set = [input.to, input.code, input.reason, input.artifactUrl, input.nextCheckAt, input.isAttemptRow];
	const change: GatedChange = {
		name: 'settle',
		sql: `gate AS (UPDATE execution SET ${SET} WHERE ${FENCE} RETURNING id)`,
		params: (seq) => [...fence, ...set, seq],
		isOpen: async (query) => {
			const rows = await query(`SELECT id FROM execution WHERE ${fromOne(FENCE)} FOR UPDATE`, fence);
			return rows.length === 1;
		},
		apply: async (query, seq) => {
			await query(`UPDATE execution SET ${fromOne(SET)} WHERE ${fromOne(FENCE)}`, [...fence, ...set, seq]);
		},
	};
	return appender.appendWith(tenantId, input.entry, change);
}
