import { actorCommit } from '#core/audit/actor-commit';
import { type Refusal, refuse } from '#core/refusals';
import { err, ok } from '#core/result';
import type { Deps } from './deps.ts';
import type { Answer } from './ports/answer.ts';
import type { Person } from './ports/caller.ts';
import type { FoundInvitation, JoinIdentity, NewAccount, PasswordFailure } from './ports/people.ts';

export interface Joining {
	readonly secret: string;
	readonly name: string;
	readonly password: string;
	/** Where the request comes from, for the limit on passwords. */
	readonly address: string;
	readonly requestId: string;
}

/**
 * Uses a one-time link (contracts §6): makes the account with this name and password, or takes the one that has the address,
 * if this is its password. Nobody is signed in by it. A link that is unknown, used, replaced, withdrawn or expired is
 * answered alike, so that nothing is learnt from a guess.
 */
export async function join(
	deps: Deps,
	identity: JoinIdentity,
	input: Joining,
): Answer<{ email: string; tenant: string | null }> {
	const first = identity.readBootstrap(input.secret);
	if (first !== null) return joinFirst(identity, first.email, input);

	const secretHash = identity.linkHash(input.secret);
	// A second turn only when another link has made an account of this address between look-up and transaction.
	for (let turn = 0; turn < 2; turn++) {
		const found = await deps.store.invitationByHash(secretHash);
		if (found === null) return err(dead());
		const who = await whoJoins(deps, identity, found, input);
		if (!who.ok) return who;
		const done = await deps.store.acceptInvitation({
			tenantId: found.tenant.id,
			secretHash,
			who: who.value,
			entry: (person, salt, change) => ({
				action: 'member.joined',
				actor: { kind: 'user', id: person.id, commit: actorCommit(person, salt, deps.sha256), role: change.role },
				ok: true,
				requestId: input.requestId,
				detail: { old: null, new: { userId: person.id, ...change } },
			}),
		});
		if (done.ok) return ok({ email: done.value.email, tenant: found.tenant.slug });
		if (done.error === 'gone') return err(dead());
	}
	throw new Error('an account appeared and yet was not there');
}

async function whoJoins(
	deps: Deps,
	identity: JoinIdentity,
	{ account }: FoundInvitation,
	input: Joining,
): Answer<{ account: Person } | { make: NewAccount }> {
	if (account !== null) {
		const proved = await identity.provePassword(account, input.password, input.address);
		return proved.ok ? ok({ account }) : err(said(proved.error));
	}
	// Ahead of the transaction: it takes some 50 ms, and the embedded database has a single connection.
	const passwordHash = await identity.hashPassword(input.password);
	return ok({ make: { userId: deps.ids.uuid(), accountId: deps.ids.uuid(), name: input.name, passwordHash } });
}

/** The link of `portal bootstrap`: worth nothing once there is a platform admin. */
async function joinFirst(
	identity: JoinIdentity,
	email: string,
	{ name, password, address }: Joining,
): Answer<{ email: string; tenant: null }> {
	const done = await identity.makeFirstAdmin({ email, name, password }, address);
	if (done.ok) return ok({ email, tenant: null });
	return err(done.error.kind === 'admin_exists' ? dead() : said(done.error));
}

function dead(): Refusal {
	return refuse(
		'not_found',
		'This link cannot be used (any more): each works once and for a limited time, and a newer one replaces it. If you have used it, sign in. Otherwise ask whoever gave it to you for a new one.',
	);
}

function said(failure: PasswordFailure): Refusal {
	if (failure.kind === 'wrong_password') {
		return refuse(
			'unauthenticated',
			'The address of this link has an account: give that account’s password. It, and the account’s name, stay as they are.',
		);
	}
	const { retryAfter } = failure;
	return refuse('rate_limited', 'Too many wrong passwords.', { retryAfter });
}
