import { sql } from 'drizzle-orm';
import { boolean, check, customType, index, pgTable, text, timestamp, unique, uuid } from 'drizzle-orm/pg-core';
import { user } from './auth.ts';

const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });
const instant = (name: string) => timestamp(name, { withTimezone: true });

/** One row: which installation this database belongs to. A production portal refuses a sandbox's database and the reverse. */
export const portalMeta = pgTable(
	'portal_meta',
	{
		one: boolean('one').primaryKey().default(true),
		mode: text('mode').notNull(),
		installationId: uuid('installation_id').notNull().default(sql`gen_random_uuid()`),
		createdAt: instant('created_at').notNull().default(sql`now()`),
	},
	(table) => [
		check('portal_meta_one', sql`${table.one}`),
		check('portal_meta_mode', sql`${table.mode} IN ('sandbox', 'production')`),
	],
);

export const tenant = pgTable(
	'tenant',
	{
		id: uuid('id').primaryKey(),
		slug: text('slug').notNull().unique(),
		name: text('name').notNull(),
		agentDispatchEnabled: boolean('agent_dispatch_enabled').notNull().default(false),
		agentDispatchBy: text('agent_dispatch_by'),
		agentDispatchAt: instant('agent_dispatch_at'),
		agentDispatchReason: text('agent_dispatch_reason'),
		/** `owner/repo` or `owner/*`, as typed; empty: no narrowing. */
		allowedTargets: text('allowed_targets').array().notNull().default(sql`'{}'`),
		allowedTargetsBy: text('allowed_targets_by'),
		allowedTargetsAt: instant('allowed_targets_at'),
		createdAt: instant('created_at').notNull().default(sql`now()`),
	},
	(table) => [check('tenant_slug', sql`${table.slug} ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'`)],
);

export const platformAdmin = pgTable('platform_admin', {
	userId: text('user_id')
		.primaryKey()
		.references(() => user.id, { onDelete: 'cascade' }),
	since: instant('since').notNull().default(sql`now()`),
});

export const membership = pgTable(
	'membership',
	{
		id: uuid('id').primaryKey(),
		tenantId: uuid('tenant_id')
			.notNull()
			.references(() => tenant.id),
		userId: text('user_id')
			.notNull()
			.references(() => user.id, { onDelete: 'cascade' }),
		role: text('role').notNull(),
		since: instant('since').notNull().default(sql`now()`),
	},
	(table) => [
		unique('membership_tenant_user').on(table.tenantId, table.userId),
		index('membership_user_idx').on(table.userId),
		check('membership_role', sql`${table.role} IN ('ADMIN', 'MEMBER', 'AUDITOR')`),
	],
);

/**
 * Who has been asked in and has not come yet: one row per tenant and address, gone once its link is used or withdrawn. Its
 * id becomes the membership's. Only the hash of the link's secret is kept: whoever reads this table cannot use one.
 */
export const invitation = pgTable(
	'invitation',
	{
		id: uuid('id').primaryKey(),
		tenantId: uuid('tenant_id')
			.notNull()
			.references(() => tenant.id),
		email: text('email').notNull(),
		name: text('name').notNull(),
		role: text('role').notNull(),
		secretHash: text('secret_hash').notNull().unique(),
		/** Made by a platform admin, together with the tenant: an account that comes of it is the platform's. */
		byPlatform: boolean('by_platform').notNull().default(false),
		/** Whoever made the present link: it holds while they could make it. Null: made by a version that did not note it. */
		invitedBy: text('invited_by').references(() => user.id, { onDelete: 'cascade' }),
		since: instant('since').notNull(),
		expiresAt: instant('expires_at').notNull(),
	},
	(table) => [
		unique('invitation_tenant_email').on(table.tenantId, table.email),
		check('invitation_email', sql`${table.email} = lower(${table.email})`),
		check('invitation_role', sql`${table.role} IN ('ADMIN', 'MEMBER', 'AUDITOR')`),
	],
);

/**
 * The accounts whose password was set by a link that this tenant's ADMIN handed out: no tenant, this
 * one included, takes the address for proof of who it is. An account without a row was made by the platform.
 */
export const accountOrigin = pgTable('account_origin', {
	userId: text('user_id')
		.primaryKey()
		.references(() => user.id, { onDelete: 'cascade' }),
	tenantId: uuid('tenant_id')
		.notNull()
		.references(() => tenant.id),
});

/** Only the hash of a portal token is kept: whoever reads this table cannot use one. */
export const portalToken = pgTable(
	'portal_token',
	{
		id: uuid('id').primaryKey(),
		tenantId: uuid('tenant_id')
			.notNull()
			.references(() => tenant.id),
		userId: text('user_id')
			.notNull()
			.references(() => user.id, { onDelete: 'cascade' }),
		name: text('name').notNull(),
		hash: text('hash').notNull().unique(),
		scopes: text('scopes').array().notNull(),
		createdAt: instant('created_at').notNull(),
		expiresAt: instant('expires_at').notNull(),
		lastUsedAt: instant('last_used_at'),
		revokedAt: instant('revoked_at'),
	},
	(table) => [
		index('portal_token_tenant_idx').on(table.tenantId, table.createdAt),
		check('portal_token_scopes', sql`${table.scopes} <@ ARRAY['read', 'propose', 'execute']`),
	],
);

/**
 * Names behind the audit log's `actor.commit`. Rows may be erased without breaking a hash chain, hence no foreign key
 * and no reference from the log. A person renamed gets a second row: old entries were committed to the old name.
 */
export const directory = pgTable(
	'directory',
	{
		id: uuid('id').primaryKey().default(sql`gen_random_uuid()`),
		userId: text('user_id').notNull(),
		name: text('name').notNull(),
		email: text('email').notNull(),
		salt: bytea('salt').notNull(),
	},
	(table) => [
		unique('directory_person').on(table.userId, table.name, table.email),
		check('directory_salt', sql`octet_length(${table.salt}) = 16`),
	],
);
