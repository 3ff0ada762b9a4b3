/**
 * Where to go after signing in: `next` when it is a path on this origin, else undefined. `next` comes from the address,
 * so whoever wrote the link controls it: `//host`, `/\host` and everything with a scheme would leave the portal.
 */
export function safeNext(next: string | undefined, origin: string): string | undefined {
	if (next === undefined || !next.startsWith('/') || /[\\\u0000-\u001f]/.test(next)) return undefined;
	try {
		const url = new URL(next, origin);
		if (url.origin !== new URL(origin).origin) return undefined;
		const path = url.pathname + url.search + url.hash;
		// “/..//host” is on this origin here, but its path would be “//host” to the next reader.
		return path.startsWith('//') || url.pathname === '/sign-in' ? undefined : path;
	} catch {
		return undefined;
	}
}
