import { randomBytes } from 'node:crypto';
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { contentSecurityPolicy } from './content-security-policy.ts';

/**
 * What Next gets of a request: these headers and no other. A list of what is dropped would have to know every name that
 * moves a message's end (Content-Length, Transfer-Encoding, Trailer) or that Next believes (X-Middleware-*, X-Nonce).
 */
const PASSED =
	/^(?:accept|accept-language|accept-encoding|cache-control|cookie|host|if-modified-since|if-none-match|next-[a-z-]+|purpose|range|referer|rsc|sec-fetch-[a-z]+|sec-purpose|user-agent)$/;
/** A page that takes longer than this to start answering is given up: a hung child must not hang the front. */
const HEADER_TIMEOUT_MS = 15_000;

export interface PageProxyOptions {
	/** Where the Next child listens on loopback, or null while it does not run. */
	readonly port: () => number | null;
	/** Told to the pages: whether this is the sandbox. */
	readonly sandbox: boolean;
	readonly onError: (cause: unknown, path: string) => void;
}

/**
 * Pipes a page request to Next's own server and its answer back, raw (no buffering, no re-encoding), with a fresh
 * nonce: Next takes it from the *request's* policy and puts it on every script and style. For GET and HEAD only.
 */
export function pageProxy(options: PageProxyOptions): (req: IncomingMessage, res: ServerResponse) => void {
	// Idle sockets end here before Next ends them (KEEP_ALIVE_TIMEOUT in child.ts): one that dies in use is a 502.
	const agent = new Agent({ keepAlive: true, maxSockets: 256, timeout: 30_000 });
	return (req, res) => {
		const port = options.port();
		if (port === null) return unavailable(res);
		const nonce = randomBytes(16).toString('base64');
		const policy = contentSecurityPolicy(nonce);
		const headers = requestHeaders(req.headers, { policy, nonce, sandbox: options.sandbox });

		const send = (mayRepeat: boolean): void => {
			const upstream = request(
				{ agent, host: '127.0.0.1', port, method: req.method, path: req.url, headers },
				(answer) => {
					upstream.setTimeout(0);
					res.writeHead(answer.statusCode ?? 502, { ...withoutHopByHop(answer.headers), ...pageHeaders(policy) });
					answer.pipe(res);
					answer.on('error', () => res.destroy());
				},
			);
			upstream.setTimeout(HEADER_TIMEOUT_MS, () => upstream.destroy(new Error('page timed out')));
			upstream.on('error', (cause) => {
				// A kept-alive socket that had died says nothing of the page: ask once more, on another one.
				if (mayRepeat && upstream.reusedSocket && !res.headersSent && !res.destroyed) return send(false);
				options.onError(cause, req.url ?? '');
				if (res.headersSent) res.destroy();
				else unavailable(res);
			});
			res.on('close', () => upstream.destroy());
			// Never a body: whatever the client declared, its bytes must not stand in front of the next request to Next.
			upstream.end();
		};
		send(true);
	};
}

function requestHeaders(
	incoming: IncomingHttpHeaders,
	ours: { policy: string; nonce: string; sandbox: boolean },
): IncomingHttpHeaders {
	const kept = Object.fromEntries(Object.entries(incoming).filter(([name]) => PASSED.test(name)));
	return {
		...kept,
		'content-security-policy': ours.policy,
		'x-nonce': ours.nonce,
		...(ours.sandbox ? { 'x-portal-sandbox': '1' } : {}),
	};
}

function withoutHopByHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
	const { connection: _c, 'keep-alive': _k, ...rest } = headers;
	return rest;
}

function pageHeaders(policy: string): Record<string, string> {
	return {
		'content-security-policy': policy,
		'x-content-type-options': 'nosniff',
		'x-frame-options': 'DENY',
		'referrer-policy': 'same-origin',
		'cross-origin-opener-policy': 'same-origin',
	};
}

function unavailable(res: ServerResponse): void {
	res.writeHead(502, { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '2', 'cache-control': 'no-store' });
	res.end('The pages are starting. Try again in a moment; the API is not affected.\n');
}
