import { hash, randomBytes } from 'node:crypto';
import { hashPassword } from 'better-auth/crypto';
import { readBootstrapLink } from '#adapters/vault/bootstrap-link';
import { err, ok } from '#core/result';
import type { Clock } from '#gateway/ports/clock';
import type { JoinIdentity } from '#gateway/ports/people';
import type { Accounts } from './accounts.ts';
import type { FirstAdmins } from './first-admin.ts';
import type { SignInLimit } from './sign-in-limit.ts';

/** A new link's secret, and what is stored of it. 256 random bits need no salt and no slow hash. */
function mintLink(): { secret: string; secretHash: string } {
	const secret = randomBytes(32).toString('base64url');
	return { secret, secretHash: linkHash(secret) };
}

function linkHash(secret: string): string {
	return hash('sha256', secret, 'hex');
}

/** @param signInLimit the very one that counts sign-ins. `bootstrapKey`: purpose `bootstrap` (derive-key.ts). */
export function createJoinIdentity(deps: {
	accounts: Accounts;
	firstAdmins: FirstAdmins;
	signInLimit: SignInLimit;
	bootstrapKey: Uint8Array;
	clock: Clock;
}): JoinIdentity {
	const { accounts, firstAdmins, signInLimit, bootstrapKey, clock } = deps;
	return {
		mintLink,
		linkHash,
		hashPassword: (password) => hashPassword(password),
		readBootstrap: (secret) => readBootstrapLink(secret, bootstrapKey, clock.now()),

		async provePassword(account, password, address) {
			const attempt = await signInLimit(account.email, address);
			if (!attempt.allowed) return err({ kind: 'limited', retryAfter: attempt.retryAfter });
			let right: boolean;
			try {
				right = await accounts.hasPassword(account.id, password);
			} catch (error) {
				await attempt.settle('not_checked');
				throw error;
			}
			await attempt.settle(right ? 'succeeded' : 'failed');
			return right ? ok(null) : err({ kind: 'wrong_password' });
		},

		async makeFirstAdmin(person, address) {
			const attempt = await signInLimit(person.email, address);
			if (!attempt.allowed) return err({ kind: 'limited', retryAfter: attempt.retryAfter });
			let outcome: 'failed' | 'not_checked' = 'not_checked';
			try {
				const made = await firstAdmins.fromLink(person);
				if (made.ok) return ok(null);
				if (made.error === 'wrong_password') outcome = 'failed';
				return err({ kind: made.error });
			} finally {
				await attempt.settle(outcome);
			}
		},
	};
}
