import type { JsonObject } from '#core/canonical-json';
import { beforeShaOf, sameLabels } from '#core/proposal/label-set';
import { buildPreview, labelsOf, markerFor, type Preview } from '#core/proposal/preview';
import { type Refusal, refuse } from '#core/refusals';
import type { SafeWrite } from '#core/registry/types';
import { err, ok, type Result } from '#core/result';
import { approverOf } from './actor.ts';
import { checkProvider } from './check-provider.ts';
import type { Deps } from './deps.ts';
import { checkRole, guard, shaOf } from './guard.ts';
import type { Answer } from './ports/answer.ts';
import type { Caller } from './ports/caller.ts';
import type { GuardFacts } from './ports/executions.ts';
import { checkAdded, isReplacing, readPresent } from './replaced-state.ts';
import { type RawBody, readJson, readPropose } from './request.ts';

export interface Proposed {
	readonly provider: string;
	readonly tool: string;
	readonly argsSha: string;
	/** Null for a write that carries no text. */
	readonly marker: string | null;
	/** Of a write that replaces a state: what `preview.before` is, for execute to say back. */
	readonly beforeSha?: string;
	readonly preview: Preview;
}

/**
 * Shows what an execute of these bytes would send. Reads settings, and the present state where a write replaces one;
 * writes nothing, here or upstream, and leaves no audit row (contracts §2). Runs checks 4–9 of execute with the same
 * codes, and check 12 where it has to ask the provider.
 */
export async function propose(deps: Deps, caller: Caller, body: RawBody): Answer<Proposed> {
	const json = readJson(body);
	if (!json.ok) return json;
	const request = readPropose(json.value);
	if (!request.ok) return request;

	const { provider, tool, args } = request.value;
	const facts = await deps.recent.guardFacts(caller.tenant.id, provider);
	const role = checkRole(caller, { roles: ['ADMIN', 'MEMBER'], scope: 'propose' }, facts);
	if (!role.ok) return role;
	const write = guard(caller, request.value, facts);
	if (!write.ok) return write;

	const present = isReplacing(write.value)
		? await presentState(deps, caller, { provider, args, write: write.value, facts })
		: ok(null);
	if (!present.ok) return present;

	const sha = shaOf(caller, request.value, deps.sha256);
	const preview = buildPreview({
		write: write.value,
		args,
		argsSha: sha,
		as: { login: facts.credential?.login ?? null, fingerprint: facts.credential?.fingerprint ?? null },
		asker: approverOf(caller),
		webUrl: deps.webUrl,
		...(present.value === null ? {} : { present: present.value }),
	});
	const before = present.value === null ? {} : { beforeSha: beforeShaOf(present.value.labels, deps.sha256) };
	return ok({ provider, tool, argsSha: sha, marker: markerFor(write.value, sha), ...before, preview });
}

/** The state that the write would replace, read with the tenant's PAT; refused when it is as it should be already. */
async function presentState(
	deps: Deps,
	caller: Caller,
	input: { provider: string; args: JsonObject; write: SafeWrite; facts: GuardFacts },
): Promise<Result<{ labels: readonly string[]; readAt: Date }, Refusal>> {
	const { provider, args, write } = input;
	const credential = await checkProvider(deps, caller, input);
	if (!credential.ok) return credential;
	const row = { tenantId: caller.tenant.id, provider, credentialId: credential.value.id };
	const secret = await deps.vault.open(credential.value.sealed, row);
	if (!secret.ok) {
		return err(refuse('credential_unreadable', 'The stored credential does not open with this portal’s key.'));
	}
	const target = write.target(args);
	const wanted = { tenantId: caller.tenant.id, credential: credential.value, target };
	const present = await deps.sharedReads.labels(wanted, () =>
		readPresent(deps, { provider, secret: secret.value, target }),
	);
	if (!present.ok) return present;
	const unfit = checkAdded(labelsOf(args), present.value.labels);
	if (unfit !== null) return err(unfit);
	if (sameLabels(present.value.labels, labelsOf(args))) {
		const message = 'are the labels that stand there already: nothing would change';
		return err(refuse('invalid_args', `args.labels: ${message}.`, { errors: [{ path: 'args.labels', message }] }));
	}
	return present;
}
