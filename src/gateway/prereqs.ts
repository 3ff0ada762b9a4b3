import type { Deps } from './deps.ts';
import type { Caller } from './ports/caller.ts';

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
	readonly upstream: { readonly ok: boolean; readonly configured: boolean; readonly drift: string[] };
}

/**
 * Whether a write could run now. A drifted tool is listed by name; an upstream that is down is `ok: false`, and so is one
 * that this portal is not connected to, which `configured` tells apart. A credential that was never tested counts as set.
 */
export async function prereqs(deps: Deps, caller: Caller): Promise<Prereqs> {
	const provider = 'github';
	const facts = await deps.store.guardFacts(caller.tenant.id, provider);
	const drift = deps.upstream.drift(provider);
	const configured = deps.upstream.configured(provider);
	const upstream = {
		ok: configured && drift.ok && drift.changed.length === 0,
		configured,
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
