import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { send } from '#sandbox/http';
import { authenticate, isAnswer } from './access.ts';
import { type Answer, moved, notFound, primaryRateLimit, secondaryRateLimit, statusFault } from './answers.ts';
import type { Fault } from './faults.ts';
import { graphql } from './graphql.ts';
import type { LoggedRequest, Token } from './model.ts';
import { rest } from './rest.ts';
import type { Places } from './shapes.ts';
import type { SandboxState } from './state.ts';

/** `origin` is the one asked for, e.g. `https://github.test`; `whole` is path and query. */
export type Target = { path: string; query: URLSearchParams; origin: string; host: string; whole: string };
type Handle = (request: IncomingMessage, response: ServerResponse, target: Target, body: string) => Promise<void>;

const keptRequests = 10_000;

/** What a fault answers in place of the real work; undefined = the work is done first. */
function instead(state: SandboxState, fault: Fault, token: Token, target: Target): Answer | undefined {
	switch (fault.kind) {
		case 'status':
			return statusFault(fault.status ?? 500, fault.message);
		case 'secondary-rate-limit':
			return secondaryRateLimit();
		case 'primary-rate-limit':
			return primaryRateLimit(token.login, Math.floor(state.now().getTime() / 1000) + 3600);
		case '202':
			return { status: 202, body: {} };
		case 'redirect': {
			const path = target.whole.replace(/^(\/api\/v3)\/repos\/[^/]+\/[^/?]+/, `$1/repos/${fault.to ?? 'acme/ledger'}`);
			const location = new URL(path, fault.origin ?? target.origin).href;
			return moved(location, false);
		}
		case 'drop-before-write':
		case 'drop-after-write':
		case 'status-after-write':
		case 'delay':
		case 'hold':
		case 'drop-labels':
			return undefined;
		default:
			return fault.kind satisfies never;
	}
}

/** REST below /api/v3 and GraphQL at /api/graphql: who asks, then the switched fault, then the work, then the log. */
export function createApi(state: SandboxState, web: string, closing: AbortSignal): Handle {
	const work = (request: IncomingMessage, token: Token, places: Places, target: Target, body: string): Answer => {
		if (target.path === '/api/graphql')
			return request.method === 'POST' ? graphql(state, places, token, body) : notFound();
		const path = target.path.slice('/api/v3'.length);
		return rest(state, places, token, { method: request.method ?? 'GET', path, query: target.query, body });
	};

	/** The answer, or null to cut the connection. */
	const decide = async (
		request: IncomingMessage,
		target: Target,
		body: string,
		logged: LoggedRequest,
	): Promise<[Answer | null, Token?]> => {
		if (!/^\/api\/(v3(\/|$)|graphql$)/.test(target.path)) return [notFound()];
		const token = authenticate(state, request.headers.authorization);
		if (isAnswer(token)) return [token];
		const places = { api: `${target.origin}/api/v3`, web };
		const fault = state.faults.take(request.method ?? 'GET', target.whole, body);
		const doIt = (): Answer => {
			const before = state.writes();
			const asking = fault?.kind === 'drop-labels' ? { ...token, triage: false } : token;
			const answer = work(request, asking, places, target, body);
			logged.wrote = state.writes() > before;
			return answer;
		};
		if (!fault) return [doIt(), token];
		if (fault.kind === 'drop-before-write') return [null];
		const early = instead(state, fault, token, target);
		if (early) return [early, token];
		if (fault.kind === 'delay') await wait(fault.ms ?? 1000, undefined, { signal: closing }).catch(() => {});
		if (fault.kind === 'hold') await state.held();
		const answer = doIt();
		if (fault.kind === 'drop-after-write') return [null];
		return [fault.kind === 'status-after-write' ? statusFault(fault.status ?? 502, fault.message) : answer, token];
	};

	return async (request, response, target, body) => {
		const logged: LoggedRequest = {
			at: state.stamp(),
			method: request.method ?? 'GET',
			path: target.whole,
			host: target.host,
			headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
			body,
			status: null,
			wrote: false,
		};
		state.requests.push(logged);
		if (state.requests.length > keptRequests) state.requests.shift();
		const [answer, token] = await decide(request, target, body, logged);
		if (!answer) {
			request.socket.destroy();
			return;
		}
		logged.status = answer.status;
		const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
		send(
			response,
			answer.status,
			{
				'content-type': 'application/json; charset=utf-8',
				...(token && !token.fineGrained ? { 'x-oauth-scopes': token.scopes.join(', ') } : {}),
				...answer.headers,
			},
			request.method === 'HEAD' ? '' : text,
		);
	};
}
