import pg from 'pg';
import { err, ok, type Result } from '#core/result';
import type { Database, Query } from './database.ts';
import { moreThanServing } from './lesser-role.ts';
import { LOCK_WAIT_MS, takeMigrationLock } from './migration-lock.ts';
import { withOwnNames } from './own-names.ts';
import { NEEDS, PORTAL_TABLES } from './serving-needs.ts';

/**
 * Gives the serving role what the portal needs of the tables that there are, and takes away the rest, as far as this
 * role, the owner, may: then it can add to the audit log and move its heads, but not change or remove an entry, nor switch
 * off the triggers that refuse that too, nor touch the schema. Does nothing about the embedded database, whose only role
 * is a superuser.
 * @returns what was taken away, in sentences; or what keeps the role from being a lesser one
 */
export async function grantServing(
	database: Database,
	role: string,
	lockWaitMs = LOCK_WAIT_MS,
): Promise<Result<string[], string>> {
	if (database.kind === 'pglite') return ok([]);
	return await withOwnNames(database, async ({ query }) => {
		await takeMigrationLock(query, lockWaitMs);
		const [found] = await query<{ same: boolean; sees: boolean }>(
			`SELECT rolname IN (current_user, session_user) AS same, has_schema_privilege(oid, 'public', 'USAGE') AS sees
			FROM pg_roles WHERE rolname = $1::name`,
			[role],
		);
		if (found === undefined) {
			return err(
				`There is no role ${role}, which DATABASE_URL names. Make it (CREATE ROLE … LOGIN), then run this again.`,
			);
		}
		// Its rights are the owner's: taking some away from it would take them from whoever migrates next.
		if (found.same) {
			return err(
				`DATABASE_URL and DATABASE_MIGRATION_URL name the same role, ${role}: it could switch off what protects the audit log. Give DATABASE_URL a role of its own, or leave DATABASE_MIGRATION_URL out.`,
			);
		}
		const quoted = pg.escapeIdentifier(role);
		const notes = await takeCreateAway(query, role);
		if (!found.sees) await query(`GRANT USAGE ON SCHEMA public TO ${quoted}`);
		const there = await query<{ name: string }>(
			`SELECT relname::text AS name FROM pg_class
			WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname = ANY ($1::text[])
				AND pg_has_role(relowner, 'USAGE') AND NOT pg_has_role($2::name, relowner, 'MEMBER')`,
			[PORTAL_TABLES, role],
		);
		for (const { name } of there) {
			const table = `public.${pg.escapeIdentifier(name)}`;
			// CASCADE: what it has passed on goes too, else that would keep the owner from taking it back.
			await query(`REVOKE ALL ON ${table} FROM ${quoted} CASCADE`);
			await query(`GRANT ${NEEDS.get(name)?.join(', ')} ON ${table} TO ${quoted}`);
		}
		const more = await moreThanServing(query, role);
		return more === null ? ok(notes) : err(more);
	});
}

/**
 * Up to PostgreSQL 14 everybody may create in `public`, and a database that came from there still lets them: then a role
 * puts a function where the owner's next statement finds it. Where this role may not revoke that, `moreThanServing` says it.
 */
async function takeCreateAway(query: Query, role: string): Promise<string[]> {
	const places = await query<{ kind: string; name: string }>(
		`SELECT 'SCHEMA' AS kind, nspname::text AS name FROM pg_namespace WHERE nspname = 'public'
			AND has_schema_privilege($1::name, oid, 'CREATE') AND pg_has_role(nspowner, 'USAGE')
			AND NOT pg_has_role($1::name, nspowner, 'MEMBER')
		UNION ALL SELECT 'DATABASE', datname::text FROM pg_database WHERE datname = current_database()
			AND has_database_privilege($1::name, oid, 'CREATE') AND pg_has_role(datdba, 'USAGE')
			AND NOT pg_has_role($1::name, datdba, 'MEMBER')`,
		[role],
	);
	const notes: string[] = [];
	for (const { kind, name } of places) {
		const place = `${kind} ${pg.escapeIdentifier(name)}`;
		await query(`REVOKE CREATE ON ${place} FROM PUBLIC, ${pg.escapeIdentifier(role)} CASCADE`);
		notes.push(`The right to create in ${place} was taken from everybody but its owner: the role ${role} had it.`);
	}
	return notes;
}

/** Which of the rights that serving needs this role lacks, as `INSERT on tenant`; empty when it has them all. */
export async function missingRights(database: Database): Promise<string[]> {
	if (database.kind === 'pglite') return [];
	const wanted = [...NEEDS].flatMap(([table, privileges]) => privileges.map((privilege) => ({ table, privilege })));
	// Found by this session's own path, as every statement of the portal will find them; nothing else is.
	const rows = await database.query<{ name: string; privilege: string }>(
		`SELECT w.name, w.privilege
		FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS w (name, privilege)
		WHERE (pg_catalog.has_table_privilege(
			pg_catalog.to_regclass(pg_catalog.quote_ident(w.name))::pg_catalog.oid, w.privilege)) IS NOT TRUE`,
		[wanted.map(({ table }) => table), wanted.map(({ privilege }) => privilege)],
	);
	return rows.map(({ name, privilege }) => `${privilege} on ${name}`);
}
