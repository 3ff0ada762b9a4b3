import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import type { Database, Query } from './database.ts';
import { LOCK_WAIT_MS, takeMigrationLock } from './migration-lock.ts';
import { withOwnNames } from './own-names.ts';
import { PORTAL_TABLES } from './serving-needs.ts';

/** Beside this file: a bundle has to carry the folder along. */
const committed = fileURLToPath(new URL('./migrations', import.meta.url));

export interface SchemaState {
	/** Migrations of this version that the database does not have, in order. */
	readonly missing: readonly string[];
	/** How many it has that this version does not know: a later version was here. It still works on that schema. */
	readonly unknown: number;
}

/**
 * Applies the committed migrations that this database does not have yet: all or none, one process at a time. With
 * nothing to do it only reads, so that a role without the right to change the schema may call it too.
 * @returns the names of those that this call applied
 */
export async function migrate(
	database: Database,
	folder: string = committed,
	lockWaitMs: number = LOCK_WAIT_MS,
): Promise<string[]> {
	const migrations = readMigrationFiles({ migrationsFolder: folder });
	const names = namesOf(folder);
	const applied = await withOwnNames(database, ({ query }) => appliedIds(query));
	if (pending(migrations, applied).length === 0) return [];
	return await withOwnNames(database, async ({ db, query }) => {
		await takeMigrationLock(query, lockWaitMs);
		await query(
			'CREATE TABLE IF NOT EXISTS public.portal_migration (id bigint PRIMARY KEY, hash text NOT NULL, at timestamptz NOT NULL DEFAULT now())',
		);
		// Looked up again: whoever had the lock before may have done it all.
		const due = pending(migrations, await appliedIds(query));
		// Generated statements name no schema, and make what they make in the first of these. PostgreSQL's own names still come
		// first, but a function or operator of `public` that fits its arguments better is taken: a migration calls only what
		// fits exactly, or says pg_catalog. See also `plantedObjects`.
		await query('SET LOCAL search_path = public, pg_temp');
		for (const migration of due) {
			for (const statement of migration.sql) await db.execute(sql.raw(statement));
			const row = [migration.folderMillis, migration.hash];
			await query('INSERT INTO public.portal_migration (id, hash) VALUES ($1, $2)', row);
		}
		return due.map(({ folderMillis }) => nameOf(names, folderMillis));
	});
}

/** Compares the schema with this version's migrations. Reads only. */
export async function schemaState(database: Database, folder: string = committed): Promise<SchemaState> {
	const migrations = readMigrationFiles({ migrationsFolder: folder });
	const names = namesOf(folder);
	const applied = await withOwnNames(database, ({ query }) => appliedIds(query));
	const known = new Set(migrations.map(({ folderMillis }) => folderMillis));
	return {
		missing: pending(migrations, applied).map(({ folderMillis }) => nameOf(names, folderMillis)),
		unknown: [...applied].filter((id) => !known.has(id)).length,
	};
}

/** Whether this role owns the schema, or may make it: to be asked before `migrate` where a lesser role may be serving. */
export async function mayMigrate(database: Database): Promise<boolean> {
	const [row] = await withOwnNames(database, ({ query }) =>
		query<{ may: boolean }>(
			`SELECT has_schema_privilege('public', 'CREATE') AND coalesce((SELECT bool_and(pg_has_role(relowner, 'USAGE'))
				FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = ANY ($1::text[])), true) AS may`,
			[PORTAL_TABLES],
		),
	);
	return row?.may === true;
}

/** Which of the portal's tables another role owns, as `tenant (portal_app)`: what stands in the way when `mayMigrate` is false. */
export async function tablesOfOthers(database: Database): Promise<string[]> {
	const rows = await withOwnNames(database, ({ query }) =>
		query<{ name: string }>(
			`SELECT format('%s (%s)', relname, pg_get_userbyid(relowner)) AS name FROM pg_class
			WHERE relnamespace = 'public'::regnamespace AND relname = ANY ($1::text[]) AND NOT pg_has_role(relowner, 'USAGE')
			ORDER BY relname`,
			[PORTAL_TABLES],
		),
	);
	return rows.map(({ name }) => name);
}

/** To be called with own names. */
async function appliedIds(query: Query): Promise<Set<number>> {
	const [table] = await query<{ found: boolean }>("SELECT to_regclass('public.portal_migration') IS NOT NULL AS found");
	if (table?.found !== true) return new Set();
	const rows = await query<{ id: number }>('SELECT id FROM public.portal_migration');
	return new Set(rows.map((row) => row.id));
}

/** Each missing one, not “those after the last applied” as drizzle's own migrator has it: a merge may slip one in before. */
function pending(migrations: readonly MigrationMeta[], applied: ReadonlySet<number>): MigrationMeta[] {
	return migrations.filter((migration) => !applied.has(migration.folderMillis));
}

/** What drizzle's journal calls them: the names of their files. */
function namesOf(folder: string): ReadonlyMap<number, string> {
	const journal = JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8')) as {
		entries: { when: number; tag: string }[];
	};
	return new Map(journal.entries.map(({ when, tag }) => [when, tag]));
}

function nameOf(names: ReadonlyMap<number, string>, id: number): string {
	return names.get(id) ?? String(id);
}
