import type { FieldError } from '#core/refusals';
import { owner, repo } from '#core/registry/github-fields';
import { err, ok, type Result } from '#core/result';

/**
 * Reads a tenant's list of targets, which its ADMIN types: each `owner/repo` or `owner/*`, in the provider's own grammar,
 * so that an entry is a name and never a pattern. One that differs from an earlier one by letter case only is dropped.
 * @returns the list to keep; or what is wrong with each wrong entry, by its place (`allow.3`)
 */
export function readTargetEntries(allow: readonly string[]): Result<string[], FieldError[]> {
	const errors: FieldError[] = [];
	const kept = new Map<string, string>();
	for (const [index, entry] of allow.entries()) {
		const message = wrongWith(entry);
		if (message !== null) errors.push({ path: `allow.${index}`, message });
		else if (!kept.has(entry.toLowerCase())) kept.set(entry.toLowerCase(), entry);
	}
	return errors.length > 0 ? err(errors) : ok([...kept.values()]);
}

function wrongWith(entry: string): string | null {
	const [account, name, ...more] = entry.split('/');
	if (account === undefined || name === undefined || more.length > 0) return 'must be like owner/repo or owner/*';
	const ownerRead = owner.safeParse(account);
	if (!ownerRead.success) return `the owner ${ownerRead.error.issues[0]?.message}`;
	if (name === '*') return null;
	const repoRead = repo.safeParse(name);
	return repoRead.success ? null : `the repository ${repoRead.error.issues[0]?.message}, or * for all of the owner’s`;
}
