import type { BuiltEntry, EntryDraft } from '#core/audit/entry';
import type { Head } from './audit-head.ts';
import { sqlState } from './database.ts';

/** An entry in its place, as it is stored. */
export interface PlacedEntry extends BuiltEntry {
	readonly seq: number;
	readonly at: string;
	readonly draft: EntryDraft;
}

/** First parameter of a gate: those before it are the statement's own. */
export const GATE_PARAMETER = 15;

/**
 * One statement, one round trip, one commit. The head is moved from where this process believes it to be ($2, $3) to
 * behind the new entries ($4–$6); these are inserted only if it moved; and if the gate opened without that, the division
 * by zero takes the whole statement back. So a stale belief can neither fork the chain nor leave a gap, nor a change
 * without its row. The head is locked before an entry is inserted, as on the slow way: else the two could deadlock.
 *
 * `gate` is a CTE of that name, whose rows say whether there is something to append.
 */
export function appendStatement(gate: string): string {
	return `
WITH ${gate}, moved AS (
	UPDATE audit_head SET size = $4::bigint, head = $5, last_at = $6 FROM gate
	WHERE log = $1 AND size = $2::bigint AND head = $3 RETURNING log
), entry AS (
	INSERT INTO audit_entry (log, seq, entry, leaf, entry_hash, at, action, ok, actor_id)
	SELECT moved.log, e.seq, e.entry, e.leaf, e.entry_hash, e.at, e.action, e.ok, e.actor_id
	FROM moved, unnest($7::bigint[], $8::text[], $9::text[], $10::text[], $11::timestamptz[], $12::text[], $13::boolean[],
		$14::text[]) AS e (seq, entry, leaf, entry_hash, at, action, ok, actor_id)
	RETURNING seq
)
SELECT CASE WHEN EXISTS (SELECT FROM gate)
	THEN 1 / (SELECT (count(*) = $4::bigint - $2::bigint)::int FROM entry) ELSE 0 END AS appended`;
}

export function appendParams(log: string, head: Head, next: Head, entries: readonly PlacedEntry[]): unknown[] {
	return [
		log,
		head.size,
		head.head,
		next.size,
		next.head,
		next.lastAt,
		entries.map(({ seq }) => seq),
		entries.map(({ entry }) => entry),
		entries.map(({ leaf }) => leaf),
		entries.map(({ entryHash }) => entryHash),
		entries.map(({ at }) => at),
		entries.map(({ draft }) => draft.action),
		entries.map(({ draft }) => draft.ok),
		entries.map(({ draft }) => (draft.actor.kind === 'system' ? null : draft.actor.id)),
	];
}

/** Whether the statement failed because the head is elsewhere: the division above, or a seq that is taken. */
export function headHasMoved(error: unknown): boolean {
	const state = sqlState(error);
	return state === '22012' || state === '23505';
}
