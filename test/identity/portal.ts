import { createIdentity } from '#adapters/identity/identity';
import { createSignInLimit } from '#adapters/identity/sign-in-limit';
import type { Database } from '#adapters/store/database';
import { createLimitCounts } from '#adapters/store/limit-counts';
import { createStore } from '#adapters/store/store';
import { uuidIds } from '#adapters/system/ids';
import { createLogger } from '#adapters/system/logger';
import type { Clock } from '#gateway/ports/clock';

/** An identity over a database, with a clock to turn and a browser to sign in with. */
export function portalOver(database: Database, options: { baseUrl?: string; sessionSecret?: Uint8Array } = {}) {
	const baseUrl = options.baseUrl ?? 'http://localhost:3000';
	let now = new Date();
	const clock: Clock = { now: () => now };
	const lines: string[] = [];
	const { log } = createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } });
	const store = createStore(database, {
		clock,
		log,
		random: (size) => crypto.getRandomValues(new Uint8Array(size)),
	});
	const identity = createIdentity({
		database,
		store,
		sessionSecret: options.sessionSecret ?? new Uint8Array(32).fill(9),
		baseUrl,
		trustedOrigins: [baseUrl, 'http://127.0.0.1:3000'],
		clock,
		ids: uuidIds,
		log,
		signInLimit: createSignInLimit(createLimitCounts(database.query), () => performance.now()),
	});

	function request(
		method: string,
		path: string,
		more: { body?: unknown; headers?: Record<string, string> } = {},
	): Request {
		return new Request(`${baseUrl}${path}`, {
			method,
			headers: {
				...(method === 'GET' ? {} : { origin: baseUrl }),
				...(more.body === undefined ? {} : { 'content-type': 'application/json' }),
				...more.headers,
			},
			...(more.body === undefined
				? {}
				: { body: typeof more.body === 'string' ? more.body : JSON.stringify(more.body) }),
		});
	}

	return {
		identity,
		store,
		lines,
		baseUrl,
		clock,
		request,
		turnClock: (ms: number) => {
			now = new Date(now.getTime() + ms);
		},
		signIn: (email: string, password: string, address = '203.0.113.1') =>
			identity.handler(request('POST', '/api/auth/sign-in/email', { body: { email, password } }), address),
		signOut: (cookie: string, headers: Record<string, string> = {}) =>
			identity.handler(request('POST', '/api/auth/sign-out', { headers: { cookie, ...headers } }), '203.0.113.1'),
		whoIs: (headers: Record<string, string>) => identity.authenticate(request('GET', '/api/me', { headers })),
	};
}

/** What a browser would send back of an answer's Set-Cookie headers. */
export function cookieOf(answer: Response): string {
	return answer.headers
		.getSetCookie()
		.map((cookie) => cookie.split(';')[0] ?? '')
		.filter((pair) => !pair.endsWith('='))
		.join('; ');
}
