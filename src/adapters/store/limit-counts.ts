import { createHash } from 'node:crypto';
import type { Query } from './database.ts';

export interface Counter {
	/** Of the caller's making, in any length: only its hash is stored, so that no address or e-mail lies there. */
	readonly key: string;
	readonly most: number;
}

/** Points that were counted, so that they can be given back to the very window they were taken from. */
export interface Counted {
	readonly hash: string;
	readonly until: string;
}

/**
 * Counts that all portals share, each within a window that begins with its first point. Time is the database's clock. A
 * window that ends later than one window from now was begun before the clock was set back: it begins anew.
 */
export interface LimitCounts {
	/**
	 * Takes some of the points that are left, at least one while there is one: a larger part while many are left, so that
	 * a busy caller costs few queries, and single ones towards the end. Never more than `most` in a window, whoever takes.
	 */
	take(counter: Counter, windowMs: number): Promise<{ granted: number; opensInMs: number }>;
	/** Counts one point in each, or in none when one of them is full: then how long until the last full one opens. */
	countAll(counters: readonly Counter[], windowMs: number): Promise<{ counted: Counted[] } | { opensInMs: number }>;
	giveBack(counted: readonly Counted[]): Promise<void>;
	/** Milliseconds until the last of these that is full opens; 0 when none is. */
	opensInMs(counters: readonly Counter[], windowMs: number): Promise<number>;
	/** Deletes counts whose window is over. */
	purge(): Promise<void>;
}

const WINDOW = (param: string) => `${param}::double precision * interval '1 millisecond'`;
const MS_LEFT = 'extract(epoch FROM until - clock_timestamp())::float8 * 1000';

/**
 * Whether the window of `l` is over. The clock is read when the row is locked, not when the statement began: else one that
 * has waited would take another's new window for one of the future.
 */
const OVER = `(l.until <= c.now OR l.until > c.now + ${WINDOW('$3')})`;

/** How much of what is left one taking gets. Exact to the request up to 100 points, else at most a twentieth of all. */
const PART = (left: string) =>
	`CASE WHEN $2::int <= 100 THEN least(1, ${left}) ELSE least(${left}, greatest(1, least($2::int / 20, (${left}) / 4))) END`;

const TAKE = `INSERT INTO limit_count AS l (key, points, granted, until)
	SELECT $1, part, part, clock_timestamp() + ${WINDOW('$3')} FROM (SELECT ${PART('$2::int')} AS part) AS first
	ON CONFLICT (key) DO UPDATE SET (points, granted, until) = (
		SELECT CASE WHEN ${OVER} THEN EXCLUDED.points ELSE l.points + more END,
			CASE WHEN ${OVER} THEN EXCLUDED.points ELSE more END,
			CASE WHEN ${OVER} THEN c.now + ${WINDOW('$3')} ELSE l.until END
		FROM (SELECT clock_timestamp() AS now) AS c, (SELECT ${PART('greatest(0, $2::int - l.points)')} AS more) AS p
	)
	RETURNING granted, ${MS_LEFT} AS "opensInMs"`;

const FULL = `SELECT l.until FROM unnest($1::text[], $2::int[]) AS asked (key, most) JOIN limit_count l USING (key)
	CROSS JOIN (SELECT clock_timestamp() AS now) AS c WHERE l.points >= asked.most AND NOT ${OVER}`;

// In the order of the keys: two that count in several never wait for each other in a circle. When one is full, nothing is
// counted, and what is full is what it gives.
const COUNT_ALL = `WITH asked AS MATERIALIZED (SELECT * FROM unnest($1::text[], $2::int[]) AS a (key, most)),
	filled AS MATERIALIZED (${FULL}),
	counted AS (
		INSERT INTO limit_count AS l (key, points, until)
		SELECT key, 1, clock_timestamp() + ${WINDOW('$3')} FROM asked WHERE NOT EXISTS (SELECT FROM filled) ORDER BY key
		ON CONFLICT (key) DO UPDATE SET (points, until) = (
			SELECT CASE WHEN ${OVER} THEN 1 ELSE l.points + 1 END, CASE WHEN ${OVER} THEN c.now + ${WINDOW('$3')} ELSE l.until END
			FROM (SELECT clock_timestamp() AS now) AS c
		)
		WHERE l.points < (SELECT most FROM asked WHERE asked.key = l.key)
			OR EXISTS (SELECT FROM (SELECT clock_timestamp() AS now) AS c WHERE ${OVER})
		RETURNING key, until
	)
	SELECT key AS hash, until::text AS until, NULL::float8 AS ms FROM counted
	UNION ALL SELECT NULL, NULL, max(${MS_LEFT}) FROM filled HAVING count(*) > 0`;

const GIVE_BACK = `WITH mine AS MATERIALIZED (
		SELECT l.key FROM unnest($1::text[], $2::timestamptz[]) AS given (key, until) JOIN limit_count l USING (key, until)
		ORDER BY l.key FOR UPDATE OF l
	)
	UPDATE limit_count l SET points = greatest(0, l.points - 1) FROM mine WHERE l.key = mine.key`;

// What somebody is counting in right now is left for the next time: this waits for nobody.
const PURGE = `DELETE FROM limit_count WHERE key IN (
		SELECT key FROM limit_count WHERE until < clock_timestamp() LIMIT 100000 FOR UPDATE SKIP LOCKED
	)`;

export function createLimitCounts(query: Query): LimitCounts {
	const opensInMs: LimitCounts['opensInMs'] = async (counters, windowMs) => {
		const [row] = await query<{ ms: number | null }>(
			`SELECT max(${MS_LEFT}) AS ms FROM (${FULL}) AS full_ones`,
			[...asked(counters), windowMs],
			'limit-opens',
		);
		return Math.max(0, row?.ms ?? 0);
	};

	const giveBack: LimitCounts['giveBack'] = async (counted) => {
		if (counted.length === 0) return;
		await query(GIVE_BACK, [counted.map(({ hash }) => hash), counted.map(({ until }) => until)], 'limit-back');
	};

	return {
		take: async ({ key, most }, windowMs) => {
			const [row] = await query<{ granted: number; opensInMs: number }>(
				TAKE,
				[hashOf(key), most, windowMs],
				'limit-take',
			);
			if (row === undefined) throw new Error('the count gave no row');
			return row;
		},
		countAll: async (counters, windowMs) => {
			const rows = await query<{ hash: string; until: string; ms: null } | { hash: null; until: null; ms: number }>(
				COUNT_ALL,
				[...asked(counters), windowMs],
				'limit-count',
			);
			const counted: Counted[] = [];
			for (const { hash, until, ms } of rows) {
				if (ms !== null) return { opensInMs: ms };
				counted.push({ hash, until });
			}
			if (counted.length === counters.length) return { counted };
			// Somebody filled one of them between this statement's look and its count.
			await giveBack(counted);
			return { opensInMs: await opensInMs(counters, windowMs) };
		},
		giveBack,
		opensInMs,
		purge: async () => {
			await query(PURGE);
		},
	};
}

function asked(counters: readonly Counter[]): [string[], number[]] {
	return [counters.map(({ key }) => hashOf(key)), counters.map(({ most }) => most)];
}

function hashOf(key: string): string {
	return createHash('sha256').update(key).digest('hex');
}
