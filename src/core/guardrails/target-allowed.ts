import { type Refusal, refuse } from '#core/refusals';
import type { Target } from '#core/registry/types';
import { err, ok, type Result } from '#core/result';

/**
 * The entries of a tenant's list that let this target through, in lower case: names of owners and repositories are the
 * same whatever their letter case, at GitHub and here.
 */
export function entriesFor({ owner, repo }: Target): readonly [string, string] {
	return [`${owner}/${repo}`.toLowerCase(), `${owner}/*`.toLowerCase()];
}

/** Whether a tenant that allows these entries writes there (contracts §3 check 9); an empty list excludes nothing. */
export function checkTarget(allow: readonly string[], target: Target): Result<null, Refusal> {
	if (allow.length === 0) return ok(null);
	const wanted = entriesFor(target);
	if (allow.some((entry) => wanted.includes(entry.toLowerCase()))) return ok(null);
	return err(refuse('target_not_allowed', targetSentence(target)));
}

/** Owner and repo are the caller's, but have passed the provider's grammar. */
export function targetSentence({ owner, repo }: Target): string {
	return `Your tenant does not write to ${owner}/${repo}. An ADMIN says where it may, under Settings → Targets.`;
}
