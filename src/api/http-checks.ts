import { type Refusal, refuse } from '#core/refusals';

/** The names and origins that the portal answers under. */
export interface OwnOrigins {
	/** `host[:port]` as in the Host header, lower case. */
	readonly hosts: ReadonlySet<string>;
	readonly origins: ReadonlySet<string>;
}

/** Probes come by pod address, Prometheus too: the Host check is not for them. */
const ANY_HOST = new Set(['/healthz', '/readyz', '/metrics']);

/** 421 for a foreign Host: a DNS-rebinding page has our address, but not our name. */
export function checkHost(own: OwnOrigins, path: string, host: string | undefined): Refusal | null {
	if (ANY_HOST.has(path) || (host !== undefined && own.hosts.has(host.toLowerCase()))) return null;
	return refuse('wrong_host', `Use ${[...own.origins][0]}.`);
}

/**
 * 403 for a write that another site sends with the caller's cookie. A foreign Origin never passes; none at all passes
 * only where no cookie could act: a script with a bearer token, or a request that will be 401 anyway.
 * @param signIn sign-in needs an Origin even without a cookie (login CSRF).
 */
export function checkOrigin(own: OwnOrigins, headers: Headers, options: { signIn: boolean }): Refusal | null {
	const origin = headers.get('origin');
	if (origin !== null) return own.origins.has(origin) ? null : mismatch();
	if (options.signIn) return mismatch();
	const bearer = headers.get('authorization') !== null;
	return headers.get('cookie') !== null && !bearer ? mismatch() : null;
}

function mismatch(): Refusal {
	return refuse('origin_mismatch', 'A write needs an Origin header equal to the portal’s own address.');
}

/** 415 unless the body says it is JSON (RFC 8259 has no charset but UTF-8). */
export function checkContentType(headers: Headers): Refusal | null {
	const type = headers.get('content-type') ?? '';
	if (/^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i.test(type)) return null;
	return refuse('unsupported_media_type', 'Send the body as content-type application/json.');
}
