import { sql } from 'drizzle-orm';
import { boolean, index, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/**
 * The tables of better-auth 1.7 under the names its drizzle adapter asks for (https://www.better-auth.com/docs/concepts/database).
 * Every timestamp has a time zone, unlike what its generator writes: else a session's end moves with the server's zone.
 */
const instant = (name: string) => timestamp(name, { withTimezone: true });

export const user = pgTable('user', {
	id: text('id').primaryKey(),
	name: text('name').notNull(),
	email: text('email').notNull().unique(),
	emailVerified: boolean('email_verified').notNull().default(false),
	image: text('image'),
	createdAt: instant('created_at').notNull().default(sql`now()`),
	updatedAt: instant('updated_at').notNull().default(sql`now()`),
});

export const session = pgTable(
	'session',
	{
		id: text('id').primaryKey(),
		expiresAt: instant('expires_at').notNull(),
		token: text('token').notNull().unique(),
		createdAt: instant('created_at').notNull().default(sql`now()`),
		updatedAt: instant('updated_at').notNull().default(sql`now()`),
		ipAddress: text('ip_address'),
		userAgent: text('user_agent'),
		userId: text('user_id')
			.notNull()
			.references(() => user.id, { onDelete: 'cascade' }),
	},
	(table) => [index('session_user_id_idx').on(table.userId)],
);

export const account = pgTable(
	'account',
	{
		id: text('id').primaryKey(),
		accountId: text('account_id').notNull(),
		providerId: text('provider_id').notNull(),
		userId: text('user_id')
			.notNull()
			.references(() => user.id, { onDelete: 'cascade' }),
		accessToken: text('access_token'),
		refreshToken: text('refresh_token'),
		idToken: text('id_token'),
		accessTokenExpiresAt: instant('access_token_expires_at'),
		refreshTokenExpiresAt: instant('refresh_token_expires_at'),
		scope: text('scope'),
		password: text('password'),
		createdAt: instant('created_at').notNull().default(sql`now()`),
		updatedAt: instant('updated_at').notNull().default(sql`now()`),
	},
	(table) => [index('account_user_id_idx').on(table.userId)],
);

export const verification = pgTable(
	'verification',
	{
		id: text('id').primaryKey(),
		identifier: text('identifier').notNull(),
		value: text('value').notNull(),
		expiresAt: instant('expires_at').notNull(),
		createdAt: instant('created_at').notNull().default(sql`now()`),
		updatedAt: instant('updated_at').notNull().default(sql`now()`),
	},
	(table) => [index('verification_identifier_idx').on(table.identifier)],
);
