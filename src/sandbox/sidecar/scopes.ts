/** What the bigger scopes include. */
const includes: Readonly<Record<string, readonly string[]>> = {
	repo: ['public_repo', 'security_events'],
	'admin:org': ['write:org', 'read:org'],
	'write:org': ['read:org'],
	project: ['read:project'],
	'write:packages': ['read:packages'],
	user: ['read:user', 'user:email'],
};

/** Classic tokens (`ghp_…`, 40 hex digits) are the ones whose scopes the server looks up. */
export const isClassic = (token: string): boolean => token.startsWith('ghp_') || /^[a-f0-9]{40}$/.test(token);

/**
 * The token of an Authorization header, or the body of the 400 that the real one answers. `Bearer ` is optional and in any
 * case; only the prefix of the token is looked at.
 */
export function tokenOf(authorization: string): { token: string } | { refused: string } {
	if (authorization.startsWith('GitHub-Bearer ')) return { refused: 'bad request: unsupported Authorization header' };
	const token = /^bearer .+/i.test(authorization) ? authorization.slice(7) : authorization;
	if (/^(ghp_|github_pat_|gho_|ghu_|ghs_)/.test(token) || /^[a-f0-9]{40}$/.test(token)) return { token };
	return { refused: 'bad request: Authorization header is badly formatted' };
}

/** Asks GitHub for a classic token's scopes; undefined when it does not say (then nothing is filtered). */
export async function fetchScopes(
	fetch: typeof globalThis.fetch,
	githubUrl: string,
	token: string,
): Promise<string[] | undefined> {
	try {
		const response = await fetch(`${githubUrl}/api/v3/`, {
			method: 'HEAD',
			headers: {
				accept: 'application/vnd.github+json',
				authorization: `Bearer ${token}`,
				'user-agent': 'Go-http-client/1.1',
				'x-github-api-version': '2022-11-28',
			},
		});
		if (response.status !== 200) return undefined;
		const header = response.headers.get('x-oauth-scopes') ?? '';
		return header.split(',').flatMap((each) => each.trim() || []);
	} catch {
		return undefined;
	}
}

/**
 * Whether a classic token with `scopes` sees a tool. Reading tools that need no more than `repo` are always shown: they work
 * on public repositories without any scope.
 */
export function scopesAllow(scopes: readonly string[], needed: readonly string[], readOnly: boolean): boolean {
	if (needed.length === 0) return true;
	if (readOnly && needed.every((each) => each === 'repo' || each === 'public_repo')) return true;
	const granted = new Set(scopes.flatMap((each) => [each, ...(includes[each] ?? [])]));
	return needed.some((each) => granted.has(each));
}
