import { buildEntry, type EntryDraft } from '#core/audit/entry';
import { EMPTY_HEAD } from '#core/audit/hash';
import { nextAt } from '#core/audit/timestamp';
import type { Sha256 } from '#core/sha256';
import type { AuditPosition, Clock, Log } from '#gateway/ports';
import { type Database, type Query, sqlState, type Tx } from './database.ts';
import { oneAtATime } from './one-at-a-time.ts';

export interface AppendDeps {
	readonly sha256: Sha256;
	readonly clock: Clock;
	readonly log: Log;
}

interface Head {
	readonly size: number;
	readonly head: string;
	readonly lastAt: string | null;
}

/**
 * A change that only happens together with its audit row. `sql` is a CTE named `gate`, whose rows say whether it did
 * (no row: nothing is appended); its parameters start at $11. `locked` is the same in steps, for when the head has moved.
 */
export interface GatedChange {
	readonly name: string;
	readonly sql: string;
	readonly params: (seq: number) => readonly unknown[];
	/** Locks the row and says whether the gate is open. */
	readonly isOpen: (query: Query) => Promise<boolean>;
	readonly apply: (query: Query, seq: number) => Promise<void>;
}

export interface Appender {
	/** Appends one entry, in a transaction of its own. */
	append(log: string, draft: EntryDraft): Promise<AuditPosition>;
	/** Change and entry in one transaction; null when the gate was shut: then nothing was done. */
	appendWith(log: string, draft: EntryDraft, change: GatedChange): Promise<AuditPosition | null>;
	/**
	 * Runs `work` in a transaction, in which `append` may be called, last: it takes the head's lock. Whatever throws, the
	 * builder of an entry included, undoes everything.
	 */
	changing<T>(
		work: (tx: Tx, append: (log: string, draft: EntryDraft) => Promise<AuditPosition>) => Promise<T>,
	): Promise<T>;
}

/** Nothing but its own row: the gate of a plain append is always open. */
const nothingElse: GatedChange = {
	name: 'append',
	sql: 'gate AS (SELECT)',
	params: () => [],
	isOpen: async () => true,
	apply: async () => {},
};

/**
 * One statement, one round trip, one commit. The head is moved from where this process believes it to be (size $2, hash
 * $3); the entry is inserted only if it moved; and if the gate opened without an insert, the division by zero takes the
 * whole statement back. So a stale belief can neither fork the chain nor leave a gap, nor a change without its row. The
 * head is locked before the entry is inserted, in the same order as below: else the two ways could deadlock.
 */
const TAIL = `
moved AS (
	UPDATE audit_head SET size = $2::bigint + 1, head = $6, last_at = $7 FROM gate
	WHERE log = $1 AND size = $2::bigint AND head = $3 RETURNING log
), entry AS (
	INSERT INTO audit_entry (log, seq, entry, leaf, entry_hash, at, action, ok, actor_id)
	SELECT $1, $2::bigint, $4, $5, $6, $7::timestamptz, $8, $9::boolean, $10 FROM moved RETURNING seq
)
SELECT CASE WHEN EXISTS (SELECT FROM gate) THEN 1 / (SELECT count(*)::int FROM entry) ELSE 0 END AS appended`;

const DIVISION_BY_ZERO = '22012';
const UNIQUE_VIOLATION = '23505';

