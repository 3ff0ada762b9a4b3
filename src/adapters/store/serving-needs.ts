import { getTableName, type Table } from 'drizzle-orm';
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

/**
 * What serving needs of each table. The portal's own only: a database may hold others, which are nobody's business here.
 */
export const NEEDS: ReadonlyMap<string, readonly Privilege[]> = new Map(
	[...Object.values(tables).map((table) => getTableName(table as Table)), 'portal_migration'].map((name) => [
		name,
		LESS[name] ?? ALL,
	]),
);

export const PORTAL_TABLES: readonly string[] = [...NEEDS.keys()];
