import type { JsonObject } from '#core/canonical-json';
import { FIRST_LOOK_MS } from '#core/execution/decide';
import type { UpstreamOutcome } from '#core/execution/state';
import { labelsOf } from '#core/proposal/preview';
import { type Refusal, refuse } from '#core/refusals';
import type { Creates } from '#core/registry/types';
import { assertNever, err, ok, type Result } from '#core/result';
import { attemptEntry, type NamedTool } from './attempt-row.ts';
import { giveBack } from './budget.ts';
import type { Deps } from './deps.ts';
import type { Answer } from './ports/answer.ts';
import type { AuditPosition } from './ports/audit.ts';
import type { Caller } from './ports/caller.ts';
import type { SealedCredential } from './ports/credentials.ts';
import type { Execution, SettleInput } from './ports/executions.ts';
import { checkUnchanged, isReplacing, readBack } from './replaced-state.ts';

/** The answer of an execute that confirmed, now or earlier (contracts §3). */
export interface Executed {
	readonly provider: string;
	readonly tool: string;
	readonly argsSha: string;
	/** Null for a write that carries no text. */
	readonly marker: string | null;
	readonly ok: true;
	readonly executionId: string;
	readonly artifact: { readonly url: string };
	readonly replayed: boolean;
	readonly auditSeq: number;
}

interface Reserved {
	readonly caller: Caller;
	readonly tool: NamedTool;
	readonly execution: Execution;
	readonly credential: SealedCredential;
	readonly args: JsonObject;
	/** What the approver ticked. */
	readonly acknowledged: readonly string[];
	readonly creates: Creates;
	readonly marker: string | null;
	/** Whether the lease still runs, by a clock of this process. */
	readonly stillMine: () => boolean;
}

/**
 * From a committed reservation to a recorded outcome: unseal → look once more → `tools/call`, at most once → settle. A write
 * that replaces a state has that state read before the call, and what it came to after it.
 *
 * Each await is marked with what a crash there leaves. RESERVED is always safe: it blocks a second execute of these bytes
 * and counts as possibly sent, and the reconciler writes the attempt's row and looks for the artifact.
 */
export async function sendReserved(deps: Deps, reserved: Reserved): Answer<Executed> {
	const { execution, args, creates, caller, marker, stillMine } = reserved;

	// Crash: RESERVED, nothing sent. An error here is not a crash: this process knows that nothing was sent, and says so.
	const ready = await prepare(deps, reserved).catch((cause) => {
		deps.log.error({ err: cause, executionId: execution.id }, 'nothing was sent');
		return err(refuse('database_unavailable', 'Nothing was sent. Try again.'));
	});
	if (!ready.ok)
		return ready.error.code === 'outcome_unknown' ? lost(execution) : settleUnsent(deps, reserved, ready.error);

	// Crash: RESERVED, possibly sent. The transport sends it once or not at all and never throws an outcome away.
	const answer = await deps.upstream
		.call({
			provider: execution.provider,
			tool: execution.tool,
			args,
			secret: ready.value,
			expect: { creates, target: execution.target },
			stillMine,
		})
		.catch((cause): UpstreamOutcome => {
			deps.log.error({ err: cause, executionId: execution.id }, 'the call broke');
			return { kind: 'unknown', why: 'The call broke inside the portal.' };
		});

	// Crash: RESERVED, sent; the answer is lost with this process. What came of it is found again by the marker, or by the
	// set that stands there.
	const outcome =
		answer.kind === 'confirmed' && isReplacing(reserved)
			? await readBack(deps, execution, ready.value, answer)
			: answer;
	let settlement = settlementOf(outcome);
	let position = await settle(deps, reserved, settlement);
	if (position === null && (await isAnothers(deps, execution, settlement))) {
		const why = 'The MCP server reported an artifact that another write has made.';
		settlement = settlementOf({ kind: 'unknown', why });
		position = await settle(deps, reserved, settlement);
	}
	// Crash: the outcome and its row are durable; only the HTTP answer is lost. A re-run replays it.
	if (position === null) return lost(execution);
	if (settlement.to === 'ABSENT') await giveBack(deps, execution.id);
	if (settlement.to === 'CONFIRMED' && settlement.artifactUrl !== null) {
		return ok({
			provider: execution.provider,
			tool: execution.tool,
			argsSha: execution.argsSha,
			marker,
			ok: true,
			executionId: execution.id,
			artifact: { url: settlement.artifactUrl },
			replayed: false,
			auditSeq: position.seq,
		});
	}
	deps.log.warn(
		{ requestId: caller.requestId, executionId: execution.id, state: settlement.to },
		'execute did not confirm',
	);
	const extra = { executionId: execution.id, auditSeq: position.seq };
	return err(refuse(settlement.code ?? 'internal', settlement.reason ?? '', { extra }));
}

/**
 * Unseals the credential, looks once more at the state that is to be replaced, and then at switches and lease, right before
 * the call (contracts §3).
 */
