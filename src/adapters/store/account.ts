import type { Query } from './database.ts';

/** An account that somebody signs in to with a password: two rows, in the shape that better-auth's sign-in looks for. */
export interface AccountRows {
	readonly userId: string;
	readonly accountId: string;
	readonly email: string;
	readonly name: string;
	readonly passwordHash: string;
}

/** Inside a transaction: from now on this password alone signs in, and nobody is signed in yet. */
export async function replacePassword(query: Query, userId: string, passwordHash: string): Promise<void> {
	await query(
		`UPDATE account SET password = $2, updated_at = now() WHERE user_id = $1 AND provider_id = 'credential'`,
		[userId, passwordHash],
	);
	await query('DELETE FROM session WHERE user_id = $1', [userId]);
}

/** Inside a transaction. False when the address has an account already: then nothing was done. */
export async function insertAccount(query: Query, account: AccountRows): Promise<boolean> {
	// The address counts as confirmed: there is no mail; whoever made the account or its link has vouched for it.
	const made = await query(
		`INSERT INTO "user" (id, name, email, email_verified) VALUES ($1, $2, lower($3), true)
		ON CONFLICT (email) DO NOTHING RETURNING id`,
		[account.userId, account.name, account.email],
	);
	if (made.length === 0) return false;
	await query(
		`INSERT INTO account (id, account_id, provider_id, user_id, password) VALUES ($1, $2, 'credential', $2, $3)`,
		[account.accountId, account.userId, account.passwordHash],
	);
	return true;
}
