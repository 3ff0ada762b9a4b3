import pg from 'pg';
import { err, ok, type Result } from '#core/result';
import type { Database, Query } from './database.ts';
import { withOwnNames } from './own-names.ts';
import { NEEDS, PORTAL_TABLES } from './serving-needs.ts';

/** Of PostgreSQL 15. MAINTAIN, which 17 has besides, changes no row. */
const KINDS = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'];
const BY_COLUMN = ['SELECT', 'INSERT', 'UPDATE', 'REFERENCES'];

const beyond = [...NEEDS].flatMap(([table, needed]) =>
	KINDS.filter((kind) => !(needed as readonly string[]).includes(kind)).map((kind) => ({ table, kind })),
);

/**
 * Compares what this session's role could do, in whatever way it came by it, with what serving needs.
 * @returns `owner` when it owns the portal's tables itself: one role does both, and there is nothing to compare
 */
export async function checkServingRole(database: Database): Promise<Result<'owner' | 'lesser', string>> {
	if (database.kind === 'pglite') return ok('owner');
	return await withOwnNames(database, async ({ query }) => {
		if ((await ownsTables(query)) !== false) return ok('owner');
		const [session] = await query<{ role: string }>('SELECT session_user::text AS role');
		const role = session?.role ?? '';
		const more = await moreThanServing(query, role);
		return more === null ? ok('lesser') : err(more);
	});
}

/** Whether the tables are this very role's, not by membership or as a superuser; null when there are none. */
export async function ownsTables(query: Query): Promise<boolean | null> {
	const [row] = await query<{ owns: boolean | null }>(
		`SELECT bool_and(pg_get_userbyid(relowner) = current_user) AS owns FROM pg_class
		WHERE relnamespace = 'public'::regnamespace AND relname = ANY ($1::text[])`,
		[PORTAL_TABLES],
	);
	return row?.owns ?? null;
}

/**
 * Everything is asked of each role that `role` may become, not only of those whose rights it inherits. To be called with
 * own names (`withOwnNames`).
 * @returns what it could do beyond serving and how to take that away, as sentences; null when it is a lesser role
 */
export async function moreThanServing(query: Query, role: string): Promise<string | null> {
	const powers = await powersOf(query, role);
	const isSuperuser = powers.some((power) => power.role === role && power.has.includes('SUPERUSER'));
	// Of a superuser all the rest is true too.
	const owned = isSuperuser ? [] : await ownedBy(query, role);
	const more = [
		...powers
			.filter((power) => !isSuperuser || power.role === role)
			.map((power) => `${power.role === role ? 'It' : `Its group ${power.role}`} has ${power.has}.`),
		...(owned.length === 0 ? [] : [`It owns ${listed(owned)}, itself or by a role that it is a member of.`]),
		// Of an owner it goes without saying.
		...(isSuperuser || owned.length > 0 ? [] : await revocable(query, role)),
	];
	if (more.length === 0) return null;
	return `The role ${role} could do more than serve: it might change the audit log. ${more.join(' ')} Give DATABASE_URL a role of its own that has nothing but what portal migrate gives it.`;
}

async function powersOf(query: Query, role: string): Promise<{ role: string; has: string }[]> {
	return await query(
		`SELECT * FROM (
			SELECT m.rolname::text AS role, concat_ws(', ', CASE WHEN m.rolsuper THEN 'SUPERUSER' END,
				CASE WHEN m.rolcreaterole THEN 'CREATEROLE' END, CASE WHEN m.rolreplication THEN 'REPLICATION' END,
				CASE WHEN m.rolbypassrls THEN 'BYPASSRLS' END, CASE WHEN m.rolname = 'pg_write_all_data' THEN 'all tables'
					WHEN m.rolname IN ('pg_execute_server_program', 'pg_write_server_files', 'pg_read_server_files')
						THEN 'the server’s files' END) AS has
			FROM pg_roles m WHERE pg_has_role($1::name, m.oid, 'MEMBER')
		) AS power WHERE has <> '' ORDER BY role`,
		[role],
	);
}

