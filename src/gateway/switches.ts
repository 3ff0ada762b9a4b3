import type { EntryDraft } from '#core/audit/entry';
import { type Refusal, refuse } from '#core/refusals';
import { err, ok, type Result } from '#core/result';
import { actorOf, principalActor } from './actor.ts';
import type { Deps } from './deps.ts';
import type { Answer } from './ports/answer.ts';
import type { Caller, Principal } from './ports/caller.ts';
import type { Flag } from './ports/settings.ts';

export interface SwitchChange {
	readonly enabled: boolean;
	readonly reason?: string | undefined;
}

/** Off is one press, on is a question (contracts §6): switching on needs a reason. */
function checkReason(change: SwitchChange): Result<string | null, Refusal> {
	if (change.enabled && change.reason === undefined) {
		return err(refuse('reason_required', 'Switching on needs a reason: it is kept in the audit log.'));
	}
	return ok(change.reason ?? null);
}

function changeEntry(
	base: Pick<EntryDraft, 'action' | 'actor'>,
	requestId: string,
	detail: EntryDraft['detail'],
): EntryDraft {
	return { ...base, ok: true, requestId, detail } as EntryDraft;
}

/** Switches a feature for the caller's tenant, with its `flag.set` row in the same transaction. */
export async function setTenantFlag(deps: Deps, caller: Caller, flag: Flag, change: SwitchChange): Answer<null> {
	const reason = checkReason(change);
	if (!reason.ok) return reason;
	const actor = await actorOf(deps, caller);
	await deps.store.setFlag({
		tenantId: caller.tenant.id,
		flag,
		enabled: change.enabled,
		by: caller.principal.person.name,
		reason: reason.value,
		entry: (old) =>
			changeEntry({ action: 'flag.set', actor }, caller.requestId, {
				flag,
				old,
				new: change.enabled,
				...(reason.value === null ? {} : { why: reason.value }),
			}),
	});
	return ok(null);
}

/** Switches a feature everywhere, recorded on the platform log. The API has checked that the caller is platform admin. */
export async function setGlobalFlag(
	deps: Deps,
	by: { principal: Principal; requestId: string },
	flag: Flag,
	change: SwitchChange,
): Answer<null> {
	const reason = checkReason(change);
	if (!reason.ok) return reason;
	const actor = await principalActor(deps, by.principal, 'PLATFORM');
	await deps.store.setFlag({
		tenantId: null,
		flag,
		enabled: change.enabled,
		by: by.principal.person.name,
		reason: reason.value,
		entry: (old) =>
			changeEntry({ action: 'flag.set', actor }, by.requestId, {
				flag,
				old,
				new: change.enabled,
				...(reason.value === null ? {} : { why: reason.value }),
			}),
	});
	return ok(null);
}

/** Switches agent dispatch for the caller's tenant (`dispatch.set`). What was already sent is still finished. */
export async function setDispatch(deps: Deps, caller: Caller, change: SwitchChange): Answer<null> {
	const reason = checkReason(change);
	if (!reason.ok) return reason;
	const actor = await actorOf(deps, caller);
	await deps.store.setDispatch({
		tenantId: caller.tenant.id,
		enabled: change.enabled,
		by: caller.principal.person.name,
		reason: reason.value,
		entry: (old) =>
			changeEntry({ action: 'dispatch.set', actor }, caller.requestId, {
				old,
				new: change.enabled,
				...(reason.value === null ? {} : { why: reason.value }),
			}),
	});
	return ok(null);
}
