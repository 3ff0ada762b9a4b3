import { type Refusal, refuse } from '#core/refusals';
import { refusedTool, toolsFor } from '#core/registry/drift';
import type { SafeWrite } from '#core/registry/types';
import { err, ok, type Result } from '#core/result';
import type { Deps } from './deps.ts';
import type { Caller } from './ports/caller.ts';
import type { SealedCredential } from './ports/credentials.ts';
import type { GuardFacts } from './ports/executions.ts';

/**
 * Check 12 of contracts §3 but for the opening of the credential: a provider is configured, the pinned tools that this
 * write needs are unchanged, it answers, and the tenant has a credential for it. Fails closed.
 */
export async function checkProvider(
	deps: Deps,
	caller: Caller,
	input: { readonly provider: string; readonly write: SafeWrite; readonly facts: Pick<GuardFacts, 'credential'> },
): Promise<Result<SealedCredential, Refusal>> {
	const { provider, write, facts } = input;
	if (!deps.upstream.configured(provider)) {
		return err(
			refuse('provider_not_configured', 'No MCP server is configured for this provider (MCP_GITHUB_SERVER_URL).'),
		);
	}
	if (!deps.upstream.drift(provider).ok) await deps.upstream.checkTools(provider);
	const drift = deps.upstream.drift(provider);
	for (const tool of toolsFor(write.tool, write.creates)) {
		const refusedFor = refusedTool(tool, drift);
		if (refusedFor !== null) return err(refuse('tool_definition_changed', refusedFor));
	}
	if (!drift.ok) {
		return err(refuse('provider_unreachable', 'The provider’s MCP server does not answer. Nothing was sent.'));
	}
	return facts.credential === null
		? err(refuse('credential_missing', `There is no GitHub credential for ${caller.tenant.slug}.`))
		: ok(facts.credential);
}
