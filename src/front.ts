import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { checkHost, type OwnOrigins } from '#api/http-checks';
import { problem } from '#api/problem';
import { type Refusal, refuse } from '#core/refusals';

/** Paths that the portal answers itself; every other one is a page. */
const OWN = /^\/(?:api|mcp|\.well-known|healthz|readyz|metrics)(?:[/?]|$)/;

export interface FrontOptions {
	readonly fetch: (request: Request, env: unknown) => Response | Promise<Response>;
	/** Null when headless: no pages are served. */
	readonly pages: ((req: IncomingMessage, res: ServerResponse) => void) | null;
	readonly own: () => OwnOrigins;
	readonly portalUrl: () => string;
	readonly requestId: () => string;
	readonly onError: (cause: unknown) => void;
}

/** The one HTTP server: own paths to the API, the rest to the pages. Both only under the portal's own name (421). */
export function createFront(options: FrontOptions): Server {
	const api = getRequestListener(options.fetch as never, { overrideGlobalObjects: false });
	const route = (req: IncomingMessage, res: ServerResponse): void => {
		const path = req.url ?? '/';
		// Absolute-form targets are for proxies, and this is none.
		if (!path.startsWith('/')) return void res.writeHead(400, { connection: 'close' }).end();
		if (OWN.test(path)) return void api(req, res);
		const refusal = checkPage(options, req, path);
		if (refusal === null) {
			options.pages?.(req, res);
			return;
		}
		const headers = refusal.code === 'method_not_allowed' ? { allow: 'GET, HEAD', connection: 'close' } : {};
		const answer = problem(refusal, options.requestId(), options.portalUrl(), headers);
		res.writeHead(answer.status, Object.fromEntries(answer.headers));
		answer.text().then((text) => res.end(text));
	};
	const server = createServer(
		{ maxHeaderSize: 32 * 1024, requestTimeout: 30_000, headersTimeout: 15_000 },
		(req, res) => {
			try {
				route(req, res);
			} catch (cause) {
				// One request, however malformed, never takes the others down with it.
				options.onError(cause);
				if (!res.headersSent) res.writeHead(500, { connection: 'close' });
				res.end();
			}
		},
	);
	return server;
}

/** Pages are read, under the portal's own name; every write goes to the API. */
function checkPage(options: FrontOptions, req: IncomingMessage, path: string): Refusal | null {
	const wrong = checkHost(options.own(), path, req.headers.host);
	if (wrong !== null) return wrong;
	if (options.pages === null) return refuse('not_found', 'This portal serves no pages.');
	if (req.method === 'GET' || req.method === 'HEAD') return null;
	return refuse('method_not_allowed', 'Pages take GET and HEAD. Writes go to /api.');
}
