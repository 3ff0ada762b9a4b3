import { existsSync } from 'node:fs';
import { err, ok, type Result } from '#core/result';
import type { Log } from '#gateway/ports';
import { type Database, isUnavailable, openDatabase, sqlState } from './database.ts';
import { grantServing, missingRights } from './grants.ts';
import { mayMigrate, migrate, type SchemaState, schemaState } from './migrate.ts';
import { roleOf } from './postgres.ts';

/** Where the portal's data is. Without `databaseUrl`, the embedded database in `dataDir`. */
export interface Whereabouts {
	readonly databaseUrl: string | null;
	/** The same database as its owner; null: `databaseUrl` migrates too. */
	readonly migrationUrl: string | null;
	readonly dataDir: string;
}

export interface Migrated {
	readonly applied: readonly string[];
	readonly state: SchemaState;
	/** The role that was given what serving needs; null when one role does both. */
	readonly granted: string | null;
	/** What whoever runs this should know, in sentences. */
	readonly notes: readonly string[];
}

/**
 * Opens the database to serve from, with a schema that this version can work on. With a migration URL the owner migrates
 * and grants first, and is gone before anything is served. The error is for whoever starts the portal.
 */
export async function openServing(where: Whereabouts, log: Log): Promise<Result<Database, string>> {
	if (where.migrationUrl !== null) {
		const migrated = await migrateAsOwner(where);
		if (!migrated.ok) return migrated;
		for (const note of migrated.value.notes) log.warn({ note }, 'about the role of DATABASE_URL');
	}
	const opened = await openDatabase({
		...(where.databaseUrl === null ? { dataDir: embeddedIn(where.dataDir) } : { databaseUrl: where.databaseUrl }),
		log,
	});
	if (!opened.ok) return err(opened.error.detail);
	const database = opened.value;
	const ready = where.migrationUrl === null ? await makeReady(database) : await checkReady(database);
	if (ready.ok) return ok(database);
	await database.close();
	return ready;
}

/**
 * Opens a database that a portal has used, to work on its content beside or instead of it. Makes nothing: no folder, no
 * schema. The embedded one is refused while a portal has it open.
 */
export async function openExisting(where: Whereabouts): Promise<Result<Database, string>> {
	const missing = noDatabase(where);
	if (missing !== null) return err(missing);
	const url = where.databaseUrl ?? where.migrationUrl;
	const opened = await openDatabase(
		url === null ? { dataDir: embeddedIn(where.dataDir) } : { databaseUrl: url, poolSize: 2 },
	);
	if (!opened.ok) return err(opened.error.detail);
	const ready = await checkReady(opened.value);
	if (ready.ok) return ok(opened.value);
	await opened.value.close();
	return ready;
}

/** A forgotten setting must not end in a fresh, empty database that then looks like the right one. */
export function noDatabase(where: Whereabouts): string | null {
	if (where.databaseUrl !== null || where.migrationUrl !== null || existsSync(embeddedIn(where.dataDir))) return null;
	return `There is no database: DATABASE_URL is not set, and ${where.dataDir} (PORTAL_DATA_DIR) holds no embedded one.`;
}

/** The embedded database's own folder; its lock file lies beside it. */
export function embeddedIn(dataDir: string): string {
	return `${dataDir}/database`;
}

/**
 * Migrates as whoever may: the owner of DATABASE_MIGRATION_URL, else the role of DATABASE_URL, else the embedded database's
 * one. Then grants the serving role, when there are two. Any number at once: one does it, the others wait and find it done.
 */
export async function migrateAsOwner(where: Whereabouts): Promise<Result<Migrated, string>> {
	const url = where.migrationUrl ?? where.databaseUrl;
	const opened = await openDatabase(
		url === null ? { dataDir: embeddedIn(where.dataDir) } : { databaseUrl: url, poolSize: 2 },
	);
	if (!opened.ok) {
		const { detail } = opened.error;
		return err(where.migrationUrl === null ? detail : `As the owner (DATABASE_MIGRATION_URL): ${detail}`);
	}
	const owner = opened.value;
	try {
		if ((await schemaState(owner)).missing.length > 0 && !(await mayMigrate(owner))) return err(notAllowed(where));
		const applied = await migrate(owner);
		const state = await schemaState(owner);
		const serving = where.migrationUrl === null || where.databaseUrl === null ? null : roleOf(where.databaseUrl);
		if (serving === null) return ok({ applied, state, granted: null, notes: [] });
		const granted = await grantServing(owner, serving);
		return granted.ok ? ok({ applied, state, granted: serving, notes: granted.value }) : granted;
	} catch (cause) {
		return err(failure(cause));
	} finally {
		await owner.close();
	}
}

/** One role for both: migrates if there is something to do and this role may. */
async function makeReady(database: Database): Promise<Result<null, string>> {
	try {
		// A lesser role never tries: the attempt could fail half-way down with a sentence about some table.
		const missing = await missingMigrations(database);
		if (missing.length > 0 && (await mayMigrate(database))) await migrate(database);
	} catch (cause) {
		return err(failure(cause));
	}
	return checkReady(database);
}

/** Compares schema and rights with what this version needs. Reads only. */
async function checkReady(database: Database): Promise<Result<null, string>> {
	const remedy =
		'Run: portal migrate, with DATABASE_MIGRATION_URL (the owner) and DATABASE_URL (the role that serves) set, both naming the same database.';
	try {
		const missing = await missingMigrations(database);
		const lacking = await missingRights(database);
		if (missing.length > 0) {
			return err(`The database’s schema is behind this version (missing: ${missing.join(', ')}). ${remedy}`);
		}
		if (lacking.length === 0) return ok(null);
		const some = lacking.slice(0, 3).join(', ');
		return err(
			`The database’s schema is behind this version, or its role may not use it (missing: ${some}${lacking.length > 3 ? ' …' : ''}). ${remedy}`,
		);
	} catch (cause) {
		return err(failure(cause));
	}
}

/** None when this role may not even look: that is a right it lacks. */
async function missingMigrations(database: Database): Promise<readonly string[]> {
	try {
		return (await schemaState(database)).missing;
	} catch (cause) {
		if (sqlState(cause) === '42501') return [];
		throw cause;
	}
}

function notAllowed({ migrationUrl }: Whereabouts): string {
	return migrationUrl === null
		? 'The role of DATABASE_URL may not change the schema. Set DATABASE_MIGRATION_URL to the owner, then run this again.'
		: 'The role of DATABASE_MIGRATION_URL neither owns the portal’s tables nor may make them. Give it the database’s owner.';
}

/** PostgreSQL's own sentence, without the statement: of a migration that is all there is to know. */
function failure(cause: unknown): string {
	const state = sqlState(cause);
	if (state === '55P03') {
		return 'The schema is locked by somebody else: another migration, or a long transaction. Nothing was changed; run this again.';
	}
	if (isUnavailable(cause)) return `The database does not answer (${state ?? 'connection lost'}). Run this again.`;
	if (state === null) throw cause;
	let innermost = cause;
	while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
	const sentence = innermost instanceof Error ? innermost.message : '';
	return `The database refuses (${state}): ${sentence}. Nothing was changed.`;
}
