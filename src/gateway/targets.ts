import { readTargetEntries } from '#core/guardrails/target-entries';
import { refuse } from '#core/refusals';
import { err, ok } from '#core/result';
import { actorOf } from './actor.ts';
import type { Deps } from './deps.ts';
import type { Answer } from './ports/answer.ts';
import type { Caller } from './ports/caller.ts';

/** The caller decides how many entries are wrong, so not all of them are named. */
const MAX_ERRORS = 20;

/**
 * Sets where the caller's tenant may write, with its `targets.set` row in the same transaction; an empty list = wherever
 * the credential reaches. It narrows and nothing else: what the write list refuses stays refused.
 */
export async function setTargets(
	deps: Deps,
	caller: Caller,
	change: { readonly allow: readonly string[]; readonly reason?: string | undefined },
): Answer<null> {
	const allow = readTargetEntries(change.allow);
	if (!allow.ok) {
		const [first] = allow.error;
		return err(
			refuse('invalid_request', `The request is not well formed: ${first?.path} ${first?.message}.`, {
				errors: allow.error.slice(0, MAX_ERRORS),
			}),
		);
	}
	const actor = await actorOf(deps, caller);
	await deps.store.setTargets({
		tenantId: caller.tenant.id,
		allow: allow.value,
		by: caller.principal.person.name,
		entry: (old) => ({
			action: 'targets.set',
			actor,
			ok: true,
			requestId: caller.requestId,
			detail: {
				old: [...old],
				new: [...allow.value],
				...(change.reason === undefined ? {} : { why: change.reason }),
			},
		}),
	});
	return ok(null);
}