async function prepare(deps: Deps, reserved: Reserved): Promise<Result<string, Refusal>> {
	const { execution, credential, acknowledged } = reserved;
	const secret = await deps.vault.open(credential.sealed, {
		tenantId: execution.tenantId,
		provider: execution.provider,
		credentialId: credential.id,
	});
	if (!secret.ok) {
		return err(refuse('credential_unreadable', 'The stored credential does not open with this portal’s key.'));
	}
	const unchanged = isReplacing(reserved)
		? await checkUnchanged(deps, { execution, labels: labelsOf(reserved.args), acknowledged }, secret.value)
		: ok(null);
	if (!unchanged.ok) return unchanged;
	const may = await deps.store.mayStillSend(execution);
	return may.ok ? secret : err(refuse(may.code, 'It was switched off before anything was sent.'));
}

/** Whether a settlement was not let through because the artifact is that of another execution: an address confirms once. */
async function isAnothers(deps: Deps, execution: Execution, { to, artifactUrl }: Outcome): Promise<boolean> {
	if (to !== 'CONFIRMED' || artifactUrl === null) return false;
	try {
		return (await deps.store.knownArtifacts([{ url: artifactUrl, settledSince: null }])).has(artifactUrl);
	} catch (cause) {
		deps.log.error({ err: cause, executionId: execution.id }, 'whose artifact was reported could not be looked up');
		return false;
	}
}

type Outcome = Pick<SettleInput, 'to' | 'code' | 'reason' | 'artifactUrl' | 'nextCheckInMs'> & { claimedUrl?: string };

function settlementOf(outcome: UpstreamOutcome): Outcome {
	const plain = { artifactUrl: null, nextCheckInMs: null };
	switch (outcome.kind) {
		case 'confirmed':
			return { ...plain, to: 'CONFIRMED', code: null, reason: null, artifactUrl: outcome.url };
		case 'rejected':
			return { ...plain, to: 'REJECTED', code: 'upstream_rejected', reason: outcome.reason };
		case 'not_sent':
			return { ...plain, to: 'ABSENT', code: outcome.code ?? 'provider_unreachable', reason: outcome.why };
		case 'unknown': {
			const claim = outcome.claimedUrl === undefined ? {} : { claimedUrl: outcome.claimedUrl };
			const end = { to: 'INDETERMINATE', code: 'outcome_unknown', reason: outcome.why } as const;
			return { ...plain, ...end, ...claim, nextCheckInMs: FIRST_LOOK_MS };
		}
		case 'elsewhere':
			return {
				...plain,
				to: 'INDETERMINATE',
				code: 'outcome_unknown',
				reason: 'The provider answered with an artifact outside the approved target.',
				// Kept also when it is empty: with it a look calls a person at once, and never concludes absence.
				claimedUrl: outcome.url,
				nextCheckInMs: FIRST_LOOK_MS,
			};
		default:
			return assertNever(outcome);
	}
}

async function settleUnsent(deps: Deps, reserved: Reserved, refusal: Refusal): Answer<Executed> {
	const { code, detail } = refusal;
	const outcome = { to: 'ABSENT', code, reason: detail, artifactUrl: null, nextCheckInMs: null } as const;
	const position = await settle(deps, reserved, outcome);
	if (position === null) return lost(reserved.execution);
	await giveBack(deps, reserved.execution.id);
	return err({ ...refusal, extra: { ...refusal.extra, executionId: reserved.execution.id, auditSeq: position.seq } });
}

/**
 * Writes outcome and row in one transaction, fenced by epoch. Tried twice: a connection that broke under a COMMIT may
 * have committed, and then the second try finds the fence closed (null) and the answer is “unknown”, which is true.
 */
async function settle(deps: Deps, reserved: Reserved, outcome: Outcome): Promise<AuditPosition | null> {
	const { execution, tool, caller } = reserved;
	const input: SettleInput = {
		executionId: execution.id,
		epoch: execution.epoch,
		from: ['RESERVED'],
		...outcome,
		isAttemptRow: true,
		entry: attemptEntry({
			tool,
			actor: execution.actor,
			ok: outcome.to === 'CONFIRMED',
			...(outcome.code === null ? {} : { code: outcome.code }),
			argsSha: execution.argsSha,
			executionId: execution.id,
			requestId: caller.requestId,
			...(outcome.artifactUrl === null ? {} : { artifactUrl: outcome.artifactUrl }),
			...(outcome.reason === null ? {} : { reason: outcome.reason }),
		}),
	};
	for (let attempt = 1; attempt <= 2; attempt++) {
		try {
			return await deps.store.settle(input);
		} catch (cause) {
			deps.log.error({ err: cause, executionId: execution.id, attempt }, 'outcome could not be recorded');
		}
	}
	return null;
}

/** Someone else owns the row by now, or the database is gone: what happened is decided by reconciliation. */
function lost(execution: Execution): { ok: false; error: Refusal } {
	return err(
		refuse(
			'outcome_unknown',
			'What became of it could not be recorded here. Reconciliation decides; nothing is sent again.',
			{
				extra: { executionId: execution.id },
			},
		),
	);
}
