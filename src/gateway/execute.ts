import type { Actor } from '#core/audit/entry';
import type { JsonObject } from '#core/canonical-json';
import { afterShaOf } from '#core/proposal/label-set';
import { artifactBody } from '#core/proposal/marker';
import { labelsOf, markerFor, textFields } from '#core/proposal/preview';
import { missingAcknowledgements } from '#core/proposal/warnings';
import { type Refusal, refuse } from '#core/refusals';
import type { SafeWrite } from '#core/registry/types';
import { err, ok, type Result } from '#core/result';
import { equalHex } from '#core/sha256';
import { actorOf, approverOf } from './actor.ts';
import { type AttemptRow, attemptEntry, type NamedTool, nameTool } from './attempt-row.ts';
import { refusedReservation } from './budget.ts';
import { checkProvider } from './check-provider.ts';
import type { Deps } from './deps.ts';
import { checkRole, guard, shaOf } from './guard.ts';
import type { Answer } from './ports/answer.ts';
import type { Caller } from './ports/caller.ts';
import type { Execution, GuardFacts } from './ports/executions.ts';
import type { ReserveInput, ReserveResult } from './ports/reservation.ts';
import { isReplacing, unacknowledged } from './replaced-state.ts';
import { type ExecuteRequest, type RawBody, readExecute, readJson } from './request.ts';
import { type Executed, sendReserved } from './send.ts';

/** What is known of the attempt so far: enough to write its row wherever it ends. */
interface Attempt {
	readonly caller: Caller;
	readonly actor: Actor;
	readonly tool: NamedTool;
	readonly argsSha?: string;
}

/**
 * Executes approved bytes: checks 4–13 of contracts §3 in their order, then reserve → call → outcome. Every attempt that
 * gets here leaves exactly one `mcp.tool.*` row, written before the answer.
 *
 * Crash states: before the reservation commits, nothing was sent and nothing is stored (no answer was given, so no row is
 * owed). From then on see send.ts.
 */
export async function execute(deps: Deps, caller: Caller, body: RawBody): Answer<Executed> {
	const json = readJson(body);
	const tool = nameTool(json.ok ? json.value : undefined);
	const request = json.ok ? readExecute(json.value) : json;
	if (!request.ok) return refused(deps, { caller, actor: await actorOf(deps, caller), tool }, request.error);

	const argsSha = shaOf(caller, request.value, deps.sha256);
	// What is decided on these is decided again by the reservation.
	const {
		guard: facts,
		earlier,
		salt,
	} = await deps.store.executeFacts({
		tenantId: caller.tenant.id,
		provider: request.value.provider,
		argsSha,
		person: caller.principal.person,
	});
	const actor = await actorOf(deps, caller, salt);
	const attempt = { caller, actor, tool, argsSha };
	const approved = approve(deps, attempt, request.value, facts);
	if (!approved.ok) return refused(deps, attempt, approved.error);

	const { write } = approved.value;
	const { provider, tool: toolName, args } = request.value;

	// Check 11. A live execution answers for these bytes; the unique index decides races (reserve → `exists`).
	const answered = markerFor(write, argsSha);
	if (earlier !== null && isLive(earlier)) return answerExisting(deps, attempt, earlier, answered);

	const credential = await checkProvider(deps, caller, { provider, write, facts });
	if (!credential.ok) return refused(deps, attempt, credential.error);

	const target = write.target(args);
	const leaseMs = leaseFor(deps, write);
	// Before the lease is taken, by a clock of our own: what it says has passed, has passed of the lease as well.
	const leaseFrom = deps.monotonic();
	const wallFrom = deps.clock.now().getTime();
	// Crash here: nothing stored, nothing sent.
	const reserved = await reserve(deps, {
		executionId: deps.ids.uuid(),
		caller,
		provider,
		tool: toolName,
		method: write.method ?? null,
		argsSha,
		target,
		actor,
		leaseMs,
		beforeSha: request.value.beforeSha ?? null,
		afterSha: isReplacing(write) ? afterShaOf(labelsOf(args), deps.sha256) : null,
		budget: deps.writeBudget,
	});
	switch (reserved.kind) {
		case 'refused':
			return refused(
				deps,
				attempt,
				refusedReservation(reserved, { target, login: credential.value.login, budget: deps.writeBudget }),
			);
		case 'exists':
			return answerExisting(deps, attempt, reserved.execution, answered);
		case 'reserved':
			// Crash from here on: RESERVED, which counts as possibly sent; the reconciler writes the row.
			return sendReserved(deps, {
				caller,
				tool,
				execution: reserved.execution,
				credential: reserved.credential,
				args: upstreamArgs(write, args, caller, argsSha),
				acknowledged: request.value.acknowledged,
				creates: write.creates,
				marker: answered,
				// Either clock is enough to say no: one stands still while the machine is suspended, the other can be set back.
				stillMine: () =>
					Math.max(deps.monotonic() - leaseFrom, deps.clock.now().getTime() - wallFrom) < leaseMs - LEASE_ENDS_MS,
			});
	}
}

/**
 * Reserves. A commit whose answer was lost is looked for: if it stands, these bytes would be blocked by a reservation that
 * nobody holds, though nothing was sent. It is ours, so the attempt goes on with it.
 */
