import { attemptEntry } from './attempt-row.ts';
import type { Deps } from './deps.ts';
import type { Execution } from './ports/executions.ts';
import { byItself } from './reconcile-alone.ts';

const MOST = 1_000;

/**
 * Writes the rows that dead processes still owed. The database alone is asked, so that a start may wait for it.
 * @param options.everything take over every reservation: only when no other process can be running (exclusive start).
 */
export async function takeOverOrphans(deps: Deps, options: { everything: boolean }): Promise<void> {
	for (const execution of await deps.store.orphans({ everything: options.everything, limit: MOST })) {
		await byItself(deps, execution, () => takeOver(deps, execution));
	}
}

/** Crash: the row is RESERVED and the next pass does it again. A first look follows at once. */
async function takeOver(deps: Deps, execution: Execution): Promise<void> {
	const reason = 'The portal stopped before it recorded an outcome.';
	const action = `mcp.tool.${execution.provider}.${execution.tool}`;
	await deps.store.settle({
		executionId: execution.id,
		epoch: execution.epoch,
		from: ['RESERVED'],
		to: 'INDETERMINATE',
		code: 'outcome_unknown',
		reason,
		artifactUrl: null,
		nextCheckInMs: 0,
		isAttemptRow: true,
		entry: attemptEntry({
			tool: execution.method === null ? { action } : { action, method: execution.method },
			actor: execution.actor,
			ok: false,
			code: 'outcome_unknown',
			argsSha: execution.argsSha,
			executionId: execution.id,
			requestId: execution.requestId,
			reason,
		}),
	});
}
