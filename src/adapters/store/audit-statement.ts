import type { EntryDraft, OpenEntry } from '#core/audit/entry';
import type { AuditPosition } from '#gateway/ports/audit';
import type { SettleInput } from '#gateway/ports/executions';
import type { Query } from './database.ts';
import { settleClauses, settleParams } from './settle.ts';

/** An entry that waits for its place, and what only happens together with it. */
export interface Pending {
	readonly draft: EntryDraft;
	readonly text: OpenEntry;
	/** Null: it is appended whatever else is so. */
	readonly settles: SettleInput | null;
}

export const MAX_BATCH = 256;

/** Of a settlement; those before are $1 the log, $2 this process's clock, $3–$6 the text around the holes, $7–$9 columns. */
const settle = settleClauses(10);

/**
 * One statement, one round trip, one commit, and no belief about where the log ends: it locks, then looks. First the
 * executions that are to be settled, in the order of their ids, then the head, as everywhere else; under READ COMMITTED a
 * lock gives the newest version of its row, whoever was waited for. From those rows alone come seq, prev and `at`, the hashes
 * (bytes §4), the entries and the settlements: no lock, no entry; no entry, no settlement.
 *
 * The division fails the whole statement should a trigger or a rule ever swallow part of it. Functions are named with their
 * schema: `public` may hold others of that name. OFFSET 0 keeps what is computed once from being computed twice. What
 * PostgreSQL cannot see through, (SELECT …), gives a plan for few rows whatever the parameters are: by index, and kept.
 */
const APPEND = `
WITH RECURSIVE settled AS MATERIALIZED (
	SELECT s.ord FROM (
		SELECT id, ord::int AS ord FROM pg_catalog.unnest((SELECT ${settle.ids})) WITH ORDINALITY AS u (id, ord)
		WHERE id IS NOT NULL ORDER BY id LIMIT (SELECT ${MAX_BATCH})
	) AS s CROSS JOIN LATERAL (SELECT FROM execution AS x WHERE x.id = s.id AND ${settle.fence} FOR UPDATE) AS held
), open AS MATERIALIZED (
	SELECT pg_catalog.array_agg(ord::int ORDER BY ord) AS ords
	FROM pg_catalog.unnest((SELECT ${settle.ids})) WITH ORDINALITY AS u (id, ord)
	WHERE id IS NULL OR ord IN (SELECT ord FROM settled)
), head AS MATERIALIZED (
	SELECT size, head, last_at FROM audit_head WHERE log = $1 AND (SELECT ords IS NOT NULL FROM open) FOR UPDATE
), chain AS (
	SELECT 0 AS n, NULL::int AS ord, size - 1 AS seq, NULL::text AS at, NULL::text AS entry, NULL::bytea AS leaf,
		pg_catalog.decode(head, 'hex') AS hash,
		greatest($2::timestamptz, last_at::timestamptz + interval '1 microsecond') AS next_at
	FROM head
	UNION ALL
	SELECT n, ord, seq, at, entry, leaf,
		pg_catalog.sha256('\\x736172632d61756469742d76310a'::bytea || prev || leaf), next_at
	FROM (
		SELECT *, pg_catalog.sha256('\\x00'::bytea || pg_catalog.convert_to(entry, 'UTF8')) AS leaf FROM (
			SELECT *, ($3::text[])[ord] || at || ($4::text[])[ord] || pg_catalog.encode(prev, 'hex') || ($5::text[])[ord]
				|| seq::text || ($6::text[])[ord] AS entry
			FROM (
				SELECT n + 1 AS n, (SELECT ords FROM open)[n + 1] AS ord, seq + 1 AS seq, hash AS prev,
					pg_catalog.to_char(pg_catalog.timezone('UTC', next_at), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
					next_at + interval '1 microsecond' AS next_at
				FROM chain WHERE n < (SELECT pg_catalog.cardinality(ords) FROM open) OFFSET 0
			) AS placed OFFSET 0
		) AS written OFFSET 0
	) AS hashed
), appended AS (
	INSERT INTO audit_entry (log, seq, entry, leaf, entry_hash, at, action, ok, actor_id)
	SELECT $1, seq, entry, pg_catalog.encode(leaf, 'hex'), pg_catalog.encode(hash, 'hex'), at::timestamptz,
		($7::text[])[ord], ($8::boolean[])[ord], ($9::text[])[ord]
	FROM chain WHERE n > 0 RETURNING seq
), moved AS (
	UPDATE audit_head SET size = last.seq + 1, head = pg_catalog.encode(last.hash, 'hex'), last_at = last.at
	FROM (SELECT seq, hash, at FROM chain WHERE n > 0 ORDER BY n DESC LIMIT 1) AS last WHERE log = $1 RETURNING log
), changed AS (
	UPDATE execution SET ${settle.set}
	FROM (SELECT ord, seq, ${settle.id} AS settles FROM chain WHERE n > 0 LIMIT (SELECT ${MAX_BATCH})) AS entry
	WHERE execution.id = entry.settles RETURNING ord
)
SELECT ord, seq, pg_catalog.encode(hash, 'hex') AS "entryHash", 1 / (
	coalesce((SELECT pg_catalog.cardinality(ords) FROM open), 0) = (SELECT pg_catalog.count(*) FROM appended)
	AND (SELECT pg_catalog.count(*) FROM settled) = (SELECT pg_catalog.count(*) FROM changed)
	AND (SELECT ords IS NOT NULL FROM open) = EXISTS (SELECT FROM moved)
)::int AS whole
FROM (SELECT) AS one LEFT JOIN chain ON n > 0`;

/**
 * Appends what may be appended, in the order given, behind whatever the log holds by then. The log must have a head.
 * @returns for each its position, null where the execution to settle was elsewhere. Throws: then nothing was done.
 */
export async function appendAll(
	query: Query,
	log: string,
	now: string,
	pending: readonly Pending[],
): Promise<(AuditPosition | null)[]> {
	const text = ([0, 1, 2, 3] as const).map((piece) => pending.map((each) => each.text[piece]));
	const rows = await query<{ ord: number; seq: number; entryHash: string } | { ord: null }>(
		APPEND,
		[
			log,
			now,
			...text,
			pending.map(({ draft }) => draft.action),
			pending.map(({ draft }) => draft.ok),
			pending.map(({ draft }) => (draft.actor.kind === 'system' ? null : draft.actor.id)),
			...settleParams(pending.map(({ settles }) => settles)),
		],
		'append',
	);
	const positions = pending.map((): AuditPosition | null => null);
	for (const row of rows) if (row.ord !== null) positions[row.ord - 1] = { seq: row.seq, entryHash: row.entryHash };
	return positions;
}