async function reserve(deps: Deps, input: ReserveInput): Promise<ReserveResult> {
	try {
		return await deps.store.reserve(input);
	} catch (cause) {
		const tenantId = input.caller.tenant.id;
		const execution = await deps.store.execution(tenantId, input.executionId);
		const credential = execution === null ? null : await deps.store.credential(tenantId, input.provider);
		if (execution === null || credential === null) throw cause;
		return { kind: 'reserved', execution, credential };
	}
}

/** Between the deadline of the call and the end of the lease: the time to write the outcome. */
const LEASE_MARGIN_MS = 15_000;
/** Nothing is sent in the last seconds of a lease: whoever takes it over counts as sent what was, never what comes after. */
const LEASE_ENDS_MS = 5_000;

/** For the call; where a state is replaced, for its two readings as well. Each has the same deadline. */
function leaseFor(deps: Deps, write: SafeWrite): number {
	return (isReplacing(write) ? 3 : 1) * deps.upstreamTimeoutMs + LEASE_MARGIN_MS;
}

/** Checks 5–10: who, whether it is on, whether it is allowed, and that these are the bytes that were approved. */
function approve(
	deps: Deps,
	attempt: Attempt & { argsSha: string },
	request: ExecuteRequest,
	facts: GuardFacts,
): Result<{ write: SafeWrite }, Refusal> {
	const { caller } = attempt;
	const role = checkRole(caller, { roles: ['ADMIN'], scope: 'execute' }, facts);
	if (!role.ok) return role;
	const write = guard(caller, request, facts);
	if (!write.ok) return write;
	const before = checkBeforeSha(write.value, request);
	if (before !== null) return err(before);
	const missing = missingAcknowledgements(textFields(write.value, request.args), deps.webUrl, request.acknowledged);
	if (missing.length > 0) return err(unacknowledged(missing));
	if (!equalHex(request.argsSha, attempt.argsSha)) {
		return err(
			refuse(
				'args_sha_mismatch',
				'The argsSha in the request is not that of its bytes in this tenant. Preview again and approve what you see.',
				{ extra: { received: attempt.argsSha } },
			),
		);
	}
	return ok({ write: write.value });
}

/** Of check 9: who replaces a state says which one was seen, and nobody else does. */
function checkBeforeSha(write: SafeWrite, { beforeSha }: ExecuteRequest): Refusal | null {
	if (isReplacing(write) === (beforeSha !== undefined)) return null;
	const message =
		beforeSha === undefined
			? 'is needed: this write replaces a state. Propose it, and send the beforeSha of the answer'
			: 'must be left out: this write replaces nothing';
	return refuse('invalid_args', `beforeSha ${message}.`, { errors: [{ path: 'beforeSha', message }] });
}

function isLive(execution: Execution): boolean {
	return execution.state !== 'REJECTED' && execution.state !== 'ABSENT';
}

/** Check 11: a second execute of the same bytes never writes; it is told what became of the first. */
async function answerExisting(
	deps: Deps,
	attempt: Attempt & { argsSha: string },
	execution: Execution,
	marker: string | null,
): Answer<Executed> {
	const extra = { executionId: execution.id };
	switch (execution.state) {
		case 'CONFIRMED': {
			const url = execution.artifactUrl ?? '';
			const { seq } = await append(deps, attempt, {
				ok: true,
				code: 'replayed',
				executionId: execution.id,
				artifactUrl: url,
			});
			return ok({
				provider: execution.provider,
				tool: execution.tool,
				argsSha: attempt.argsSha,
				marker,
				ok: true,
				executionId: execution.id,
				artifact: { url },
				replayed: true,
				auditSeq: seq,
			});
		}
		case 'RESERVED':
			return refused(
				deps,
				attempt,
				refuse('execution_in_progress', 'These bytes are being written right now. Nothing was sent again.', { extra }),
			);
		default:
			return refused(
				deps,
				attempt,
				refuse(
					'execution_unresolved',
					'An earlier execute of these bytes was sent and its outcome is not known yet. Nothing was sent again.',
					{ extra },
				),
			);
	}
}

/** Ends an attempt with a refusal, after its row. A row that cannot be written is a failed request, not a silent one. */
async function refused(deps: Deps, attempt: Attempt, refusal: Refusal): Promise<{ ok: false; error: Refusal }> {
	const executionId = refusal.extra?.executionId;
	const { seq } = await append(deps, attempt, {
		ok: false,
		code: refusal.code,
		...(typeof executionId === 'string' ? { executionId } : {}),
	});
	return err({ ...refusal, extra: { ...refusal.extra, auditSeq: seq } });
}

function append(deps: Deps, attempt: Attempt, end: Pick<AttemptRow, 'ok' | 'code' | 'executionId' | 'artifactUrl'>) {
	const { caller, tool, actor, argsSha } = attempt;
	const row = { tool, actor, requestId: caller.requestId, ...(argsSha === undefined ? {} : { argsSha }), ...end };
	return deps.store.append(caller.tenant.id, attemptEntry(row));
}

/** What goes over the wire: the approved args, with footer and marker in the text where the write has one. */
function upstreamArgs(write: SafeWrite, args: JsonObject, caller: Caller, argsSha: string): JsonObject {
	if (write.bodyField === null) return args;
	const text = args[write.bodyField];
	const body = typeof text === 'string' ? text : undefined;
	return { ...args, [write.bodyField]: artifactBody(body, approverOf(caller), argsSha) };
}
