import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import type { Database, Query } from './database.ts';

/** Any constant does, as long as every portal asks for the same one. */
const MIGRATION_LOCK = 7_272_001;

/** Beside this file: a bundle has to carry the folder along. */
const committed = fileURLToPath(new URL('./migrations', import.meta.url));

/**
 * Applies the committed migrations that this database does not have yet: all or none, one process at a time. With
 * nothing to do it only reads, so that a role without the right to change the schema may call it too.
 */
export async function migrate(database: Database, folder: string = committed): Promise<void> {
	const migrations = readMigrationFiles({ migrationsFolder: folder });
	if ((await pending(database.query, migrations)).length === 0) return;
	await database.transaction(async ({ db, query }) => {
		await query('SET LOCAL statement_timeout = 0');
		await query("SET LOCAL lock_timeout = '60s'");
		await query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
		await query(
			'CREATE TABLE IF NOT EXISTS portal_migration (id bigint PRIMARY KEY, hash text NOT NULL, at timestamptz NOT NULL DEFAULT now())',
		);
		for (const migration of await pending(query, migrations)) {
			for (const statement of migration.sql) await db.execute(sql.raw(statement));
			await query('INSERT INTO portal_migration (id, hash) VALUES ($1, $2)', [migration.folderMillis, migration.hash]);
		}
	});
}

/** Each missing one, not “those after the last applied” as drizzle's own migrator has it: a merge may slip one in before. */
async function pending(query: Query, migrations: readonly MigrationMeta[]): Promise<MigrationMeta[]> {
	const [table] = await query<{ found: boolean }>("SELECT to_regclass('portal_migration') IS NOT NULL AS found");
	if (table?.found !== true) return [...migrations];
	const rows = await query<{ id: number }>('SELECT id FROM portal_migration');
	const applied = new Set(rows.map((row) => row.id));
	return migrations.filter((migration) => !applied.has(migration.folderMillis));
}
