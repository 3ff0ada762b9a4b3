import { err, ok, type Result } from '#core/result';
import type { Appender } from './audit-append.ts';
import type { Query } from './database.ts';

/** An account that is there, or one to be made: with the hash of its password, which takes too long to be made under a lock. */
export type FirstAdmin =
	| { readonly kind: 'existing'; readonly userId: string }
	| {
			readonly kind: 'new';
			readonly userId: string;
			readonly accountId: string;
			readonly email: string;
			readonly name: string;
			readonly passwordHash: string;
	  };

export interface FirstAdminStore {
	hasPlatformAdmin(): Promise<boolean>;
	/**
	 * Makes the person platform admin, and their account first if it is a new one, only while there is no platform admin:
	 * of many at once, one succeeds. Row: `access.platform-admin.set`, platform log.
	 * `email_taken`: the account has appeared since the caller looked; `admin_exists`: too late, nothing was changed.
	 */
	makeFirstPlatformAdmin(
		person: FirstAdmin,
		by: 'environment' | 'link',
	): Promise<Result<{ userId: string }, 'admin_exists' | 'email_taken'>>;
}

export function createFirstAdminStore(query: Query, appender: Appender): FirstAdminStore {
	return {
		hasPlatformAdmin: async () => (await query('SELECT 1 FROM platform_admin LIMIT 1')).length > 0,
		makeFirstPlatformAdmin: (person, by) =>
			appender.changing(async ({ query: inside }, append) => {
				// The table, not a row: there is none to lock yet. It waits for every insert, whoever makes it; readers go on.
				await inside('LOCK TABLE platform_admin IN SHARE ROW EXCLUSIVE MODE');
				if ((await inside('SELECT 1 FROM platform_admin LIMIT 1')).length > 0) return err('admin_exists');
				if (person.kind === 'new' && !(await makeAccount(inside, person))) return err('email_taken');
				const { userId } = person;
				await inside('INSERT INTO platform_admin (user_id) VALUES ($1)', [userId]);
				await append('platform', {
					action: 'access.platform-admin.set',
					actor: { kind: 'system' },
					ok: true,
					detail: { old: null, new: { userId }, by },
				});
				return ok({ userId });
			}),
	};
}

async function makeAccount(query: Query, person: Extract<FirstAdmin, { kind: 'new' }>): Promise<boolean> {
	const made = await query(
		`INSERT INTO "user" (id, name, email, email_verified) VALUES ($1, $2, lower($3), true)
		ON CONFLICT (email) DO NOTHING RETURNING id`,
		[person.userId, person.name, person.email],
	);
	if (made.length === 0) return false;
	// The shape that better-auth's sign-in looks for.
	await query(
		`INSERT INTO account (id, account_id, provider_id, user_id, password) VALUES ($1, $2, 'credential', $2, $3)`,
		[person.accountId, person.userId, person.passwordHash],
	);
	return true;
}
