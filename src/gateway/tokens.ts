import type { Scope } from '#core/access/roles';
import { refuse } from '#core/refusals';
import { err, ok } from '#core/result';
import { actorOf } from './actor.ts';
import type { Deps } from './deps.ts';
import type { Answer } from './ports/answer.ts';
import type { Caller } from './ports/caller.ts';
import type { TokenInfo } from './ports/identity.ts';

const HOUR_MS = 3_600_000;
const MAX_HOURS = 90 * 24;
const MAX_EXECUTE_HOURS = 24;

export interface MintToken {
	readonly name: string;
	readonly scopes: readonly Scope[];
	readonly expiresInHours: number;
}

/**
 * Mints a portal token for the caller (contracts §1). The token is in the answer once; only its hash is stored.
 * @param mint makes the secret and its hash (randomness is a port of the identity adapter).
 */
export async function createToken(
	deps: Deps,
	caller: Caller,
	wanted: MintToken,
	mint: () => { token: string; hash: string },
): Answer<{ id: string; token: string; scopes: Scope[]; expiresAt: Date }> {
	const scopes = [...new Set(wanted.scopes)];
	if (scopes.includes('execute')) {
		if (caller.role !== 'ADMIN')
			return err(refuse('scope_required', 'Only an ADMIN can mint a token with the scope “execute”.'));
		const { executeTokensOn } = await deps.store.guardFacts(caller.tenant.id, 'github');
		if (!executeTokensOn) {
			return err(refuse('scope_required', 'Execution by token is switched off (flag mcp.execute-tokens).'));
		}
	}
	const most = scopes.includes('execute') ? MAX_EXECUTE_HOURS : MAX_HOURS;
	if (wanted.expiresInHours > most) {
		return err(refuse('expiry_too_long', `A token with these scopes may live at most ${most} hours.`));
	}
	const createdAt = deps.clock.now();
	const { token, hash } = mint();
	const info: TokenInfo = {
		id: deps.ids.uuid(),
		name: wanted.name,
		scopes,
		ownerId: caller.principal.person.id,
		owner: caller.principal.person.name,
		createdAt,
		expiresAt: new Date(createdAt.getTime() + wanted.expiresInHours * HOUR_MS),
		lastUsedAt: null,
	};
	const actor = await actorOf(deps, caller);
	await deps.store.createToken({
		tenantId: caller.tenant.id,
		token: info,
		hash,
		entry: {
			action: 'token.created',
			actor,
			ok: true,
			requestId: caller.requestId,
			detail: { token: info.id, scopes: scopes.join(' '), expiresAt: info.expiresAt.toISOString() },
		},
	});
	return ok({ id: info.id, token, scopes, expiresAt: info.expiresAt });
}

/** Revokes a token at once: a MEMBER their own, an ADMIN any of the tenant. */
export async function revokeToken(deps: Deps, caller: Caller, tokenId: string): Answer<null> {
	const actor = await actorOf(deps, caller);
	const revoked = await deps.store.revokeToken({
		tenantId: caller.tenant.id,
		tokenId,
		...(caller.role === 'ADMIN' ? {} : { ownerId: caller.principal.person.id }),
		entry: { action: 'token.revoked', actor, ok: true, requestId: caller.requestId, detail: { token: tokenId } },
	});
	return revoked ? ok(null) : err(refuse('not_found', 'There is no such live token.'));
}
