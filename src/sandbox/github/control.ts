import type { IncomingMessage } from 'node:http';
import { hostName, isLoopbackName } from '#sandbox/http';
import { type Answer, problem } from './answers.ts';
import { faultSchema } from './faults.ts';
import { tokenSchema } from './model.ts';
import type { SandboxState } from './state.ts';

/** Keeps the kind of a token and its last four characters: enough to tell which one it was. */
const masked = (authorization: string): string =>
	authorization.replace(/(ghp_|github_pat_|gh[ous]_)?\S*(\S{4})$/, '$1…$2');

/**
 * The switches, for people and end-to-end tests: `POST /_sandbox/faults` (one fault or a list), `DELETE` of it,
 * `GET /_sandbox/state`, `POST /_sandbox/settings` (`searchLagMs`, `issuesEnabled`, `transfer`), `POST /_sandbox/release`,
 * `POST /_sandbox/tokens` (`token`, `login`, `scopes` or `fineGrained`), `DELETE` of it with `{"token"}` revokes it.
 * Loopback only, under a loopback name (a web page cannot rebind its way here), and JSON only (nor post a form).
 */
export function control(state: SandboxState, request: IncomingMessage, path: string, body: string): Answer {
	if (!isLoopbackName(request.socket.remoteAddress ?? '') || !isLoopbackName(hostName(request.headers.host)))
		return problem(403, 'Loopback only');
	const json = /^application\/json\b/.test(request.headers['content-type'] ?? '');
	if (request.method === 'POST' && !json) return problem(415, 'Send application/json');
	if (request.method !== 'GET' && request.headers.origin !== undefined) return problem(403, 'Not from a web page');
	try {
		switch (`${request.method} ${path}`) {
			case 'POST /_sandbox/faults': {
				const value: unknown = JSON.parse(body);
				const faults = (Array.isArray(value) ? value : [value]).map((each) => faultSchema.parse(each));
				state.faults.push(...faults);
				return { status: 200, body: { faults: state.faults.list() } };
			}
			case 'GET /_sandbox/faults':
				return { status: 200, body: { faults: state.faults.list() } };
			case 'DELETE /_sandbox/faults':
				state.faults.clear();
				state.release();
				return { status: 204, body: '' };
			case 'POST /_sandbox/release':
				state.release();
				return { status: 204, body: '' };
			case 'POST /_sandbox/tokens': {
				const token = tokenSchema.parse(JSON.parse(body));
				state.addToken(token);
				return { status: 200, body: { login: token.login } };
			}
			case 'DELETE /_sandbox/tokens':
				state.revokeToken(tokenSchema.pick({ token: true }).parse(JSON.parse(body)).token);
				return { status: 204, body: '' };
			case 'POST /_sandbox/settings':
				return settings(state, JSON.parse(body) as Record<string, unknown>);
			case 'GET /_sandbox/state':
				return { status: 200, body: overview(state) };
			default:
				return problem(404, 'Not Found');
		}
	} catch (error) {
		return problem(400, (error as Error).message);
	}
}

function settings(state: SandboxState, wanted: Record<string, unknown>): Answer {
	if (typeof wanted.searchLagMs === 'number') state.searchLagMs = wanted.searchLagMs;
	for (const [name, enabled] of Object.entries((wanted.issuesEnabled ?? {}) as Record<string, unknown>))
		state.setIssuesEnabled(name, enabled === true);
	for (const [from, to] of Object.entries((wanted.transfer ?? {}) as Record<string, string>))
		state.transferRepository(from, to);
	return { status: 200, body: overview(state) };
}

function overview(state: SandboxState) {
	return {
		writes: state.writes(),
		searchLagMs: state.searchLagMs,
		faults: state.faults.list(),
		repositories: state.repositories(),
		requests: state.requests.map(({ headers, ...rest }) => ({
			...rest,
			headers: {
				...headers,
				...(headers.authorization === undefined ? {} : { authorization: masked(headers.authorization) }),
			},
		})),
	};
}
