import { err, ok, type Result } from '#core/result';
import type { Clock } from '#gateway/ports/clock';
import { type AccountRows, insertAccount, replacePassword } from './account.ts';
import type { Appender } from './audit-append.ts';
import type { Query } from './database.ts';
import { revokeTokens } from './membership.ts';

/**
 * An account that is there, or one to be made: with the hash of its password, which takes too long to be made under a lock.
 * `takeOver` is the hash of the password that an existing one gets when a tenant's link made it.
 */
export type FirstAdmin =
	| { readonly kind: 'existing'; readonly userId: string; readonly takeOver?: string }
	| ({ readonly kind: 'new' } & AccountRows);

export interface FirstAdminMade {
	readonly userId: string;
	/** The tenant whose link had made the account, and how many tokens of whoever held it have ended. */
	readonly tookOver?: { readonly tenantId: string; readonly tokens: number };
}

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
	): Promise<Result<FirstAdminMade, 'admin_exists' | 'email_taken'>>;
}

export function createFirstAdminStore(query: Query, appender: Appender, clock: Clock): FirstAdminStore {
	return {
		hasPlatformAdmin: async () => (await query('SELECT 1 FROM platform_admin LIMIT 1')).length > 0,
		makeFirstPlatformAdmin: (person, by) =>
			appender.changing(async ({ query: inside }, append) => {
				// The table, not a row: there is none to lock yet. It waits for every insert, whoever makes it; readers go on.
				await inside('LOCK TABLE platform_admin IN SHARE ROW EXCLUSIVE MODE');
				if ((await inside('SELECT 1 FROM platform_admin LIMIT 1')).length > 0) return err('admin_exists');
				if (person.kind === 'new' && !(await insertAccount(inside, person))) return err('email_taken');
				const { userId } = person;
				const tookOver =
					person.kind === 'existing' && person.takeOver !== undefined
						? await takeOver(inside, { userId, passwordHash: person.takeOver, at: clock.now() })
						: null;
				const more = tookOver === null ? {} : { tookOver };
				await inside('INSERT INTO platform_admin (user_id) VALUES ($1)', [userId]);
				await append('platform', {
					action: 'access.platform-admin.set',
					actor: { kind: 'system' },
					ok: true,
					detail: { old: null, new: { userId }, by, ...more },
				});
				return ok({ userId, ...more });
			}),
	};
}

/**
 * Makes the platform's own what a tenant's link had made: an ADMIN there may have used that link themselves. Their password,
 * sessions and tokens end. Null when no tenant made the account: then nothing was done.
 */
async function takeOver(
	query: Query,
	{ userId, passwordHash, at }: { userId: string; passwordHash: string; at: Date },
): Promise<{ tenantId: string; tokens: number } | null> {
	const [origin] = await query<{ tenantId: string }>(
		'DELETE FROM account_origin WHERE user_id = $1 RETURNING tenant_id AS "tenantId"',
		[userId],
	);
	if (origin === undefined) return null;
	await replacePassword(query, userId, passwordHash);
	return { tenantId: origin.tenantId, tokens: await revokeTokens(query, { tenantId: null, userId, at }) };
}
