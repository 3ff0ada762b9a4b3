import type { Database, Query } from './database.ts';
import { withOwnNames } from './own-names.ts';

/** Any constant does, as long as every portal asks for the same one. */
const MIGRATION_LOCK = 7_272_001;

export const LOCK_WAIT_MS = 60_000;

/**
 * One process at a time changes schema or rights: two GRANTs at once on one table fail (“tuple concurrently updated”). Held
 * until the end of the transaction. Fails with 55P03 when somebody else keeps it, or a table, longer than `waitMs`.
 */
export async function takeMigrationLock(query: Query, waitMs: number): Promise<void> {
	await query('SET LOCAL statement_timeout = 0');
	await query(`SET LOCAL lock_timeout = ${Math.ceil(waitMs)}`);
	await query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
}

/** Who has it, as `role app (pid 4711)`; null when nobody does. Whoever may connect may take it: it is no proof of a migration. */
export async function holderOfMigrationLock(database: Database): Promise<{ role: string; pid: number } | null> {
	const [holder] = await withOwnNames(database, ({ query }) =>
		query<{ role: string | null; pid: number }>(
			`SELECT l.pid, a.usename::text AS role FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
			WHERE l.locktype = 'advisory' AND l.classid = 0 AND l.objid = $1::bigint AND l.objsubid = 1 AND l.granted
				AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
			[MIGRATION_LOCK],
		),
	);
	return holder === undefined ? null : { role: holder.role ?? 'unknown', pid: holder.pid };
}
