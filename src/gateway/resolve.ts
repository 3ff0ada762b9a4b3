import type { EntryDraft } from '#core/audit/entry';
import { type Refusal, refuse } from '#core/refusals';
import { assertNever, err, ok, type Result } from '#core/result';
import { actorOf } from './actor.ts';
import { readingUntil, unlessAborted } from './bounded-reads.ts';
import type { Deps } from './deps.ts';
import type { Answer } from './ports/answer.ts';
import type { Caller } from './ports/caller.ts';
import type { Execution } from './ports/executions.ts';
import { accessFor } from './provider-access.ts';
import { lookForAbsence } from './resolve-absence.ts';
import { accessToVerify, notVerified, verifiedAt } from './resolve-evidence.ts';
import { readReason, refuseSecret } from './resolve-reason.ts';
import type { Unchecked } from './unchecked.ts';
import { whySentence } from './unread-words.ts';

/** What all readings together may take: somebody waits for the answer, and the server decides how many pages there are. */
const READING_MS = 60_000;

export interface Resolution {
	readonly happened: boolean;
	/** Where it stands. */
	readonly url?: string | undefined;
	readonly reason?: string | undefined;
}

export interface Resolved {
	readonly execution: Execution;
	/** Why what was said could not be held against anything; null when it was. */
	readonly unchecked: Unchecked | null;
}

/** Where it stands, or that it does not. */
type Found = { readonly url: string } | { readonly url: null; readonly unchecked: Unchecked | null };

/**
 * Settles what needs a human: an ADMIN says that it happened, and where, or that it did not, and why they know. What is
 * said is held against what can be read before it is believed. What cannot be read just now settles nothing; that it did
 * not happen is accepted unchecked where waiting would not help, and row and answer say so. A refusal changes nothing and
 * leaves no row.
 *
 * Crash: nothing, or state and row together. Of two that settle at once one does, the other gets 409.
 * @param readingMs what the readings may take; what is not read by then settles nothing.
 */
export async function resolve(
	deps: Deps,
	caller: Caller,
	id: string,
	said: Resolution,
	readingMs = READING_MS,
): Answer<Resolved> {
	const reason = readReason(said.reason);
	if (!reason.ok) return reason;
	const { url } = said;
	if (said.happened && url === undefined) {
		return err(
			refuse('invalid_request', 'Say where it stands: the address of the issue or comment.', {
				errors: [{ path: 'url', message: 'is required when it happened' }],
			}),
		);
	}
	const execution = await deps.store.execution(caller.tenant.id, id);
	if (execution === null) return err(refuse('not_found', 'There is no such execution in this tenant.'));
	const open = needsHuman(execution);
	if (!open.ok) return open;

	const opened = await accessFor(deps, execution);
	const holds = opened.ok ? refuseSecret(deps, reason.value, opened.value.secret) : null;
	if (holds !== null) return err(holds);
	const until = AbortSignal.timeout(readingMs);
	const reading = readingUntil(deps, until);
	const work = said.happened ? itHappened(reading, execution, url ?? '') : itDidNot(reading, execution);
	const where = await unlessAborted<Result<Found, Refusal>>(work, until);
	// Also when it came at the last moment: what broke off must not count as “it is not there”.
	if (where === null || (where.ok && until.aborted)) return err(tookTooLong());
	return where.ok ? settle(deps, caller, execution, { found: where.value, why: reason.value }) : where;
}

/** Only what nobody looks for any more, and nothing has settled. */
function needsHuman({ id, state, nextCheckAt }: Execution): Result<null, Refusal> {
	const extra = { executionId: id };
	switch (state) {
		case 'NEEDS_HUMAN':
			return ok(null);
		case 'INDETERMINATE': {
			const next = nextCheckAt === null ? 'soon' : `at ${nextCheckAt.toISOString()}`;
			const words = `The portal is still looking for it by itself, next ${next}. It needs nobody yet.`;
			return err(refuse('execution_unresolved', words, { extra }));
		}
		case 'RESERVED': {
			const words =
				'It is being written right now, or its process has just died. The portal settles it or looks for it.';
			return err(refuse('execution_unresolved', words, { extra }));
		}
		case 'CONFIRMED':
		case 'REJECTED':
		case 'ABSENT':
			return err(settled(id, state));
		default:
			return assertNever(state);
	}
}

function settled(executionId: string, state: Execution['state']): Refusal {
	return refuse('execution_settled', `It is ${state} already. Nothing was changed.`, { extra: { executionId } });
}

function tookTooLong(): Refusal {
	const words = 'Reading what stands there took too long, so nothing was settled. Try again later.';
	return refuse('provider_unreachable', words);
}

async function itHappened(deps: Deps, execution: Execution, url: string): Promise<Result<Found, Refusal>> {
	const access = await accessToVerify(deps, execution);
	if (!access.ok) return access;
	const stands = await verifiedAt(deps, execution, access.value, url);
	return stands.ok ? ok({ url: stands.value }) : stands;
}

async function itDidNot(deps: Deps, execution: Execution): Promise<Result<Found, Refusal>> {
	const looked = await lookForAbsence(deps, execution);
	switch (looked.kind) {
		case 'there':
			return err(notVerified(`It is there: ${looked.url}`));
		case 'unread':
			return err(cannotLook(looked.why));
		case 'unchecked':
			return ok({ url: null, unchecked: looked.because });
		case 'nowhere':
			return ok({ url: null, unchecked: null });
		default:
			return assertNever(looked);
	}
}

function cannotLook(why: string): Refusal {
	const words = `Whether it stands there cannot be read now, so nothing was settled: ${whySentence(why)} Try again later. If GitHub is gone for good, delete this tenant’s credential: without one, what you say is accepted unchecked, and the audit log says so.`;
	return refuse('provider_unreachable', words);
}

async function settle(
	deps: Deps,
	caller: Caller,
	execution: Execution,
	end: { found: Found; why: string },
): Answer<Resolved> {
	const { id, tenantId, provider, tool, method, argsSha, state: old } = execution;
	const { url } = end.found;
	const unchecked = end.found.url === null ? end.found.unchecked : null;
	const to = url === null ? 'ABSENT' : 'CONFIRMED';
	const entry: EntryDraft = {
		action: `mcp.resolve.${provider}.${tool}`,
		actor: await actorOf(deps, caller),
		ok: true,
		argsSha,
		executionId: id,
		requestId: caller.requestId,
		...(url === null ? {} : { artifact: { url } }),
		detail: { ...(method === null ? {} : { method }), old, new: to, why: end.why, ...checkedOf(unchecked) },
	};
	const position = await deps.store.settle({
		executionId: id,
		epoch: execution.epoch,
		from: ['NEEDS_HUMAN'],
		to,
		code: null,
		reason: end.why,
		artifactUrl: url,
		nextCheckInMs: null,
		isAttemptRow: false,
		entry,
	});
	const now = await deps.store.execution(tenantId, id);
	if (now === null) throw new Error('an execution vanished');
	return position === null ? err(settled(id, now.state)) : ok({ execution: now, unchecked });
}

/** Whether what was said was held against what can be read: as the row keeps it, and the answer says it. */
export function checkedOf(unchecked: Unchecked | null): { checked: boolean; because?: Unchecked } {
	return unchecked === null ? { checked: true } : { checked: false, because: unchecked };
}
