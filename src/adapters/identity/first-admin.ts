import { hashPassword } from 'better-auth/crypto';
import type { FirstAdmin, FirstAdminMade, FirstAdminStore } from '#adapters/store/first-admin';
import { err, type Result } from '#core/result';
import type { Ids } from '#gateway/ports/clock';
import type { Accounts } from './accounts.ts';

export interface FirstAdmins {
	/**
	 * The platform admin whom the environment names, at a start that finds none. An account that exists keeps its name and
	 * password; but one that a tenant's link made gets this password, since an ADMIN there may know its own. Null: there is
	 * one already, perhaps made by another process just now.
	 */
	fromEnvironment(person: { email: string; password: string }): Promise<FirstAdminMade | null>;
	/** The one who follows a bootstrap link; somebody who has an account gives its password. */
	fromLink(person: {
		email: string;
		name: string;
		password: string;
	}): Promise<Result<FirstAdminMade, 'admin_exists' | 'wrong_password'>>;
}

export function createFirstAdmins(deps: { store: FirstAdminStore; accounts: Accounts; ids: Ids }): FirstAdmins {
	const { store, accounts, ids } = deps;

	async function make(
		person: { email: string; name: string; password: string },
		by: 'environment' | 'link',
		/** The account that has the address, if it may be taken. */
		take: (userId: string) => Promise<FirstAdmin | null>,
	): Promise<Result<FirstAdminMade, 'admin_exists' | 'wrong_password'>> {
		// Before the hash, which is dear: most starts end here.
		if (await store.hasPlatformAdmin()) return err('admin_exists');
		// A second turn only when the account was made between look-up and transaction.
		for (let turn = 0; turn < 2; turn++) {
			const existing = await accounts.userByEmail(person.email);
			const admin = existing === null ? await newAccount(person) : await take(existing.id);
			if (admin === null) return err('wrong_password');
			const made = await store.makeFirstPlatformAdmin(admin, by);
			if (made.ok) return made;
			if (made.error === 'admin_exists') return err('admin_exists');
		}
		throw new Error('an account was taken and yet not there, twice');
	}

	async function newAccount(person: { email: string; name: string; password: string }): Promise<FirstAdmin> {
		const { email, name, password } = person;
		const passwordHash = await hashPassword(password);
		return { kind: 'new', userId: ids.uuid(), accountId: ids.uuid(), email, name, passwordHash };
	}

	return {
		async fromEnvironment({ email, password }) {
			// Whoever sets the environment runs the portal: no password is asked of them. The name can be no better than this.
			const name = email.split('@')[0] ?? email;
			const made = await make({ email, name, password }, 'environment', async (userId) => ({
				...{ kind: 'existing', userId },
				takeOver: await hashPassword(password),
			}));
			return made.ok ? made.value : null;
		},
		fromLink: (person) =>
			make(person, 'link', async (userId) =>
				(await accounts.hasPassword(userId, person.password)) ? { kind: 'existing', userId } : null,
			),
	};
}
