import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeNow, listen, readBody, send } from '#sandbox/http';
import { createApi, type Target } from './api.ts';
import { control } from './control.ts';
import { createState, type SandboxState } from './state.ts';
import { createPages } from './web.ts';

export type SandboxGitHub = {
	/** Origin of the API: REST at /api/v3, GraphQL at /api/graphql, switches at /_sandbox. */
	apiUrl: string;
	/** Origin of the issues' web pages. */
	webUrl: string;
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
};

/** Splits a request target; also the absolute form that an HTTP proxy gets (`POST http://github.test/api/v3/… HTTP/1.1`). */
function target(request: IncomingMessage): Target {
	const raw = request.url ?? '/';
	const absolute = /^https?:\/\//i.test(raw);
	const url = new URL(absolute ? raw : `http://${request.headers.host ?? 'localhost'}${raw}`);
	return { path: url.pathname, query: url.searchParams, host: url.host, whole: `${url.pathname}${url.search}` };
}

async function guarded(response: ServerResponse, work: () => Promise<void>): Promise<void> {
	try {
		await work();
	} catch (error) {
		if (response.headersSent) response.destroy();
		else send(response, 400, { 'content-type': 'text/plain; charset=utf-8' }, `${(error as Error).message}\n`);
	}
}

/** Starts a GitHub to try things on: an API and, on a port of its own (another origin), a page per issue. */
export async function startSandboxGitHub(options: SandboxGitHubOptions = {}): Promise<SandboxGitHub> {
	const host = options.host ?? '127.0.0.1';
	const state = createState({
		now: options.now ?? (() => new Date()),
		...(options.stateFile === undefined ? {} : { stateFile: options.stateFile }),
	});

	const pages = createServer(createPages(state));
	const webUrl = await listen(pages, host, options.webPort ?? 0);
	const webOrigin = (options.webOrigin ?? webUrl).replace(/\/$/, '');
	const closing = new AbortController();
	const api = createApi(state, webOrigin, closing.signal);

	const server = createServer((request, response) =>
		guarded(response, async () => {
			const at = target(request);
			const body = await readBody(request);
			if (at.path.startsWith('/_sandbox/')) {
				const answer = control(state, request, at.path, body);
				const text = answer.status === 204 ? '' : JSON.stringify(answer.body);
				send(response, answer.status, { 'content-type': 'application/json; charset=utf-8' }, text);
			} else await api(request, response, at, body);
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
		state,
		async close() {
			closing.abort();
			state.release();
			await Promise.all([closeNow(server), closeNow(pages)]);
		},
	};
}
