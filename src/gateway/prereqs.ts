import type { Deps } from './deps.ts';
import type { Caller } from './ports.ts';

export interface Prereqs {
	readonly ready: boolean;
	readonly gateway: { readonly ok: boolean };
	readonly agentDispatch: { readonly ok: boolean };
	readonly credential: {
		readonly ok: boolean;
		readonly login: string | null;
		readonly fingerprint: string | null;
		readonly testedAt: string | null;
	};
	readonly upstream: { readonly ok: boolean; readonly drift: string[] };
}

/** Whether a write could run now. A drifted tool is listed by name; an upstream that is down is `ok: false`. */
export async function prereqs(deps: Deps, caller: Caller): Promise<Prereqs> {
	const provider = 'github';
	const facts = await deps.store.guardFacts(caller.tenant.id, provider);
	const drift = deps.upstream.drift(provider);
	const upstream = {
		ok: deps.upstream.configured(provider) && drift.ok && drift.changed.length === 0,
		drift: [...drift.changed],
	};
	const { credential } = facts;
	return {
		ready: facts.gatewayOn && facts.dispatchOn && credential !== null && upstream.ok,
		gateway: { ok: facts.gatewayOn },
		agentDispatch: { ok: facts.dispatchOn },
		credential: {
			ok: credential !== null,
			login: credential?.login ?? null,
			fingerprint: credential?.fingerprint ?? null,
			testedAt: credential?.testedAt?.toISOString() ?? null,
		},
		upstream,
	};
}
