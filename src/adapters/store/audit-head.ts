import { EMPTY_HEAD } from '#core/audit/hash';
import type { AuditHead } from '#gateway/ports/audit';
import type { Query } from './database.ts';

/** Where a log ends: `size` entries, the last of them hashing to `head`. Null when nothing was ever written to it. */
export async function readHead(query: Query, log: string): Promise<AuditHead | null> {
	const [row] = await query<{ size: number; head: string }>(
		'SELECT size, head FROM audit_head WHERE log = $1',
		[log],
		'head',
	);
	return row ?? null;
}

/** The row whose lock every append takes. A log begins with its first entry; an empty head says nothing yet. */
export async function ensureHead(query: Query, log: string): Promise<void> {
	await query('INSERT INTO audit_head (log, size, head) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING', [log, EMPTY_HEAD]);
}
