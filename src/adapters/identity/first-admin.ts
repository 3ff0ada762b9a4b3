import { hashPassword } from 'better-auth/crypto';
import type { FirstAdminStore } from '#adapters/store/first-admin';
import { err, type Result } from '#core/result';
import type { Ids } from '#gateway/ports';
import type { Accounts } from './accounts.ts';

export interface FirstAdmins {
	/**
	 * The platform admin whom the environment names, at a start that finds none. An account that exists keeps its name
	 * and password. Null: there is one already, perhaps made by another process just now.
	 */
	fromEnvironment(person: { email: string; password: string }): Promise<{ userId: string } | null>;
	/** The one who follows a bootstrap link; somebody who has an account gives its password. */
	fromLink(person: {
		email: string;
		name: string;
		password: string;
	}): Promise<Result<{ userId: string }, 'admin_exists' | 'wrong_password'>>;
}

export function createFirstAdmins(deps: { store: FirstAdminStore; accounts: Accounts; ids: Ids }): FirstAdmins {
	const { store, accounts, ids } = deps;

	async function make(
		person: { email: string; name: string; password: string },
		by: 'environment' | 'link',
		mayTakeOver: (userId: string) => Promise<boolean>,
	): Promise<Result<{ userId: string }, 'admin_exists' | 'wrong_password'>> {
		// Before the hash, which is dear: most starts end here.
		if (await store.hasPlatformAdmin()) return err('admin_exists');
		// A second turn only when the account was made between look-up and transaction.
		for (let turn = 0; turn < 2; turn++) {
			const existing = await accounts.userByEmail(person.email);
			if (existing !== null && !(await mayTakeOver(existing.id))) return err('wrong_password');
			const made = await store.makeFirstPlatformAdmin(
				existing !== null
					? { kind: 'existing', userId: existing.id }
					: {
							kind: 'new',
							userId: ids.uuid(),
							accountId: ids.uuid(),
							email: person.email,
							name: person.name,
							passwordHash: await hashPassword(person.password),
						},
				by,
			);
			if (made.ok) return made;
			if (made.error === 'admin_exists') return err('admin_exists');
		}
		throw new Error('an account was taken and yet not there, twice');
	}

	return {
		async fromEnvironment({ email, password }) {
			// Whoever sets the environment runs the portal: no password is asked of them. The name can be no better than this.
			const name = email.split('@')[0] ?? email;
			const made = await make({ email, name, password }, 'environment', async () => true);
			return made.ok ? made.value : null;
		},
		fromLink: (person) => make(person, 'link', (userId) => accounts.hasPassword(userId, person.password)),
	};
}
