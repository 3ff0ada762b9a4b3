import { sql } from 'drizzle-orm';
import { boolean, check, pgTable, text, timestamp, unique, uuid } from 'drizzle-orm/pg-core';
import { tenant } from './tenancy.ts';

const instant = (name: string) => timestamp(name, { withTimezone: true });

/**
 * The kill-switch matrix. A null tenant is the global row; a flag is on for a tenant when both rows are on. The rows
 * exist from the start (migration, tenant creation), so that a reservation always finds something to lock.
 */
export const flagSetting = pgTable(
	'flag_setting',
	{
		id: uuid('id').primaryKey().default(sql`gen_random_uuid()`),
		flag: text('flag').notNull(),
		tenantId: uuid('tenant_id').references(() => tenant.id),
		enabled: boolean('enabled').notNull(),
		by: text('by'),
		at: instant('at'),
		reason: text('reason'),
	},
	(table) => [
		unique('flag_setting_flag_tenant').on(table.flag, table.tenantId).nullsNotDistinct(),
		check('flag_setting_flag', sql`${table.flag} IN ('mcp.gateway', 'mcp.execute-tokens')`),
	],
);

/** `sealed` opens only with the vault's key and this row's own identity. */
export const credential = pgTable(
	'credential',
	{
		id: uuid('id').primaryKey(),
		tenantId: uuid('tenant_id')
			.notNull()
			.references(() => tenant.id),
		provider: text('provider').notNull(),
		kind: text('kind').notNull(),
		fingerprint: text('fingerprint').notNull(),
		login: text('login'),
		sealed: text('sealed').notNull(),
		setBy: text('set_by').notNull(),
		setAt: instant('set_at').notNull(),
		testedAt: instant('tested_at'),
	},
	(table) => [
		unique('credential_tenant_provider').on(table.tenantId, table.provider),
		check('credential_kind', sql`${table.kind} IN ('pat')`),
	],
);
