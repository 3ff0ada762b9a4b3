import type { Execution } from './ports/executions.ts';
import type { Log } from './ports/log.ts';

/** Says, where operators look, that an execution waits for a person. The event's name is what alerts on logs match. */
export function announceNeedsHuman(log: Log, { id, tenantId }: Execution, reason: string): void {
	log.warn({ event: 'execution_needs_human', executionId: id, tenantId, reason }, 'an execution needs a human');
}
