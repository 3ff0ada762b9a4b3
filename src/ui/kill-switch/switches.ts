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

/** In the middle of a sentence: only a proper name keeps its capital. */
export const nameInSentence = (flag: Switch['flag']) =>
	flag === 'mcp.gateway' ? featureNames[flag] : featureNames[flag].toLowerCase();

/** One switch as the API tells it. */
type Told = { readonly by: string | null; readonly at: string | null; readonly reason: string | null };

/** Which of the two switches that a write needs are off, with who did it; the tenant's own and “everywhere” apart. */
export function switchesOff(flags: Flags | undefined, ok: { gateway: boolean; agentDispatch: boolean }) {
	const gate = flags?.flags.find((one) => one.flag === 'mcp.gateway');
	const off: { which: Switch; told: Told | undefined }[] = [];
	if (!ok.gateway) {
		const scope = gate && !gate.global ? 'global' : 'tenant';
		off.push({ which: { scope, flag: 'mcp.gateway' }, told: gate });
	}
	if (!ok.agentDispatch) {
		off.push({ which: { scope: 'tenant', flag: 'agentDispatchEnabled' }, told: flags?.agentDispatch });
	}
	return off;
}

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
