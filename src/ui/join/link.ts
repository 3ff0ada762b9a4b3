/** Longer than any secret of a link: contract of POST /api/join. */
const longest = 512;

/**
 * The secret of a one-time link, from the fragment of the address: undefined when there is none, or what stands there
 * cannot be one. A fragment is never sent by a browser, neither to a server nor as a referrer.
 */
export function secretOf(hash: string): string | undefined {
	const secret = hash.replace(/^#/, '').trim();
	return secret === '' || secret.length > longest || /\s/.test(secret) ? undefined : secret;
}
