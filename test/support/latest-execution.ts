import type { Execution, ExecutionStore } from '#gateway/ports/executions';

const nobody = { id: '', name: '', email: '' };

/** The newest epoch of an argsSha, or null. */
export async function latestExecution(
	store: Pick<ExecutionStore, 'executeFacts'>,
	tenantId: string,
	argsSha: string,
): Promise<Execution | null> {
	return (await store.executeFacts({ tenantId, provider: 'github', argsSha, person: nobody })).earlier;
}
