import { actorCommit } from '#core/audit/actor-commit';
import type { Actor } from '#core/audit/entry';
import type { FooterApprover } from '#core/proposal/marker';
import type { Deps } from './deps.ts';
import type { Caller, Principal } from './ports/caller.ts';

/**
 * The caller as an audit row names them: by id, role and a salted commitment to name and e-mail (bytes §4).
 * @param salt theirs, where it was read already
 */
export async function actorOf(deps: Deps, caller: Caller, salt: Uint8Array | null = null): Promise<Actor> {
	return principalActor(deps, caller.principal, caller.role, salt);
}

export async function principalActor(
	deps: Deps,
	principal: Principal,
	role: string,
	salt: Uint8Array | null = null,
): Promise<Actor> {
	const { person } = principal;
	const commit = actorCommit(person, salt ?? (await deps.store.directorySalt(person)), deps.sha256);
	switch (principal.kind) {
		case 'user':
			return { kind: 'user', id: person.id, commit, role } as Actor;
		case 'token':
			return { kind: 'token', id: principal.tokenId, by: person.id, commit, role } as Actor;
	}
}

/** The caller as the artifact's footer names them (bytes §3). */
export function approverOf(caller: Caller): FooterApprover {
	const { principal, memberId } = caller;
	const base = { name: principal.person.name, memberId };
	return principal.kind === 'token' ? { ...base, tokenName: principal.tokenName } : base;
}
