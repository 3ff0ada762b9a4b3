import type { Role } from '#core/access/roles';
import { type Refusal, type RefusalCode, refuse } from '#core/refusals';
import { err, ok } from '#core/result';
import { actorOf } from './actor.ts';
import type { Deps } from './deps.ts';
import { type LetInAnswer, letInAnswer, linkUntil, memberEntry, newcomer } from './invite.ts';
import type { Answer } from './ports/answer.ts';
import type { Caller } from './ports/caller.ts';
import type { JoinIdentity } from './ports/people.ts';

/**
 * Adds a person (contracts §6). An account that the platform has made is a member at once. For any other address there is
 * a link, also when a tenant's link has made its account, this tenant's too: whoever was ADMIN then may know the password,
 * and nobody here should be told who is where.
 */
export async function addMember(
	deps: Deps,
	caller: Caller,
	wanted: { email: string; name: string; role: Role },
	mintLink: JoinIdentity['mintLink'],
): Answer<LetInAnswer> {
	const actor = await actorOf(deps, caller);
	const { secret, secretHash } = mintLink();
	const expiresAt = linkUntil(deps.clock.now());
	const done = await deps.store.letIn({
		tenantId: caller.tenant.id,
		by: caller.principal.person.id,
		newcomer: newcomer(deps.ids.uuid(), wanted),
		link: { secretHash, expiresAt },
		entry: memberEntry(actor, caller.requestId),
	});
	return done.ok ? ok(letInAnswer(done.value, secret, expiresAt)) : err(said(done.error));
}

/** Changes the role of a member, or the one that an invitation will give. */
export async function changeMember(deps: Deps, caller: Caller, id: string, role: Role): Answer<null> {
	const actor = await actorOf(deps, caller);
	const done = await deps.store.setMemberRole({
		...place(caller, id),
		role,
		entry: memberEntry(actor, caller.requestId),
	});
	return done.ok ? done : err(said(done.error));
}

/** Removes a member with their tokens here, or withdraws a link. An ADMIN may go too, while another stays. */
export async function removeMember(deps: Deps, caller: Caller, id: string): Answer<null> {
	const actor = await actorOf(deps, caller);
	const done = await deps.store.removeMember({ ...place(caller, id), entry: memberEntry(actor, caller.requestId) });
	return done.ok ? done : err(said(done.error));
}

function place(caller: Caller, id: string) {
	return { tenantId: caller.tenant.id, by: caller.principal.person.id, id };
}

function said(code: Extract<RefusalCode, 'role_required' | 'already_member' | 'not_found' | 'last_admin'>): Refusal {
	switch (code) {
		case 'role_required':
			return refuse(code, 'This is for ADMIN, which you have just ceased to be. Nothing was changed.');
		case 'already_member':
			return refuse(
				code,
				'This address belongs to a member of the tenant. To change their role, use the list of members.',
			);
		case 'not_found':
			return refuse(code, 'The tenant has no member and no open invitation with this id.');
		case 'last_admin':
			return refuse(code, 'This is the tenant’s only ADMIN. Make somebody else ADMIN first.');
	}
}
