import { err, ok, type Result } from '#core/result';

/** Where a portal answers, and where to connect to for it. */
export interface PortalAddress {
	/** PORTAL_URL: what Host and Origin say. */
	readonly origin: string;
	/** Where the connection goes; the same, unless `--connect` says otherwise. */
	readonly connect: URL;
	/** Milliseconds that one request may take. */
	readonly timeoutMs: number;
}

const DEFAULT_TIMEOUT_S = 60;

/** Reads --url, --connect and --timeout (seconds). The error is a sentence. */
export function readAddress(given: {
	readonly url?: string;
	readonly connect?: string;
	readonly timeout?: string;
}): Result<PortalAddress, string> {
	if (given.url === undefined)
		return err('--url is missing: the portal’s own address (PORTAL_URL), e.g. https://portal.example.com.');
	const url = bareOrigin(given.url, '--url');
	if (!url.ok) return url;
	const connect = given.connect === undefined ? url : bareOrigin(given.connect, '--connect');
	if (!connect.ok) return connect;
	const timeout = readSeconds(given.timeout, '--timeout', DEFAULT_TIMEOUT_S);
	if (!timeout.ok) return timeout;
	if (timeout.value === 0) return err('--timeout must be at least 1 second.');
	return ok({ origin: url.value.origin, connect: connect.value, timeoutMs: timeout.value * 1000 });
}

/** What to tell before anything is sent; null when nothing has to be. `--connect` may be http where `--url` is https. */
export function noteOnConnection({ connect }: PortalAddress): string | null {
	if (connect.protocol !== 'http:' || /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(connect.hostname)) return null;
	return 'Note: the connection is http, so what signs in crosses the network in the clear.';
}

/** Whole seconds, up to an hour. */
export function readSeconds(text: string | undefined, option: string, fallback: number): Result<number, string> {
	if (text === undefined) return ok(fallback);
	if (!/^\d{1,4}$/.test(text) || Number(text) > 3600) return err(`${option} must be whole seconds, 0 to 3600.`);
	return ok(Number(text));
}

function bareOrigin(text: string, option: string): Result<URL, string> {
	const url = URL.parse(text);
	if (url === null || !/^https?:$/.test(url.protocol)) return err(`${option} must be an http:// or https:// address.`);
	if (url.username !== '' || url.password !== '') return err(`${option} must not hold a user or password.`);
	if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
		return err(`${option} must hold no path, query or fragment: only ${url.origin}.`);
	}
	return ok(url);
}
