import { err, ok, type Result } from '#core/result';
import { type AccountRows, insertAccount } from './account.ts';
import type { Appender } from './audit-append.ts';
import type { Query } from './database.ts';

/** An account that is there, or one to be made: with the hash of its password, which takes too long to be made under a lock. */
export type FirstAdmin =
	| { readonly kind: 'existing'; readonly userId: string }
	| ({ readonly kind: 'new' } & AccountRows);

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
				if (person.kind === 'new' && !(await insertAccount(inside, person))) return err('email_taken');
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
