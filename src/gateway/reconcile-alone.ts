import type { Deps } from './deps.ts';
import type { Execution } from './ports/executions.ts';

/** One execution that breaks must not keep those behind it, whoever's they are, from ever getting their turn. */
export async function byItself(deps: Deps, execution: Execution, work: () => Promise<void>): Promise<void> {
	try {
		await work();
	} catch (cause) {
		deps.log.error({ err: cause, executionId: execution.id }, 'not reconciled; it is tried again by itself');
	}
}
