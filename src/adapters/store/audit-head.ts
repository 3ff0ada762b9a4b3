import { EMPTY_HEAD } from '#core/audit/hash';
import type { Query } from './database.ts';

/** Where a log ends: `size` entries, the last of them hashing to `head`, written at `lastAt`. */
export interface Head {
	readonly size: number;
	readonly head: string;
	readonly lastAt: string | null;
}

interface HeadRow extends Record<string, unknown> {
	readonly size: number;
	readonly head: string;
	readonly last_at: string | null;
}

function headOf(row: HeadRow): Head {
	return { size: row.size, head: row.head, lastAt: row.last_at };
}

const READ = 'SELECT size, head, last_at FROM audit_head WHERE log = $1';

/** Null when nothing was ever written to the log. */
export async function readHead(query: Query, log: string): Promise<Head | null> {
	const [row] = await query<HeadRow>(READ, [log], 'head');
	return row === undefined ? null : headOf(row);
}

/** The lock under which `seq` and `prev` are given out. A log begins with its first entry; an empty head says nothing yet. */
export async function lockHead(query: Query, log: string): Promise<Head> {
	await query('INSERT INTO audit_head (log, size, head) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING', [log, EMPTY_HEAD]);
	const [row] = await query<HeadRow>(`${READ} FOR UPDATE`, [log]);
	if (row === undefined) throw new Error('an audit head vanished');
	return headOf(row);
}
