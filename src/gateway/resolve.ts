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
import { accessToVerify, notVerified, turnsUpAt, verifiedAt } from './resolve-evidence.ts';
import { readReason, refuseSecret } from './resolve-reason.ts';

/** What all readings together may take: somebody waits for the answer, and the server decides how many pages there are. */
const READING_MS = 60_000;

export interface Resolution {
	readonly happened: boolean;
	/** Where it stands. */
	readonly url?: string | undefined;
	readonly reason?: string | undefined;
}

/**
 * Settles what needs a human: an ADMIN says that it happened, and where, or that it did not, and why they know. What is
 * said is held against what can be read before it is believed. A refusal changes nothing and leaves no row.
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
): Answer<Execution> {
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
	const where = await unlessAborted<Result<string | null, Refusal>>(work, until);
	// Also when it came at the last moment: what broke off must not count as “it is not there”.
	if (where === null || (where.ok && until.aborted)) return err(tookTooLong());
	return where.ok ? settle(deps, caller, execution, { artifactUrl: where.value, why: reason.value }) : where;
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

async function itHappened(deps: Deps, execution: Execution, url: string): Promise<Result<string, Refusal>> {
	const access = await accessToVerify(deps, execution);
	return access.ok ? verifiedAt(deps, execution, access.value, url) : access;
}

async function itDidNot(deps: Deps, execution: Execution): Promise<Result<null, Refusal>> {
	const url = await turnsUpAt(deps, execution);
	return url === null ? ok(null) : err(notVerified(`It is there: ${url}`));
}

async function settle(
	deps: Deps,
	caller: Caller,
	execution: Execution,
	end: { artifactUrl: string | null; why: string },
): Answer<Execution> {
	const { id, tenantId, provider, tool, method, argsSha, state: old } = execution;
	const to = end.artifactUrl === null ? 'ABSENT' : 'CONFIRMED';
	const entry: EntryDraft = {
		action: `mcp.resolve.${provider}.${tool}`,
		actor: await actorOf(deps, caller),
		ok: true,
		argsSha,
		executionId: id,
		requestId: caller.requestId,
		...(end.artifactUrl === null ? {} : { artifact: { url: end.artifactUrl } }),
		detail: { ...(method === null ? {} : { method }), old, new: to, why: end.why },
	};
	const position = await deps.store.settle({
		executionId: id,
		epoch: execution.epoch,
		from: ['NEEDS_HUMAN'],
		to,
		code: null,
		reason: end.why,
		artifactUrl: end.artifactUrl,
		nextCheckInMs: null,
		isAttemptRow: false,
		entry,
	});
	const now = await deps.store.execution(tenantId, id);
	if (now === null) throw new Error('an execution vanished');
	return position === null ? err(settled(id, now.state)) : ok(now);
}
