import { refuse } from '#core/refusals';
import { err, ok } from '#core/result';
import { principalActor } from './actor.ts';
import type { Deps } from './deps.ts';
import { type LetInAnswer, letInAnswer, linkUntil, memberEntry, newcomer } from './invite.ts';
import type { Answer } from './ports/answer.ts';
import type { Principal } from './ports/caller.ts';
import type { JoinIdentity } from './ports/people.ts';

/**
 * Makes a tenant and lets its first ADMIN in, in one transaction. The API has checked that the caller is a platform admin.
 * An account that some tenant's ADMIN has made gets a link, as everywhere: the platform cannot know who has its password.
 */
export async function openTenant(
	deps: Deps,
	by: { principal: Principal; requestId: string },
	wanted: { slug: string; name: string; adminEmail: string },
	mintLink: JoinIdentity['mintLink'],
): Answer<LetInAnswer> {
	const actor = await principalActor(deps, by.principal, 'PLATFORM');
	const { secret, secretHash } = mintLink();
	const expiresAt = linkUntil(deps.clock.now());
	// What the list of members shows until they come and say their name.
	const name = wanted.adminEmail.split('@')[0] ?? wanted.adminEmail;
	const done = await deps.store.openTenant({
		tenant: { id: deps.ids.uuid(), slug: wanted.slug, name: wanted.name },
		by: by.principal.person.id,
		admin: newcomer(deps.ids.uuid(), { email: wanted.adminEmail, name, role: 'ADMIN' }),
		link: { secretHash, expiresAt },
		created: ({ id, slug }) => ({
			action: 'tenant.created',
			actor,
			ok: true,
			requestId: by.requestId,
			detail: { old: null, new: { id, slug } },
		}),
		entry: memberEntry(actor, by.requestId),
	});
	if (done.ok) return ok(letInAnswer(done.value, secret, expiresAt));
	return err(refuse(done.error, `There is a tenant “${wanted.slug}” already. Choose another slug.`));
}