/** The database itself, and whatever is in it: also a trigger's function, which its owner may replace. */
async function ownedBy(query: Query, role: string): Promise<string[]> {
	const rows = await query<{ what: string }>(
		`SELECT pg_describe_object(d.classid, d.objid, d.objsubid) AS what
		FROM pg_shdepend d JOIN pg_database b ON b.datname = current_database()
		WHERE d.refclassid = 'pg_authid'::regclass AND d.deptype = 'o' AND pg_has_role($1::name, d.refobjid, 'MEMBER')
			AND (d.dbid = b.oid OR (d.classid = 'pg_database'::regclass AND d.objid = b.oid))
			AND d.classid NOT IN ('pg_largeobject'::regclass, 'pg_default_acl'::regclass)
			AND NOT EXISTS (SELECT FROM pg_class c
				WHERE d.classid = 'pg_class'::regclass AND c.oid = d.objid AND c.relpersistence = 't')
		ORDER BY d.classid <> 'pg_database'::regclass, 1`,
		[role],
	);
	return rows.map(({ what }) => what);
}

async function revocable(query: Query, role: string): Promise<string[]> {
	const places = await query<{ place: string; table_owner: string | null }>(
		`WITH may AS (SELECT m.oid FROM pg_roles m WHERE pg_has_role($1::name, m.oid, 'MEMBER'))
		SELECT format('SCHEMA %I', n.nspname) AS place, CASE WHEN n.nspname = 'public' THEN coalesce(
			(SELECT pg_get_userbyid(c.relowner)::text FROM pg_class c WHERE c.oid = to_regclass('public.audit_entry')),
			nullif(current_user::text, $1::text)) END AS table_owner
		FROM pg_namespace n WHERE n.nspname !~ '^pg_'
			AND EXISTS (SELECT FROM may WHERE has_schema_privilege(may.oid, n.oid, 'CREATE'))
		UNION ALL SELECT format('DATABASE %I', current_database()), NULL
		WHERE EXISTS (SELECT FROM may WHERE has_database_privilege(may.oid, current_database(), 'CREATE'))`,
		[role],
	);
	const rights = await query<{ kind: string; name: string }>(
		`SELECT b.kind, b.name FROM ROWS FROM (unnest($2::text[]), unnest($3::text[])) AS b (name, kind)
			JOIN pg_class c ON c.relnamespace = 'public'::regnamespace AND c.relname = b.name
		WHERE EXISTS (SELECT FROM pg_roles m WHERE pg_has_role($1::name, m.oid, 'MEMBER')
			AND CASE WHEN b.kind = ANY ($4::text[]) THEN has_any_column_privilege(m.oid, c.oid, b.kind)
				ELSE has_table_privilege(m.oid, c.oid, b.kind) END)
		ORDER BY b.name, b.kind`,
		[role, beyond.map(({ table }) => table), beyond.map(({ kind }) => kind), BY_COLUMN],
	);
	const groups = await query<{ name: string }>(
		`SELECT rolname::text AS name FROM pg_roles
		WHERE rolname <> $1::name AND pg_has_role($1::name, oid, 'MEMBER') AND rolname !~ '^pg_' ORDER BY 1`,
		[role],
	);
	const from = `FROM PUBLIC, ${[role, ...groups.map(({ name }) => name)].map(pg.escapeIdentifier).join(', ')}`;
	const onTables = [...new Set(rights.map(({ name }) => `public.${pg.escapeIdentifier(name)}`))].join(', ');
	return [
		...places.map(({ place, table_owner }) => {
			// Up to PostgreSQL 14 the owner of the tables, too, may create there only because everybody may.
			const keep = table_owner === null ? '' : `GRANT CREATE ON ${place} TO ${pg.escapeIdentifier(table_owner)}; `;
			return `It may create in ${place}. Run as the owner of that, or as a superuser: ${keep}REVOKE CREATE ON ${place} ${from};`;
		}),
		...(rights.length === 0
			? []
			: [
					`It may ${listed(rights.map(({ kind, name }) => `${kind} ${name}`))}. Run as the owner: REVOKE ALL ON ${onTables} ${from}; then portal migrate.`,
				]),
	];
}

function listed(things: readonly string[]): string {
	return `${things.slice(0, 5).join(', ')}${things.length > 5 ? ' …' : ''}`;
}
