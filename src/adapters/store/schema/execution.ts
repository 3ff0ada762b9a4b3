import { sql } from 'drizzle-orm';
import {
	bigint,
	check,
	index,
	integer,
	pgTable,
	primaryKey,
	text,
	timestamp,
	unique,
	uniqueIndex,
	uuid,
} from 'drizzle-orm/pg-core';
import { tenant } from './tenancy.ts';

const instant = (name: string) => timestamp(name, { withTimezone: true });

/**
 * One row per epoch of an argsSha (contracts §5). The partial unique index is what makes a second write of the same
 * bytes impossible, whatever the code above does: at most one row per argsSha is live. Never a title, body or argument.
 */
export const execution = pgTable(
	'execution',
	{
		id: uuid('id').primaryKey(),
		tenantId: uuid('tenant_id')
			.notNull()
			.references(() => tenant.id),
		argsSha: text('args_sha').notNull(),
		epoch: integer('epoch').notNull(),
		provider: text('provider').notNull(),
		tool: text('tool').notNull(),
		method: text('method'),
		state: text('state').notNull(),
		code: text('code'),
		reason: text('reason'),
		targetOwner: text('target_owner').notNull(),
		targetRepo: text('target_repo').notNull(),
		targetNumber: bigint('target_number', { mode: 'number' }),
		credentialId: uuid('credential_id').notNull(),
		credentialLogin: text('credential_login'),
		/** JSON text of the audit row's actor, so that a reconciler can write the row after a crash. */
		actor: text('actor').notNull(),
		approver: text('approver').notNull(),
		requestId: text('request_id').notNull(),
		artifactUrl: text('artifact_url'),
		/** Of what was made (`artifactKey`); null for a set of labels, and where it was recorded before there was one. */
		artifactKey: text('artifact_key'),
		reservedAt: instant('reserved_at').notNull().default(sql`now()`),
		/** By the database's clock: until then only the process that reserved may send. */
		leaseUntil: instant('lease_until').notNull(),
		settledAt: instant('settled_at'),
		auditSeq: bigint('audit_seq', { mode: 'number' }),
		nextCheckAt: instant('next_check_at'),
		checks: integer('checks').notNull().default(0),
		/** By the database's clock, as all times of a look. */
		unknownSince: instant('unknown_since'),
		cleanLooks: integer('clean_looks').notNull().default(0),
		lookUntil: instant('look_until'),
		claimedUrl: text('claimed_url'),
		/** Of a write that replaces a state: hashes, never the state. */
		beforeSha: text('before_sha'),
		afterSha: text('after_sha'),
	},
	(table) => [
		unique('execution_epoch').on(table.tenantId, table.argsSha, table.epoch),
		uniqueIndex('execution_one_live')
			.on(table.tenantId, table.argsSha)
			.where(sql`${table.state} IN ('RESERVED', 'CONFIRMED', 'INDETERMINATE', 'NEEDS_HUMAN')`),
		// Two approvals on one and the same state: the second would undo the first unseen. ASCII lower case, whatever the locale.
		uniqueIndex('execution_one_replacing')
			.on(
				table.tenantId,
				sql`lower(${table.targetOwner} COLLATE "C")`,
				sql`lower(${table.targetRepo} COLLATE "C")`,
				table.targetNumber,
			)
			.where(sql`${table.afterSha} IS NOT NULL AND ${table.state} IN ('RESERVED', 'INDETERMINATE')`),
		index('execution_newest').on(table.tenantId, table.id),
		index('execution_leases').on(table.leaseUntil).where(sql`${table.state} = 'RESERVED'`),
		index('execution_due').on(table.nextCheckAt).where(sql`${table.state} = 'INDETERMINATE'`),
		index('execution_artifact').on(table.artifactUrl).where(sql`${table.state} = 'CONFIRMED'`),
		uniqueIndex('execution_one_artifact').on(table.artifactKey).where(sql`${table.artifactKey} IS NOT NULL`),
		index('execution_needs_human').on(table.reservedAt).where(sql`${table.state} = 'NEEDS_HUMAN'`),
		check(
			'execution_state',
			sql`${table.state} IN ('RESERVED', 'CONFIRMED', 'REJECTED', 'ABSENT', 'INDETERMINATE', 'NEEDS_HUMAN')`,
		),
		check('execution_args_sha', sql`${table.argsSha} ~ '^[0-9a-f]{64}$'`),
		check('execution_epoch_positive', sql`${table.epoch} >= 1`),
		check('execution_confirmed_has_url', sql`${table.state} <> 'CONFIRMED' OR ${table.artifactUrl} IS NOT NULL`),
	],
);

/**
 * The write budget: one row per write that may begin within a window of `seconds`, by the account that writes. A write
 * takes a slot that is free and makes it free again one window later; so never more than there are slots begin in any
 * window, and two that take at once never wait for each other (FOR UPDATE SKIP LOCKED).
 */
export const writeSlot = pgTable(
	'write_slot',
	{
		/** `<provider>:<login>` in lower case, since the provider counts by account; without a login the tenant and provider. */
		account: text('account').notNull(),
		seconds: integer('seconds').notNull(),
		slot: integer('slot').notNull(),
		freeAt: instant('free_at').notNull(),
		executionId: uuid('execution_id'),
	},
	(table) => [primaryKey({ columns: [table.account, table.seconds, table.slot] })],
);

/**
 * Counts of requests and of failed sign-ins, shared by all portals. Unlogged (in the migration): a crash of the database
 * forgets them, and each is worth a minute, or a quarter of an hour.
 */
export const limitCount = pgTable('limit_count', {
	key: text('key').primaryKey(),
	points: integer('points').notNull(),
	/** What the last taking got of them. */
	granted: integer('granted').notNull().default(0),
	/** By the database's clock: from then on the count begins anew. */
	until: instant('until').notNull(),
});
