import type { Database } from './database.ts';
import { withOwnNames } from './own-names.ts';
import { PORTAL_TABLES } from './serving-needs.ts';

/**
 * What others have put where an owner works, so that its statements would run their code: to be asked before any of them.
 * Views and the like under the names of the portal's tables; functions under the names of PostgreSQL's, operators, and
 * functions behind triggers on the portal's tables, when neither this role nor a superuser owns them. Reads the catalog only.
 * @returns a sentence for whoever runs this, or null
 */
export async function plantedObjects(database: Database): Promise<string | null> {
	if (database.kind === 'pglite') return null;
	const rows = await withOwnNames(database, ({ query }) =>
		query<{ what: string; owner: string }>(
			`WITH thing AS (
				SELECT 'pg_class'::regclass AS class, oid, relowner AS owner, true AS any_owner FROM pg_class
				WHERE relnamespace = 'public'::regnamespace AND relname = ANY ($1::text[]) AND relkind <> 'r'
				UNION ALL SELECT 'pg_proc'::regclass, p.oid, p.proowner, false FROM pg_proc p
				WHERE p.pronamespace = 'public'::regnamespace
					AND EXISTS (SELECT FROM pg_proc q WHERE q.pronamespace = 'pg_catalog'::regnamespace AND q.proname = p.proname)
				UNION ALL SELECT 'pg_operator'::regclass, oid, oprowner, false FROM pg_operator
				WHERE oprnamespace = 'public'::regnamespace
				UNION ALL SELECT 'pg_proc'::regclass, p.oid, p.proowner, false
				FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
				WHERE NOT t.tgisinternal AND p.proowner <> c.relowner AND c.relnamespace = 'public'::regnamespace AND c.relname = ANY ($1::text[])
			)
			SELECT DISTINCT pg_describe_object(t.class, t.oid, 0) AS what, o.rolname::text AS owner
			FROM thing t JOIN pg_roles o ON o.oid = t.owner JOIN pg_roles me ON me.rolname = current_user
			WHERE t.any_owner OR NOT (
				o.rolsuper OR o.oid = me.oid OR (NOT me.rolsuper AND pg_has_role(o.oid, 'USAGE'))
				OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = t.class AND d.objid = t.oid AND d.deptype = 'e')
			)
			ORDER BY 1`,
			[PORTAL_TABLES],
		),
	);
	if (rows.length === 0) return null;
	const some = rows.slice(0, 5).map(({ what, owner }) => `${what} (of the role ${owner})`);
	return `Somebody has put into the schema public what the owner’s statements would run, or meet in place of a table: ${some.join(', ')}${rows.length > 5 ? ' …' : ''}. Nothing was done. Look at it, drop it, then run this again.`;
}
