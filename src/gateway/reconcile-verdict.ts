import type { EntryDraft } from '#core/audit/entry';
import type { Decision } from '#core/execution/decide';
import type { ExecutionState } from '#core/execution/state';
import type { RefusalCode } from '#core/refusals';
import { assertNever } from '#core/result';
import type { Deps } from './deps.ts';
import { announceNeedsHuman } from './needs-human.ts';
import type { Execution } from './ports/executions.ts';

interface Verdict {
	readonly to: Extract<ExecutionState, 'CONFIRMED' | 'ABSENT' | 'NEEDS_HUMAN'>;
	readonly artifactUrl: string | null;
	readonly code: RefusalCode | null;
	readonly reason: string | null;
	readonly claimedUrl?: string;
}

/**
 * Records what a look decided, fenced by that look: nothing happens if another one has begun, or it is settled. Whether a
 * verdict was taken: not either when another execution has been confirmed with this artifact meanwhile.
 */
export async function record(deps: Deps, execution: Execution, decision: Decision): Promise<boolean> {
	if (decision.kind === 'look_again') {
		const { nextCheckAfterMs, cleanLooks } = decision;
		const { id, epoch, checks } = execution;
		await deps.store.postpone({ executionId: id, epoch, look: checks, nextCheckAfterMs, cleanLooks });
		return true;
	}
	return settle(deps, execution, verdictOf(decision));
}

function verdictOf(decision: Exclude<Decision, { kind: 'look_again' }>): Verdict {
	switch (decision.kind) {
		case 'found':
			return { to: 'CONFIRMED', artifactUrl: decision.url, code: null, reason: null };
		case 'absent':
			return { to: 'ABSENT', artifactUrl: null, code: null, reason: decision.why };
		case 'needs_human':
			return {
				...{ to: 'NEEDS_HUMAN', artifactUrl: null, code: 'outcome_unknown', reason: decision.why },
				...(decision.claimedUrl === undefined ? {} : { claimedUrl: decision.claimedUrl }),
			};
		default:
			return assertNever(decision);
	}
}

/** State and `mcp.reconcile.*` row in one transaction. Crash: neither, and when the lease has run out another look begins. */
async function settle(deps: Deps, execution: Execution, end: Verdict): Promise<boolean> {
	const { state: old, method } = execution;
	const entry: EntryDraft = {
		action: `mcp.reconcile.${execution.provider}.${execution.tool}`,
		actor: { kind: 'system' },
		// Whether it is known now what became of it; `detail.new` says what.
		ok: end.to !== 'NEEDS_HUMAN',
		...(end.code === null ? {} : { code: end.code }),
		argsSha: execution.argsSha,
		executionId: execution.id,
		...(end.artifactUrl === null ? {} : { artifact: { url: end.artifactUrl } }),
		...(end.reason === null ? {} : { reason: end.reason }),
		detail: { ...(method === null ? {} : { method }), old, new: end.to },
	};
	const position = await deps.store.settle({
		executionId: execution.id,
		epoch: execution.epoch,
		from: ['INDETERMINATE'],
		...end,
		nextCheckInMs: null,
		look: execution.checks,
		isAttemptRow: false,
		entry,
	});
	if (position === null) return false;
	deps.log.info({ executionId: execution.id, state: end.to }, 'reconciled');
	if (end.to === 'NEEDS_HUMAN') announceNeedsHuman(deps.log, execution, end.reason ?? '');
	return true;
}
