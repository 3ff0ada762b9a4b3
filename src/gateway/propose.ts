import { marker } from '#core/proposal/marker';
import { buildPreview, type Preview } from '#core/proposal/preview';
import { ok } from '#core/result';
import { approverOf } from './actor.ts';
import type { Deps } from './deps.ts';
import { checkRole, guard, shaOf } from './guard.ts';
import type { Answer, Caller } from './ports.ts';
import { type RawBody, readJson, readPropose } from './request.ts';

export interface Proposed {
	readonly provider: string;
	readonly tool: string;
	readonly argsSha: string;
	readonly marker: string;
	readonly preview: Preview;
}

/**
 * Shows what an execute of these bytes would send. Reads settings; writes nothing, here or upstream, and leaves no audit
 * row (contracts §2). Runs checks 4–9 of execute with the same codes.
 */
export async function propose(deps: Deps, caller: Caller, body: RawBody): Answer<Proposed> {
	const json = readJson(body);
	if (!json.ok) return json;
	const request = readPropose(json.value);
	if (!request.ok) return request;

	const facts = await deps.recent.guardFacts(caller.tenant.id, request.value.provider);
	const role = checkRole(caller, { roles: ['ADMIN', 'MEMBER'], scope: 'propose' }, facts);
	if (!role.ok) return role;
	const write = guard(caller, request.value, facts);
	if (!write.ok) return write;

	const { provider, tool, args } = request.value;
	const sha = shaOf(caller, request.value, deps.sha256);
	const preview = buildPreview({
		write: write.value,
		args,
		argsSha: sha,
		as: { login: facts.credential?.login ?? null, fingerprint: facts.credential?.fingerprint ?? null },
		asker: approverOf(caller),
		webUrl: deps.webUrl,
	});
	return ok({ provider, tool, argsSha: sha, marker: marker(sha), preview });
}
