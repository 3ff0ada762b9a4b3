import { existsSync } from 'node:fs';
import { err, ok, type Result } from '#core/result';
import type { Log } from '#gateway/ports/log';
import { type Database, isUnavailable, openDatabase, sqlState } from './database.ts';
import { grantServing, missingRights } from './grants.ts';
import { checkServingRole, ownsTables } from './lesser-role.ts';
import { mayMigrate, migrate, type SchemaState, schemaState, tablesOfOthers } from './migrate.ts';
import { holderOfMigrationLock, LOCK_WAIT_MS } from './migration-lock.ts';
import { withOwnNames } from './own-names.ts';
import { plantedObjects } from './planted.ts';
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
	const checked = ready.ok ? await checkRole(database, log) : ready;
	if (checked.ok) return ok(database);
	await database.close();
	return checked;
}

async function checkRole(database: Database, log: Log): Promise<Result<null, string>> {
	try {
		const role = await checkServingRole(database);
		if (!role.ok) return role;
		if (role.value === 'owner' && database.kind === 'postgres') log.warn({}, ONE_ROLE);
		return ok(null);
	} catch (cause) {
		return err(await failure(cause, database));
	}
}

const ONE_ROLE =
	'the role of DATABASE_URL owns the tables: only their triggers and the chain guard the audit log from it; a role of its own for serving, with DATABASE_MIGRATION_URL for the owner, could not change an entry';

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
	// Only where the owner itself works: of a lesser role there is nothing to gain.
	const planted = where.databaseUrl === null ? await plantedObjects(opened.value) : null;
	const ready = planted === null ? await checkReady(opened.value) : err(planted);
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
export async function migrateAsOwner(where: Whereabouts, lockWaitMs = LOCK_WAIT_MS): Promise<Result<Migrated, string>> {
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
		return await migrateAndGrant(owner, where, lockWaitMs);
	} catch (cause) {
		return err(await failure(cause, owner));
	} finally {
		await owner.close();
	}
}

async function migrateAndGrant(
	owner: Database,
	where: Whereabouts,
	lockWaitMs: number,
): Promise<Result<Migrated, string>> {
	const serving = where.migrationUrl === null || where.databaseUrl === null ? null : roleOf(where.databaseUrl);
	const planted = await plantedObjects(owner);
	if (planted !== null) return err(planted);
	const may = await mayMigrate(owner);
	// Whose tables are another's is no owner: not even to read them, since reading may run what their owner has put there.
	if (!may && where.migrationUrl !== null) return err(await notAllowed(where, owner));
	const due = (await schemaState(owner)).missing.length > 0;
	if (due && !may) return err(await notAllowed(where, owner));
	// Before too: a role that could do more must not do it while the owner makes tables.
	const before = due && serving !== null ? await grantServing(owner, serving, lockWaitMs) : ok([]);
	if (!before.ok) return before;
	const applied = due ? await migrate(owner, undefined, lockWaitMs) : [];
	const state = await schemaState(owner);
	if (serving === null) return ok({ applied, state, granted: null, notes: [] });
	const granted = await grantServing(owner, serving, lockWaitMs);
	return granted.ok ? ok({ applied, state, granted: serving, notes: [...before.value, ...granted.value] }) : granted;
}

/** One role for both: migrates if there is something to do and this role may. */
async function makeReady(database: Database): Promise<Result<null, string>> {
	try {
		// A lesser role never tries: the attempt could fail half-way down with a sentence about some table. Nor does one that is
		// only a member of the owner, and will not serve either.
		const missing = await missingMigrations(database);
		if (missing.length > 0 && (await mayMigrate(database))) {
			const planted = await plantedObjects(database);
			if (planted !== null) return err(planted);
			const owns = await withOwnNames(database, ({ query }) => ownsTables(query));
			if (owns !== false) await migrate(database);
		}
	} catch (cause) {
		return err(await failure(cause, database));
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
		return err(await failure(cause, database));
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

async function notAllowed({ migrationUrl }: Whereabouts, database: Database): Promise<string> {
	if (migrationUrl === null) {
		return 'The role of DATABASE_URL may not change the schema. Set DATABASE_MIGRATION_URL to the owner, then run this again.';
	}
	const others = await tablesOfOthers(database);
	const whose = others.length === 0 ? '' : ` Somebody else owns ${others.slice(0, 3).join(', ')}.`;
	return `The role of DATABASE_MIGRATION_URL neither owns the portal’s tables nor may make them.${whose} Give it the database’s owner.`;
}

const THERE_ALREADY = new Set(['42P07', '42710', '42723']);

/** PostgreSQL's own sentence, without the statement: of a migration that is all there is to know. */
async function failure(cause: unknown, database: Database): Promise<string> {
	const state = sqlState(cause);
	if (state === '55P03') {
		const holder = await holderOfMigrationLock(database).catch(() => null);
		if (holder === null) {
			return 'The schema is locked by somebody else: another migration, or a long transaction. Nothing was changed; run this again.';
		}
		return `Another process holds the migration lock: the role ${holder.role}, PostgreSQL’s process ${holder.pid}. If it is no migration, end it: SELECT pg_terminate_backend(${holder.pid}). Nothing was changed; run this again.`;
	}
	if (isUnavailable(cause)) return `The database does not answer (${state ?? 'connection lost'}). Run this again.`;
	if (state === null) throw cause;
	let innermost = cause;
	while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
	const sentence = innermost instanceof Error ? innermost.message : '';
	const why = THERE_ALREADY.has(state)
		? ' Somebody has made that in the schema public, and no migration of the portal did: look at it, move it away, run this again.'
		: '';
	return `The database refuses (${state}): ${sentence}. Nothing was changed.${why}`;
}
