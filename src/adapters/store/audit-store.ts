import { EMPTY_HEAD } from '#core/audit/hash';
import type { AuditHead, AuditQuery, AuditStore, StoredEntry } from '#gateway/ports/audit';
import type { Appender } from './audit-append.ts';
import { readHead } from './audit-head.ts';
import type { Query } from './database.ts';

const COLUMNS = 'seq, entry, leaf, entry_hash AS "entryHash"';
const SCAN_BATCH = 1_000;

type EntryRow = StoredEntry & Record<string, unknown>;

/** Reading of the audit logs, in the order of seq: never of time, which a clock gives. */
export function createAuditStore(query: Query, appender: Appender): AuditStore {
	async function head(log: string): Promise<AuditHead> {
		return (await readHead(query, log)) ?? { size: 0, head: EMPTY_HEAD };
	}

	return {
		append: (log, entry) => appender.append(log, entry),
		head,
		beyondHead: async (log) => {
			// One statement, one snapshot: an append moves entry and head together.
			const [row] = await query<{ seq: number | null }>(
				`SELECT min(seq) AS seq FROM audit_entry
				WHERE log = $1 AND seq >= coalesce((SELECT size FROM audit_head WHERE log = $1), 0)`,
				[log],
			);
			return row?.seq ?? null;
		},
		page: async (wanted) => {
			// First the head, then only what is below it: page and head belong together while others append.
			const end = await head(wanted.log);
			const rows = await query<EntryRow>(...pageQuery(wanted, end.size));
			return { entries: rows.slice(0, wanted.limit), head: end, more: rows.length > wanted.limit };
		},
		scan: async function* (log, size) {
			let next = 0;
			while (next < size) {
				const batch = await query<EntryRow>(
					`SELECT ${COLUMNS} FROM audit_entry WHERE log = $1 AND seq >= $2 AND seq < $3 ORDER BY seq LIMIT ${SCAN_BATCH}`,
					[log, next, size],
					'scan',
				);
				const last = batch.at(-1);
				if (last === undefined) return;
				yield batch;
				next = last.seq + 1;
			}
		},
	};
}

/** One row more than asked for says whether there is more. */
function pageQuery(wanted: AuditQuery, size: number): [string, unknown[]] {
	const params: unknown[] = [wanted.log, size];
	const where = ['log = $1', 'seq < $2'];
	const also = (condition: (parameter: string) => string, value: unknown): void => {
		if (value === undefined) return;
		params.push(value);
		where.push(condition(`$${params.length}`));
	};
	also((p) => `seq > ${p}::bigint`, wanted.after);
	also((p) => `seq < ${p}::bigint`, wanted.before);
	also((p) => `action = ${p}`, wanted.action);
	also((p) => `ok = ${p}::boolean`, wanted.ok);
	also((p) => `actor_id = ${p}`, wanted.actor);
	also((p) => `at >= ${p}::timestamptz`, wanted.from);
	also((p) => `at < ${p}::timestamptz`, wanted.to);
	const order = wanted.order === 'asc' ? 'ASC' : 'DESC';
	const text = `SELECT ${COLUMNS} FROM audit_entry WHERE ${where.join(' AND ')} ORDER BY seq ${order}`;
	return [`${text} LIMIT ${Math.trunc(wanted.limit) + 1}`, params];
}
