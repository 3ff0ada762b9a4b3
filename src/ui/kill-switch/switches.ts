'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '#api/client';
import type { AnswerOf } from '#api/contract/routes';
import { flagsKey, prereqsKey } from '#ui/tenant.tsx';

export type Flags = AnswerOf<'GET /api/flags'>;
export type FlagName = Flags['flags'][number]['flag'];

/** One switch of the matrix: a feature in the tenant or everywhere, or the tenant's agent dispatch. */
export type Switch =
	| { readonly scope: 'tenant' | 'global'; readonly flag: FlagName }
	| { readonly scope: 'tenant'; readonly flag: 'agentDispatchEnabled' };

const featureNames: Readonly<Record<Switch['flag'], string>> = {
	'mcp.gateway': 'MCP Gateway',
	'mcp.execute-tokens': 'Execute tokens',
	agentDispatchEnabled: 'Agent dispatch',
};
export const featureName = (flag: Switch['flag']) => featureNames[flag];

function put(tenant: string, which: Switch, body: { enabled: boolean; reason?: string }): Promise<unknown> {
	if (which.flag === 'agentDispatchEnabled') return call('PUT /api/agent-dispatch', { query: { tenant }, body });
	if (which.scope === 'tenant') {
		return call('PUT /api/flags/:flag', { params: { flag: which.flag }, query: { tenant }, body });
	}
	return call('PUT /api/global-flags/:flag', { params: { flag: which.flag }, body });
}

/** Puts one switch. What is shown afterwards is read again, never assumed. */
export function useSwitch(tenant: string) {
	const client = useQueryClient();
	return useMutation({
		mutationFn: (to: { which: Switch; enabled: boolean; reason?: string }) =>
			put(tenant, to.which, { enabled: to.enabled, ...(to.reason ? { reason: to.reason } : {}) }),
		onSettled: () =>
			Promise.all([
				client.invalidateQueries({ queryKey: flagsKey(tenant) }),
				client.invalidateQueries({ queryKey: prereqsKey(tenant) }),
			]),
	});
}
