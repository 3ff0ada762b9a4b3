import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { closeNow, listen, readBody, schemeOf, send } from '#sandbox/http';
import { createApi, type Target } from './api.ts';
import { control } from './control.ts';
import { createState, type SandboxState } from './state.ts';
import { createPages } from './web.ts';

export type SandboxGitHub = {
	/** Origin of the API: REST at /api/v3, GraphQL at /api/graphql, switches at /_sandbox. */
	apiUrl: string;
	/** Origin of the issues' web pages. */
	webUrl: string;
	/** The port that the pages are on, whatever `webUrl` says to the outside. */
	webPort: number;
	state: SandboxState;
	close(): Promise<void>;
};

export type SandboxGitHubOptions = {
	/** Where to listen; 127.0.0.1 unless given. */
	host?: string;
	/** 0 = any free port. */
	apiPort?: number;
	webPort?: number;
	/** The origin that links to the pages carry, when it is not the one listened on (behind a proxy or a container). */
	webOrigin?: string;
	now?: () => Date;
	/** Remembers repositories and issues across restarts, and nothing secret. */
	stateFile?: string;
	/** In place of the port for pages: pages and API on one, as GitHub Enterprise Server has them. Never the switches. */
	enterprise?: EnterpriseOptions;
};

export type EnterpriseOptions = {
	/** Where to listen; 127.0.0.1 unless given. */
	host?: string;
	port: number;
	/** PEM. Without it the port speaks plain HTTP. */
	tls?: { cert: string | Buffer; key: string | Buffer };
};

/** Splits a request target; also the absolute form that an HTTP proxy gets (`POST http://github.test/api/v3/… HTTP/1.1`). */
function target(request: IncomingMessage): Target {
	const raw = request.url ?? '/';
	const absolute = /^https?:\/\//i.test(raw);
	const url = new URL(absolute ? raw : `${schemeOf(request)}://${request.headers.host ?? 'localhost'}${raw}`);
	const whole = `${url.pathname}${url.search}`;
	return { path: url.pathname, query: url.searchParams, origin: url.origin, host: url.host, whole };
}

async function guarded(response: ServerResponse, work: () => Promise<void>): Promise<void> {
	try {
		await work();
	} catch (error) {
		if (response.headersSent) response.destroy();
		else send(response, 400, { 'content-type': 'text/plain; charset=utf-8' }, `${(error as Error).message}\n`);
	}
}

/**
 * Starts a GitHub to try things on: an API and, on a port of its own (another origin), a page per issue. With `enterprise`
 * that second port has the API too, over TLS if wanted, and the first one is left for whoever switches faults.
 */
export async function startSandboxGitHub(options: SandboxGitHubOptions = {}): Promise<SandboxGitHub> {
	const host = options.host ?? '127.0.0.1';
	const state = createState({
		now: options.now ?? (() => new Date()),
		...(options.stateFile === undefined ? {} : { stateFile: options.stateFile }),
	});

	const { enterprise } = options;
	const showPage = createPages(state);
	const closing = new AbortController();
	let api: ReturnType<typeof createApi> | undefined;
	const answer = (request: IncomingMessage, response: ServerResponse, at: Target, body: string) =>
		api === undefined ? Promise.resolve(response.destroy()) : api(request, response, at, body);

	const onOnePort = (request: IncomingMessage, response: ServerResponse) =>
		guarded(response, async () => {
			const at = target(request);
			if (at.path.startsWith('/api/')) await answer(request, response, at, await readBody(request));
			else showPage(request, response);
		});
	const pages: Server =
		enterprise === undefined
			? createServer(showPage)
			: enterprise.tls === undefined
				? createServer(onOnePort)
				: createTlsServer(enterprise.tls, onOnePort);
	const webUrl = await (enterprise === undefined
		? listen(pages, host, options.webPort ?? 0)
		: listen(pages, enterprise.host ?? '127.0.0.1', enterprise.port));
	const webOrigin = (options.webOrigin ?? webUrl).replace(/\/$/, '');
	api = createApi(state, webOrigin, closing.signal);

	const server = createServer((request, response) =>
		guarded(response, async () => {
			const at = target(request);
			const body = await readBody(request);
			if (at.path.startsWith('/_sandbox/')) {
				const { status, body: said } = control(state, request, at.path, body);
				const text = status === 204 ? '' : JSON.stringify(said);
				send(response, status, { 'content-type': 'application/json; charset=utf-8' }, text);
			} else await answer(request, response, at, body);
		}),
	);
	let apiUrl: string;
	try {
		apiUrl = await listen(server, host, options.apiPort ?? 0);
	} catch (error) {
		await closeNow(pages);
		throw error;
	}

	return {
		apiUrl,
		webUrl: webOrigin,
		webPort: (pages.address() as AddressInfo).port,
		state,
		async close() {
			closing.abort();
			state.release();
			await Promise.all([closeNow(server), closeNow(pages)]);
		},
	};
}
