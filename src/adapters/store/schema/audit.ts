import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

/** One row per log: where the chain ends. Whoever appends locks it, last. Triggers refuse that it goes back. */
export const auditHead = pgTable(
	'audit_head',
	{
		log: text('log').primaryKey(),
		size: bigint('size', { mode: 'number' }).notNull(),
		head: text('head').notNull(),
		/** Text, because a JavaScript Date drops the microseconds that the next entry must exceed. */
		lastAt: text('last_at'),
	},
	(table) => [
		check('audit_head_size', sql`${table.size} >= 0`),
		check('audit_head_head', sql`${table.head} ~ '^[0-9a-f]{64}$'`),
	],
);

/**
 * `entry` is the text that was hashed (bytes §4): never jsonb. The columns after the hashes only serve filters; what
 * they say counts for nothing when a log is verified. Triggers refuse UPDATE, DELETE and TRUNCATE.
 */
export const auditEntry = pgTable(
	'audit_entry',
	{
		log: text('log').notNull(),
		seq: bigint('seq', { mode: 'number' }).notNull(),
		entry: text('entry').notNull(),
		leaf: text('leaf').notNull(),
		entryHash: text('entry_hash').notNull(),
		at: timestamp('at', { withTimezone: true, precision: 6, mode: 'string' }).notNull(),
		action: text('action').notNull(),
		ok: boolean('ok').notNull(),
		actorId: text('actor_id'),
	},
	(table) => [
		primaryKey({ columns: [table.log, table.seq] }),
		index('audit_entry_at').on(table.log, table.at),
		index('audit_entry_action').on(table.log, table.action, table.seq),
		index('audit_entry_actor').on(table.log, table.actorId, table.seq),
		check('audit_entry_bytes', sql`octet_length(${table.entry}) <= 65535`),
	],
);
