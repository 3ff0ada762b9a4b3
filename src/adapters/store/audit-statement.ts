import type { EntryDraft, OpenEntry } from '#core/audit/entry';
import type { AuditPosition, SettleInput } from '#gateway/ports';
import type { Query } from './database.ts';
import { LOCK_EXECUTION, SET_EXECUTION, settlementRows, settleParams } from './settle.ts';

/** An entry that waits for its place, and what only happens together with it. */
export interface Pending {
	readonly draft: EntryDraft;
	readonly text: OpenEntry;
	/** Null: it is appended whatever else is so. */
	readonly settles: SettleInput | null;
}

/** First parameter of the settlements: those before it are the entries'. */
const SETTLEMENTS = 10;

/**
 * One statement, one round trip, one commit, and no belief about where the log ends: it locks, then looks. First the
 * executions that are to be settled (shut: no row), then the head; under READ COMMITTED each lock gives the newest
 * version of its row, whoever was waited for. Only then do the entries get their seq, `at` and prev, are hashed (bytes §4) and
 * written, all from those locked rows: no lock, no entry; no entry, no settlement.
 *
 * $1 the log, $2 this process's clock, $3–$6 the entries' texts around their holes, $7–$9 what is searched by. Functions are
 * named with their schema: `public` may hold others of that name. OFFSET 0 keeps an expression from being computed twice.
 */
const APPEND = `
WITH RECURSIVE settled AS MATERIALIZED (
	SELECT s.ord FROM ${settlementRows(SETTLEMENTS)} CROSS JOIN LATERAL (${LOCK_EXECUTION}) AS x
), job AS MATERIALIZED (
	SELECT o.ord, pg_catalog.row_number() OVER (ORDER BY o.ord) AS n
	FROM pg_catalog.generate_series(1, pg_catalog.cardinality($3::text[])) AS o (ord)
	WHERE o.ord <> ALL ($${SETTLEMENTS}::int[]) OR o.ord IN (SELECT ord FROM settled)
), head AS MATERIALIZED (
	SELECT size, head, last_at FROM audit_head WHERE log = $1 AND (SELECT pg_catalog.count(*) FROM job) > 0 FOR UPDATE
), place AS MATERIALIZED (
	SELECT job.n, job.ord, head.size + job.n - 1 AS seq,
		greatest($2::timestamptz, head.last_at::timestamptz + interval '1 microsecond')
			+ (job.n - 1)::double precision * interval '1 microsecond' AS at
	FROM head CROSS JOIN job
), line AS MATERIALIZED (
	SELECT n, ord, seq, at, pg_catalog.to_char(pg_catalog.timezone('UTC', at), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at_text
	FROM place
), chain AS (
	SELECT 0::bigint AS n, NULL::text AS entry, NULL::bytea AS leaf, pg_catalog.decode(head, 'hex') AS hash FROM head
	UNION ALL
	SELECT l.n, l.entry, l.leaf, pg_catalog.sha256('\\x736172632d61756469742d76310a'::bytea || l.hash || l.leaf) FROM (
		SELECT e.n, e.entry, e.hash, pg_catalog.sha256('\\x00'::bytea || pg_catalog.convert_to(e.entry, 'UTF8')) AS leaf FROM (
			SELECT chain.n + 1 AS n, chain.hash, (
				SELECT pg_catalog.array_agg(($3::text[])[ord] || at_text || ($4::text[])[ord] ORDER BY n) FROM line
			)[chain.n + 1] || pg_catalog.encode(chain.hash, 'hex') || (
				SELECT pg_catalog.array_agg(($5::text[])[ord] || seq::text || ($6::text[])[ord] ORDER BY n) FROM line
			)[chain.n + 1] AS entry
			FROM chain WHERE chain.n < (SELECT pg_catalog.count(*) FROM line) OFFSET 0
		) AS e OFFSET 0
	) AS l
), placed AS MATERIALIZED (
	SELECT line.*, chain.entry, pg_catalog.encode(chain.leaf, 'hex') AS leaf, pg_catalog.encode(chain.hash, 'hex') AS entry_hash
	FROM line JOIN chain ON chain.n = line.n
), entry AS (
	INSERT INTO audit_entry (log, seq, entry, leaf, entry_hash, at, action, ok, actor_id)
	SELECT $1, seq, entry, leaf, entry_hash, at, ($7::text[])[ord], ($8::boolean[])[ord], ($9::text[])[ord] FROM placed
	RETURNING seq
), moved AS (
	UPDATE audit_head SET size = last.seq + 1, head = last.entry_hash, last_at = last.at_text
	FROM (SELECT seq, entry_hash, at_text FROM placed ORDER BY n DESC LIMIT 1) AS last WHERE log = $1 RETURNING log
), changed AS (
	UPDATE execution SET ${SET_EXECUTION}
	FROM placed JOIN ${settlementRows(SETTLEMENTS)} ON s.ord = placed.ord WHERE execution.id = s.id RETURNING placed.ord
)
SELECT placed.ord, placed.seq, placed.entry_hash AS "entryHash", 1 / (
	(SELECT pg_catalog.count(*) FROM entry) = (SELECT pg_catalog.count(*) FROM job)
	AND (SELECT pg_catalog.count(*) FROM changed) = (SELECT pg_catalog.count(*) FROM settled)
	AND (SELECT pg_catalog.count(*) FROM moved) = 1
)::int AS whole
FROM job LEFT JOIN placed ON placed.ord = job.ord`;

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
	const rows = await query<{ ord: number; seq: number; entryHash: string }>(
		APPEND,
		[
			log,
			now,
			...text,
			pending.map(({ draft }) => draft.action),
			pending.map(({ draft }) => draft.ok),
			pending.map(({ draft }) => (draft.actor.kind === 'system' ? null : draft.actor.id)),
			...settleParams(pending.flatMap(({ settles }, i) => (settles === null ? [] : [{ ord: i + 1, input: settles }]))),
		],
		'append',
	);
	const positions = pending.map((): AuditPosition | null => null);
	for (const { ord, seq, entryHash } of rows) positions[ord - 1] = { seq, entryHash };
	return positions;
}
