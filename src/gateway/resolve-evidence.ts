import { artifactPlace, isInRepository, issueAddress } from '#core/execution/artifact-place';
import { notBorneOut } from '#core/execution/borne-out';
import { typedAddress } from '#core/execution/typed-address';
import { type Refusal, refuse } from '#core/refusals';
import { err, ok, type Result } from '#core/result';
import type { Deps } from './deps.ts';
import { isAnothers } from './others-artifacts.ts';
import type { Execution } from './ports/executions.ts';
import type { ReadResult } from './ports/upstream.ts';
import { type Access, accessFor, type NoAccess } from './provider-access.ts';
import { soughtOf, stateEvidence } from './reconcile-evidence.ts';
import { whySentence } from './unread-words.ts';

const NO_ACCESS: Readonly<Record<NoAccess, string>> = {
	provider_not_configured: 'Nothing can be read there: no MCP server is configured for GitHub (MCP_GITHUB_SERVER_URL).',
	credential_missing: 'Nothing can be read there: this tenant has no GitHub credential. Set one first.',
	credential_unreadable: 'Nothing can be read there: the stored credential does not open. Set it again.',
};

/** The tenant's present credential; without one nothing can be verified. */
export async function accessToVerify(deps: Deps, execution: Execution): Promise<Result<Access, Refusal>> {
	const access = await accessFor(deps, execution);
	return access.ok ? access : err(refuse(access.error, NO_ACCESS[access.error]));
}

/**
 * Reads what stands at the address that a person says it happened at. Gives the address as the provider has it, or a
 * refusal that says what was found instead.
 */
export async function verifiedAt(
	deps: Deps,
	execution: Execution,
	access: Access,
	typed: string,
): Promise<Result<string, Refusal>> {
	const url = typedAddress(typed, deps.webUrl);
	if (!url.ok) return err(notVerified(url.error));
	if (execution.afterSha !== null) return verifiedState(deps, execution, access, url.value);
	const artifact = await deps.upstream.artifactAt(access.provider, access.secret, url.value);
	if (!artifact.ok) return err(unreadable(artifact.error));
	const login = await loginThatWrote(deps, execution, access);
	if (!login.ok) return err(unreadable(login.error));
	const sought = soughtOf(deps, execution, login.value);
	const found = notBorneOut(artifact.value, sought, await isAnothers(deps, artifact.value));
	return found === null ? ok(artifact.value.url) : err(notVerified(found));
}

/** A set of labels stands on its issue or nowhere. */
async function verifiedState(
	deps: Deps,
	execution: Execution,
	access: Access,
	url: string,
): Promise<Result<string, Refusal>> {
	const { target } = execution;
	const place = artifactPlace(url, deps.webUrl);
	const isIssue = place !== null && place.comment === null && place.number === target.number;
	if (!isIssue || !isInRepository(place, target)) {
		return err(notVerified(`The labels were approved for ${issueAddress(deps.webUrl, target)}.`));
	}
	const evidence = await stateEvidence(deps, execution, access);
	if (evidence.kind === 'found') return ok(evidence.url);
	if (evidence.kind === 'unread') return err(refuse('provider_unreachable', cannotRead(evidence.why)));
	return err(notVerified('The labels that stand there are not the approved ones.'));
}

/** As it was known then, whatever credential there is now; else the present one's. */
export async function loginThatWrote(
	deps: Deps,
	execution: Execution,
	{ provider, secret }: Access,
): Promise<ReadResult<string>> {
	if (execution.credentialLogin !== null) return ok(execution.credentialLogin);
	const who = await deps.upstream.whoAmI(provider, secret);
	return who.ok ? ok(who.value.login) : who;
}

function unreadable(error: { kind: string; why: string }): Refusal {
	switch (error.kind) {
		case 'not_found':
			return notVerified(`There is nothing that this tenant’s credential may read: ${whySentence(error.why)}`);
		case 'unauthorized':
			return refuse('credential_rejected', 'GitHub refuses the stored token. Nothing was settled. Replace the token.');
		default:
			return refuse('provider_unreachable', cannotRead(error.why));
	}
}

function cannotRead(why: string): string {
	return `What stands there cannot be read now, so nothing was settled: ${whySentence(why)} Try again.`;
}

export function notVerified(found: string): Refusal {
	return refuse('artifact_not_verified', `${found} Nothing was settled.`);
}
