import type { Database } from '#adapters/store/database';
import { type Refusal, refusals, refuse } from '#core/refusals';
import type { Principal } from '#gateway/ports/caller';
import type { Clock, Ids } from '#gateway/ports/clock';
import type { IdentityStore } from '#gateway/ports/identity';
import type { Log } from '#gateway/ports/log';
import { type Accounts, createAccounts } from './accounts.ts';
import { createAuth, sessionCookieName } from './auth.ts';
import { bearerToken, mintToken, tokenHash } from './portal-token.ts';
import { createSessions } from './sessions.ts';
import type { SignInLimit } from './sign-in-limit.ts';
import { readSignIn } from './sign-in-request.ts';

export interface Identity {
	/** Serves the three routes of better-auth that are mounted; a bare 404 for each of its others. Throws when the database fails. */
	handler(request: Request, clientAddress: string): Promise<Response>;
	/** Who sends the request, or null: nobody, or somebody whose session or token is not live. */
	authenticate(request: Request): Promise<Principal | null>;
	mintToken(): { token: string; hash: string };
	readonly accounts: Accounts;
	/** For whoever else checks a password: guesses count together, wherever they are made. */
	readonly signInLimit: SignInLimit;
	/** To be called after a session, a user or a platform admin was changed past this module. */
	forgetSessions(): void;
}

/** Signs people in and tells who calls. `baseUrl` = the portal's first own origin, `trustedOrigins` = all of them. */
export function createIdentity(options: {
	database: Database;
	store: Pick<IdentityStore, 'tokenByHash'>;
	sessionSecret: Uint8Array;
	baseUrl: string;
	trustedOrigins: readonly string[];
	clock: Clock;
	ids: Ids;
	log: Log;
	signInLimit: SignInLimit;
}): Identity {
	const { database, store, baseUrl, clock, ids, log } = options;
	const secret = Buffer.from(options.sessionSecret).toString('base64url');
	const auth = createAuth({ database, secret, baseUrl, trustedOrigins: options.trustedOrigins, ids, log });
	const sessions = createSessions({ database, secret, cookieName: sessionCookieName(baseUrl), clock });
	const limit = options.signInLimit;

	async function signIn(request: Request, address: string): Promise<Response> {
		const body = await readSignIn(request);
		if (body === null) return problem(refuse('invalid_request', 'Send {"email": …, "password": …}.'), baseUrl);
		const attempt = await limit(body.email, address);
		if (!attempt.allowed) {
			const { retryAfter } = attempt;
			log.warn({ address, retryAfter }, 'sign-in refused: too many failures');
			return problem(refuse('rate_limited', 'Too many failed sign-ins.', { retryAfter }), baseUrl);
		}
		let answer: Response;
		try {
			answer = await auth(toAuth(request, baseUrl, { body: JSON.stringify(body), cookies: null }));
		} catch (error) {
			await attempt.settle('not_checked');
			throw error;
		}
		await attempt.settle(answer.ok ? 'succeeded' : answer.status >= 500 ? 'not_checked' : 'failed');
		if (!answer.ok) log.warn({ address, status: answer.status }, 'sign-in failed');
		return answer;
	}

	async function signOut(request: Request): Promise<Response> {
		const cookies = request.headers.get('cookie');
		const forward = toAuth(request, baseUrl, { body: '{}', cookies });
		const answer = await auth(forward);
		// better-auth swallows a failure to delete, and would say “signed out” of a session that lives on. Only once it
		// has accepted the request's origin, though: else another site could sign people out.
		if (answer.ok) await sessions.end(cookies);
		return answer;
	}

	return {
		async handler(request, clientAddress) {
			// Compared with the path as it came: no decoding, no trailing slash, so nothing else can slip through.
			switch (`${request.method} ${new URL(request.url).pathname}`) {
				case 'POST /api/auth/sign-in/email':
					return signIn(request, clientAddress);
				case 'POST /api/auth/sign-out':
					return signOut(request);
				case 'GET /api/auth/get-session':
					return auth(toAuth(request, baseUrl, { body: null, cookies: request.headers.get('cookie') }));
				default:
					return new Response(null, { status: 404 });
			}
		},

		async authenticate(request) {
			const authorization = request.headers.get('authorization');
			// With any Authorization header the cookie does not count: a request has one identity, and the check of the
			// Origin, which only cookies need, is skipped for such requests.
			if (authorization === null) return sessions.principal(request.headers.get('cookie'));
			const token = bearerToken(authorization);
			if (token === null) return null;
			const found = await store.tokenByHash(tokenHash(token), clock.now());
			if (found === null) return null;
			const { id, name, scopes } = found.token;
			return { kind: 'token', tokenId: id, tokenName: name, tenantId: found.tenantId, scopes, person: found.person };
		},

		mintToken: () => mintToken(),
		accounts: createAccounts(database, ids, sessions.forget),
		signInLimit: limit,
		forgetSessions: sessions.forget,
	};
}

/** The headers by which better-auth tells another site's request from ours. */
const ORIGIN_HEADERS = ['origin', 'referer', 'sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest'];

/** A request that holds only what better-auth needs: no query, no forwarded addresses, no further body fields. */
function toAuth(from: Request, baseUrl: string, content: { body: string | null; cookies: string | null }): Request {
	const headers = new Headers();
	for (const name of ORIGIN_HEADERS) {
		const value = from.headers.get(name);
		if (value !== null) headers.set(name, value);
	}
	if (content.cookies !== null) headers.set('cookie', content.cookies);
	if (content.body !== null) headers.set('content-type', 'application/json');
	return new Request(new URL(new URL(from.url).pathname, baseUrl), {
		method: from.method,
		headers,
		...(content.body === null ? {} : { body: content.body }),
	});
}

/** RFC 9457, for what is refused before better-auth is asked. */
function problem(refusal: Refusal, baseUrl: string): Response {
	const { code, detail, retryAfter } = refusal;
	const { status, title } = refusals[code];
	return new Response(JSON.stringify({ type: `${baseUrl}/errors/${code}`, title, status, code, detail }), {
		status,
		headers: {
			'content-type': 'application/problem+json',
			'cache-control': 'no-store',
			...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
		},
	});
}