/** The writer of audit logs: the only code that inserts into audit_entry (bytes §4). */
export function createAppender(database: Database, deps: AppendDeps): Appender {
	const { sha256, clock } = deps;
	const exclusively = oneAtATime();
	// Where each log ended when this process last wrote to it: a belief, checked by every statement that uses it.
	const believed = new Map<string, Head>();

	function write(log: string, draft: EntryDraft, head: Head) {
		const at = nextAt(clock.now(), head.lastAt);
		const built = buildEntry(draft, { log, seq: head.size, prev: head.head, at }, sha256);
		const next: Head = { size: head.size + 1, head: built.entryHash, lastAt: at };
		const actorId = draft.actor.kind === 'system' ? null : draft.actor.id;
		const columns = [built.entry, built.leaf, built.entryHash, at, draft.action, draft.ok, actorId];
		return { next, columns, position: { seq: head.size, entryHash: built.entryHash } };
	}

	function announce(log: string, position: AuditPosition): AuditPosition {
		// Whoever ships log lines elsewhere has an anchor that this database cannot take back.
		deps.log.info({ log, seq: position.seq, entryHash: position.entryHash }, 'audit entry appended');
		return position;
	}

	async function lockAndAppend(
		query: Query,
		log: string,
		draft: EntryDraft,
	): Promise<{ position: AuditPosition; next: Head }> {
		await createHead(query, log);
		const [head] = await query<HeadRow>('SELECT size, head, last_at FROM audit_head WHERE log = $1 FOR UPDATE', [log]);
		if (head === undefined) throw new Error('an audit head vanished');
		const { next, columns, position } = write(log, draft, headOf(head));
		await query(
			`INSERT INTO audit_entry (log, seq, entry, leaf, entry_hash, at, action, ok, actor_id)
			VALUES ($1, $2, $3, $4, $5, $6::timestamptz, $7, $8, $9)`,
			[log, position.seq, ...columns],
		);
		await query('UPDATE audit_head SET size = $2, head = $3, last_at = $4 WHERE log = $1', [
			log,
			next.size,
			next.head,
			next.lastAt,
		]);
		return { position, next };
	}

	async function fast(log: string, draft: EntryDraft, change: GatedChange): Promise<AuditPosition | null | 'stale'> {
		const head = believed.get(log) ?? (await readHead(database.query, log));
		if (head === null) return 'stale';
		// Gone while the statement runs: if it fails, or its answer is lost, nobody knows where the log ends.
		believed.delete(log);
		const { next, columns, position } = write(log, draft, head);
		try {
			const [row] = await database.query<{ appended: number }>(
				`WITH ${change.sql}, ${TAIL}`,
				[log, head.size, head.head, ...columns, ...change.params(head.size)],
				change.name,
			);
			believed.set(log, row?.appended === 1 ? next : head);
			return row?.appended === 1 ? position : null;
		} catch (error) {
			const state = sqlState(error);
			if (state === DIVISION_BY_ZERO || state === UNIQUE_VIOLATION) return 'stale';
			throw error;
		}
	}

	async function slow(log: string, draft: EntryDraft, change: GatedChange): Promise<AuditPosition | null> {
		const done = await database.transaction(async ({ query }) => {
			if (!(await change.isOpen(query))) return null;
			const appended = await lockAndAppend(query, log, draft);
			await change.apply(query, appended.position.seq);
			return appended;
		});
		if (done === null) return null;
		believed.set(log, done.next);
		return done.position;
	}

	async function appendWith(log: string, draft: EntryDraft, change: GatedChange): Promise<AuditPosition | null> {
		// In this process one at a time and log: the database would queue them at the head's row anyway.
		const position = await exclusively(log, async () => {
			const quick = await fast(log, draft, change);
			return quick === 'stale' ? slow(log, draft, change) : quick;
		});
		return position === null ? null : announce(log, position);
	}

	return {
		appendWith,
		append: async (log, draft) => {
			const position = await appendWith(log, draft, nothingElse);
			if (position === null) throw new Error('an append without a gate found one shut');
			return position;
		},
		changing: async (work) => {
			const appended: { log: string; position: AuditPosition }[] = [];
			const result = await database.transaction((tx) =>
				work(tx, async (log, draft) => {
					const { position } = await lockAndAppend(tx.query, log, draft);
					appended.push({ log, position });
					return position;
				}),
			);
			for (const { log, position } of appended) announce(log, position);
			return result;
		},
	};
}

interface HeadRow extends Record<string, unknown> {
	readonly size: number;
	readonly head: string;
	readonly last_at: string | null;
}

function headOf(row: HeadRow): Head {
	return { size: row.size, head: row.head, lastAt: row.last_at };
}

/** Where a log ends now, or null when nothing was ever written to it. */
export async function readHead(query: Query, log: string): Promise<Head | null> {
	const [row] = await query<HeadRow>('SELECT size, head, last_at FROM audit_head WHERE log = $1', [log], 'head');
	return row === undefined ? null : headOf(row);
}

/** A log begins with its first entry; an empty head says nothing yet. */
function createHead(query: Query, log: string): Promise<unknown> {
	return query('INSERT INTO audit_head (log, size, head) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING', [log, EMPTY_HEAD]);
}
