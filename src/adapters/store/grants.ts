import { getTableName, type Table } from 'drizzle-orm';
import { err, ok, type Result } from '#core/result';
import type { Database } from './database.ts';
import { MIGRATION_LOCK } from './migrate.ts';
import { tables } from './tables.ts';

type Privilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';

const ALL: readonly Privilege[] = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];

/** Where the portal needs less than everything: entries are added and read, heads are moved, the stamp is set once. */
const LESS: Readonly<Record<string, readonly Privilege[]>> = {
	audit_entry: ['SELECT', 'INSERT'],
	audit_head: ['SELECT', 'INSERT', 'UPDATE'],
	portal_meta: ['SELECT', 'INSERT'],
	portal_migration: ['SELECT'],
};

/** The portal's own tables only: a database may hold others, which are nobody's business here. */
const NEEDS: ReadonlyMap<string, readonly Privilege[]> = new Map(
	[...Object.values(tables).map((table) => getTableName(table as Table)), 'portal_migration'].map((name) => [
		name,
		LESS[name] ?? ALL,
	]),
);

/**
 * Gives the serving role what the portal needs and no more, to be called by the owner after `migrate`: it may add to the
 * audit log and move its heads, but not change or remove an entry, nor switch off the triggers that refuse that too, nor
 * touch the schema. Does nothing about the embedded database, whose only role is a superuser.
 * @returns what keeps the role from being a lesser one, in sentences for whoever runs this; or why nothing was granted
 */
export async function grantServing(database: Database, role: string): Promise<Result<string[], string>> {
	if (database.kind === 'pglite') return ok([]);
	return await database.transaction(async ({ query }) => {
		// Two GRANTs at once on one table fail (“tuple concurrently updated”).
		await query("SET LOCAL lock_timeout = '60s'");
		await query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
		const [found] = await query<{ quoted: string; owns: boolean; could_own: boolean; makes: boolean; sees: boolean }>(
			`SELECT format('%I', r.rolname) AS quoted, pg_has_role(r.oid, c.relowner, 'USAGE') AS owns,
				pg_has_role(r.oid, c.relowner, 'MEMBER') AS could_own,
				has_schema_privilege(r.oid, 'public', 'CREATE') AS makes, has_schema_privilege(r.oid, 'public', 'USAGE') AS sees
			FROM pg_roles r, pg_class c WHERE r.rolname = $1 AND c.oid = to_regclass('audit_entry')`,
			[role],
		);
		if (found === undefined) {
			return err(
				`There is no role ${role}, which DATABASE_URL names. Make it (CREATE ROLE … LOGIN), then run this again.`,
			);
		}
		const { quoted } = found;
		// Its rights are the owner's: taking some away from it would take them from whoever migrates next.
		if (!found.owns) {
			if (!found.sees) await query(`GRANT USAGE ON SCHEMA public TO ${quoted}`);
			for (const [table, privileges] of NEEDS) {
				await query(`REVOKE ALL ON "${table}" FROM ${quoted}`);
				await query(`GRANT ${privileges.join(', ')} ON "${table}" TO ${quoted}`);
			}
		}
		if (found.could_own) {
			return ok([
				`The role ${role} owns the tables, or is a member of their owner, or a superuser: it could switch off what protects the audit log. Give DATABASE_URL a role of its own.`,
			]);
		}
		return ok(
			found.makes
				? [`The role ${role} may make tables of its own. Run as the owner: REVOKE CREATE ON SCHEMA public FROM PUBLIC`]
				: [],
		);
	});
}

/** Which of the rights that serving needs this role lacks, as `INSERT on tenant`; empty when it has them all. */
export async function missingRights(database: Database): Promise<string[]> {
	if (database.kind === 'pglite') return [];
	const wanted = [...NEEDS].flatMap(([table, privileges]) => privileges.map((privilege) => ({ table, privilege })));
	const rows = await database.query<{ right: string }>(
		`SELECT w.privilege || ' on ' || w.name AS right FROM unnest($1::text[], $2::text[]) AS w (name, privilege)
		WHERE NOT coalesce(has_table_privilege(to_regclass(quote_ident(w.name)), w.privilege), false)`,
		[wanted.map(({ table }) => table), wanted.map(({ privilege }) => privilege)],
	);
	return rows.map(({ right }) => right);
}
