import { hashPassword, verifyPassword } from 'better-auth/crypto';
import { insertAccount, replacePassword } from '#adapters/store/account';
import type { Database } from '#adapters/store/database';
import { err, ok, type Result } from '#core/result';
import type { Ids } from '#gateway/ports/clock';

/** People and their passwords: what sign-up would do, if there were one. Changes no setting, so no audit row is due. */
export interface Accounts {
	createUser(input: { email: string; name: string; password: string }): Promise<Result<{ id: string }, 'email_taken'>>;
	userByEmail(email: string): Promise<{ id: string; name: string } | null>;
	hasPassword(userId: string, password: string): Promise<boolean>;
	/** Sets a new password and ends every session of the person. */
	setPassword(userId: string, password: string): Promise<void>;
}

/** @param sessionsChanged called when sessions were ended. */
export function createAccounts(database: Database, ids: Ids, sessionsChanged: () => void): Accounts {
	return {
		async createUser({ email, name, password }) {
			// Before the transaction: it takes some 50 ms, and the embedded database has a single connection.
			const passwordHash = await hashPassword(password);
			const id = ids.uuid();
			const rows = { userId: id, accountId: ids.uuid(), email, name, passwordHash };
			return database.transaction(async ({ query }) =>
				(await insertAccount(query, rows)) ? ok({ id }) : err('email_taken'),
			);
		},

		async userByEmail(email) {
			const [user] = await database.query<{ id: string; name: string }>(
				'SELECT id, name FROM "user" WHERE email = lower($1)',
				[email],
			);
			return user ?? null;
		},

		async hasPassword(userId, password) {
			const [account] = await database.query<{ password: string | null }>(
				`SELECT password FROM account WHERE user_id = $1 AND provider_id = 'credential'`,
				[userId],
			);
			const stored = account?.password ?? null;
			return stored !== null && (await verifyPassword({ hash: stored, password }));
		},

		async setPassword(userId, password) {
			const hashed = await hashPassword(password);
			await database.transaction(({ query }) => replacePassword(query, userId, hashed));
			sessionsChanged();
		},
	};
}
