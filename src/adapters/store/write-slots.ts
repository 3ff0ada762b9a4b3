import type { WriteBudget } from '#gateway/ports/reservation';
import type { Query } from './database.ts';

const WINDOWS = [
	{ seconds: 60, limit: 'perMinute' },
	{ seconds: 3_600, limit: 'perHour' },
] as const;

/** So many more slots than are in use are made at a time: no single write waits for tens of thousands. */
const AHEAD = 200;

/**
 * Whose budget a write counts against, as SQL over a row's provider, login and tenant id. The provider counts by
 * account, so two PATs of one login share. Without a known login it is the tenant's, whose ADMIN could otherwise have a
 * fresh one by setting the credential anew. ASCII lower case, whatever the database's locale.
 */
export function accountOf(provider: string, login: string, tenantId: string): string {
	return `CASE WHEN ${login} IS NULL THEN 'tenant:' || ${tenantId}::text || ':' || ${provider}
		ELSE ${provider} || ':' || left(lower(${login} COLLATE "C"), 100) END`;
}

/** One free slot of a window that nobody else is taking right now; none where there is no limit, or the way is shut. */
function pick(seconds: number, limit: string, way: { account: string; open: string }): string {
	return `SELECT account, seconds, slot FROM write_slot
	WHERE ${way.open} AND account = ${way.account} AND seconds = ${seconds} AND slot <= ${limit}::int
		AND free_at <= clock_timestamp() AND (${busyAbove(seconds, limit, way.account)})
	ORDER BY slot LIMIT 1 FOR UPDATE SKIP LOCKED`;
}

/**
 * A limit that was lowered holds at once: writes that were begun in slots above it count too. While there are none, which
 * is nearly always, this looks at no row.
 */
function busyAbove(seconds: number, limit: string, account: string): string {
	const busy = `SELECT FROM write_slot AS b WHERE b.account = ${account} AND b.seconds = ${seconds}
		AND b.free_at > clock_timestamp()`;
	return `NOT EXISTS (${busy} AND b.slot > ${limit}::int)
		OR (SELECT count(*) FROM write_slot AS b WHERE b.account = ${account} AND b.seconds = ${seconds}
			AND b.free_at > clock_timestamp()) < ${limit}::int`;
}

/**
 * CTEs that take one slot per window, or none at all when one of the windows has none free: `taken` has a row per slot,
 * and `affordable` one row that says whether the write may go on. `open` is a scalar SQL condition, asked first.
 */
export function takeSlots(sql: {
	account: string;
	open: string;
	perMinute: string;
	perHour: string;
	executionId: string;
}): string {
	const [minute, hour] = [
		{ ...WINDOWS[0], limit: sql.perMinute },
		{ ...WINDOWS[1], limit: sql.perHour },
	];
	return `minute_slot AS MATERIALIZED (${pick(minute.seconds, minute.limit, sql)}
), hour_slot AS MATERIALIZED (${pick(hour.seconds, hour.limit, sql)}
), affordable AS MATERIALIZED (
	SELECT (${minute.limit}::int IS NULL OR EXISTS (SELECT FROM minute_slot))
		AND (${hour.limit}::int IS NULL OR EXISTS (SELECT FROM hour_slot)) AS yes
), taken AS (
	UPDATE write_slot SET execution_id = ${sql.executionId},
		free_at = clock_timestamp() + write_slot.seconds * interval '1 second'
	FROM (TABLE minute_slot UNION ALL TABLE hour_slot) AS picked
	WHERE (SELECT yes FROM affordable) AND write_slot.account = picked.account
		AND write_slot.seconds = picked.seconds AND write_slot.slot = picked.slot
	RETURNING write_slot.slot
)`;
}

/**
 * Makes slots that the account lacks, as on its first write or after a limit was raised: a few hundred more than are in
 * use, however many ask at once. Whether there were any to make.
 */
export async function makeSlots(query: Query, account: string, budget: WriteBudget): Promise<boolean> {
	let made = 0;
	for (const { seconds, limit } of WINDOWS) {
		if (budget[limit] === null) continue;
		const rows = await query(
			`INSERT INTO write_slot (account, seconds, slot, free_at)
			SELECT $1, $2::int, n, clock_timestamp() FROM generate_series(1, least($3::bigint, ${AHEAD} + (
				SELECT count(*) FROM write_slot WHERE account = $1 AND seconds = $2::int AND free_at > clock_timestamp()
			))) AS n
			WHERE NOT EXISTS (SELECT FROM write_slot WHERE account = $1 AND seconds = $2::int AND slot = n)
			ORDER BY n ON CONFLICT DO NOTHING RETURNING slot`,
			[account, seconds, budget[limit]],
		);
		made += rows.length;
	}
	return made > 0;
}

/** Gives back what this execution holds of the account's slots. A slot that is another's by now stays so. */
export async function releaseSlots(query: Query, account: string, executionId: string): Promise<void> {
	await query(
		`UPDATE write_slot SET free_at = clock_timestamp(), execution_id = NULL
		WHERE account = $1 AND execution_id = $2::uuid`,
		[account, executionId],
	);
}

/**
 * Whole seconds until every window has a free slot again, at least 1: when a full window's first slot is free, or as many
 * as a lowered limit wants. Null when none is full: whoever found no slot met others who were just taking or giving back.
 */
export async function secondsUntilRoom(query: Query, account: string, budget: WriteBudget): Promise<number | null> {
	const [row] = await query<{ wait: number | null }>(
		`WITH asked (seconds, most) AS (VALUES (60, $2::int), (3600, $3::int)), busy AS (
			SELECT w.seconds, w.slot <= a.most AS usable, w.free_at, a.most,
				row_number() OVER (PARTITION BY w.seconds ORDER BY w.free_at DESC) AS later
			FROM write_slot w JOIN asked a ON a.seconds = w.seconds
			WHERE w.account = $1 AND a.most IS NOT NULL AND w.free_at > clock_timestamp()
		)
		SELECT extract(epoch FROM max(opens) - clock_timestamp())::float8 AS wait FROM (
			SELECT max(free_at) AS opens FROM busy WHERE later >= most GROUP BY seconds
			UNION ALL
			SELECT min(free_at) FROM busy WHERE usable GROUP BY seconds, most HAVING count(*) >= most
		) AS full_windows`,
		[account, budget.perMinute, budget.perHour],
		'budget-wait',
	);
	const wait = row?.wait ?? null;
	return wait === null ? null : Math.max(1, Math.ceil(wait));
}

/** Forgets accounts that have begun no write for a day: their slots are made anew with the next one. */
export async function forgetIdleAccounts(query: Query): Promise<void> {
	await query(
		`DELETE FROM write_slot WHERE (account, seconds, slot) IN (
			SELECT account, seconds, slot FROM write_slot WHERE account IN (
				SELECT account FROM write_slot GROUP BY account HAVING max(free_at) < clock_timestamp() - interval '1 day'
			) AND free_at < clock_timestamp() - interval '1 day' FOR UPDATE SKIP LOCKED
		)`,
	);
}
