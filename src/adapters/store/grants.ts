import type { Database } from './database.ts';

/**
 * Gives the serving role what the portal needs and no more, to be called by the owner after `migrate`: it may add to the
 * audit log and move its heads, but not change or remove an entry, nor switch off the triggers that refuse that too, nor
 * touch the schema. Does nothing about the embedded database, whose only role is a superuser.
 */
export async function grantServing(database: Database, role: string): Promise<void> {
	if (database.kind === 'pglite') return;
	await database.transaction(async ({ query }) => {
		const [row] = await query<{ role: string }>("SELECT format('%I', $1::text) AS role", [role]);
		const to = row?.role ?? '';
		await query(`GRANT USAGE ON SCHEMA public TO ${to}`);
		await query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${to}`);
		await query(`REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry FROM ${to}`);
		await query(`REVOKE DELETE, TRUNCATE ON audit_head FROM ${to}`);
		await query(`REVOKE UPDATE, DELETE ON portal_meta FROM ${to}`);
		await query(`REVOKE INSERT, UPDATE, DELETE ON portal_migration FROM ${to}`);
	});
}
