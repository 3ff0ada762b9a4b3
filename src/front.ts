import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { checkHost, type OwnOrigins } from '#api/http-checks';
import { problem } from '#api/problem';
import { refuse } from '#core/refusals';

/** Paths that the portal answers itself; every other one is a page. */
const OWN = /^\/(?:api|mcp|\.well-known|healthz|readyz|metrics)(?:[/?]|$)/;

export interface FrontOptions {
	readonly fetch: (request: Request, env: unknown) => Response | Promise<Response>;
	/** Null when headless: no pages are served. */
	readonly pages: ((req: IncomingMessage, res: ServerResponse) => void) | null;
	readonly own: () => OwnOrigins;
	readonly portalUrl: () => string;
	readonly requestId: () => string;
}

/** The one HTTP server: own paths to the API, the rest to the pages. Both only under the portal's own name (421). */
export function createFront(options: FrontOptions): Server {
	const api = getRequestListener(options.fetch as never, { overrideGlobalObjects: false });
	const server = createServer(
		{ maxHeaderSize: 32 * 1024, requestTimeout: 30_000, headersTimeout: 15_000 },
		(req, res) => {
			const path = req.url ?? '/';
			// Absolute-form targets are for proxies, and this is none.
			if (!path.startsWith('/')) return void res.writeHead(400).end();
			if (OWN.test(path)) return void api(req, res);
			const refusal =
				checkHost(options.own(), path, req.headers.host) ??
				(options.pages === null ? refuse('not_found', 'This portal serves no pages.') : null);
			if (refusal === null) return options.pages?.(req, res);
			const answer = problem(refusal, options.requestId(), options.portalUrl());
			res.writeHead(answer.status, Object.fromEntries(answer.headers));
			answer.text().then((text) => res.end(text));
		},
	);
	return server;
}
