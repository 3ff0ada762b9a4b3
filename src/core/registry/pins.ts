import { canonicalJson, type JsonObject, type JsonValue } from '#core/canonical-json';
import type { Sha256 } from '#core/sha256';
import { pinnedGithubTools } from './github-pins.ts';
import { type PinnedTool, restDigestOf, splitDefinition, type ToolStructure } from './tool-definition.ts';
import type { Provider } from './types.ts';

const pins: Readonly<Record<Provider['id'], readonly PinnedTool[]>> = { github: pinnedGithubTools };

/** The definitions that calls to this provider rely on: the safe writes, and the reads that we make ourselves. */
export function pinnedTools(provider: Provider['id']): readonly PinnedTool[] {
	return pins[provider];
}

/**
 * Whether the served definition is the pinned one. The structure must be equal; the rest must have the pinned digest or
 * one of `acceptedRestDigests`, which compose hands in for a server whose prose is known to be its own (the sandbox's).
 * Anything that is not a definition is `changed`.
 */
export function compareDefinition(
	pinned: PinnedTool,
	served: JsonValue,
	sha256: Sha256,
	acceptedRestDigests: readonly string[] = [],
): 'same' | 'changed' {
	const parts = splitDefinition(served);
	if (parts === null) return 'changed';
	const { restDigest, ...structure } = pinned;
	if (spell(structure) !== spell(parts.structure)) return 'changed';
	const digest = restDigestOf(served, sha256);
	return digest !== null && (digest === restDigest || acceptedRestDigests.includes(digest)) ? 'same' : 'changed';
}

/** Throws only for a lone surrogate, which no pinned name holds: then the two differ. */
function spell(structure: ToolStructure): string | symbol {
	try {
		return canonicalJson(structure as unknown as JsonObject);
	} catch {
		return Symbol('no canonical spelling');
	}
}
