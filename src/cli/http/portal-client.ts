import { type CallInput, call } from '#api/client';
import type { AnswerOf, RouteKey } from '#api/contract/routes';
import { err, ok, type Result } from '#core/result';
import type { PortalAddress } from './address.ts';
import { exchange, type HttpAnswer } from './exchange.ts';
import { checkAnswer, readJsonAnswer, readProblem } from './read-answer.ts';
import type { Trouble } from './trouble.ts';

/** A person, who signs in, or a token, which is sent along. */
export type Credentials =
	| { readonly kind: 'person'; readonly email: string; readonly password: string }
	| { readonly kind: 'token'; readonly token: string };

export interface PortalClient {
	/** Does nothing for a token. Again: a new session in place of the one before. */
	signIn(): Promise<Result<null, Trouble>>;
	/** Ends the session, as well as it can: it would run out by itself. */
	signOut(): Promise<void>;
	/** Calls one route. `evenWhenStopping`: what has to be finished although the command was interrupted. */
	call<K extends RouteKey>(
		key: K,
		input: CallInput<K>,
		options?: { evenWhenStopping?: boolean; timeoutMs?: number },
	): Promise<Result<AnswerOf<K>, Trouble>>;
	/** What must not be printed: password or token, and the session. */
	secrets(): string[];
}

/** Speaks the portal's HTTP API from outside a browser. `stop` ends what is under way. */
export function portalClient(address: PortalAddress, credentials: Credentials, stop: AbortSignal): PortalClient {
	const host = new URL(address.origin);
	let cookie: string | null = null;
	const seen: string[] = [credentials.kind === 'token' ? credentials.token : credentials.password];

	const send = (
		method: string,
		path: string,
		body: string | undefined,
		how: { evenWhenStopping?: boolean; timeoutMs?: number },
	): Promise<Result<HttpAnswer, Trouble>> =>
		exchange({
			method,
			path,
			headers: {
				accept: 'application/json',
				...(body === undefined ? {} : { 'content-type': 'application/json' }),
				...(credentials.kind === 'token'
					? { authorization: `Bearer ${credentials.token}` }
					: { origin: address.origin, ...(cookie === null ? {} : { cookie }) }),
			},
			...(body === undefined ? {} : { body }),
			connect: address.connect,
			host,
			timeoutMs: how.timeoutMs ?? address.timeoutMs,
			...(how.evenWhenStopping === true ? {} : { stop }),
		});

	return {
		secrets: () => [...seen],

		async signIn() {
			if (credentials.kind === 'token') return ok(null);
			cookie = null;
			const { email, password } = credentials;
			// Not stopped: a session that was made and not heard of could not be signed out.
			const how = { evenWhenStopping: true };
			const answer = await send('POST', '/api/auth/sign-in/email', JSON.stringify({ email, password }), how);
			if (!answer.ok) return answer;
			const read = readJsonAnswer('Signing in', answer.value);
			if (!read.ok) return read;
			const { status, headers } = answer.value;
			if (status === 401) return err(wrongPassword(password));
			if (status !== 200)
				return err(readProblem('Signing in', read.value, status, address.origin, retryAfter(headers)));
			const pairs = (headers['set-cookie'] ?? []).map((line) => line.split(';')[0] ?? '');
			if (pairs.length === 0)
				return err({ code: 'mismatch', reason: 'Signing in gave no session cookie: something on the way drops it.' });
			cookie = pairs.join('; ');
			for (const pair of pairs) seen.push(...spellings(pair.slice(pair.indexOf('=') + 1)));
			return ok(null);
		},

		async signOut() {
			if (cookie === null) return;
			await send('POST', '/api/auth/sign-out', '{}', { evenWhenStopping: true, timeoutMs: 5_000 });
			cookie = null;
		},

		async call(key, input, options = {}) {
			const asked = key.replace(/:(\w+)/g, (_, name: string) => (input.params as Record<string, string>)[name] ?? '');
			let trouble: Trouble | null = null;
			const stopWith = (found: Trouble): never => {
				trouble = found;
				throw new Error(found.code);
			};
			// `call` builds address and body; how they travel is decided here, and why they did not is kept in `trouble`.
			const overHttp = async (path: string, init: { method: string; body?: string }): Promise<Response> => {
				const answer = await send(init.method, path, init.body, options);
				if (!answer.ok) return stopWith(answer.error);
				const { status, headers, text } = answer.value;
				const read = readJsonAnswer(asked, answer.value);
				if (!read.ok) return stopWith(read.error);
				if (status < 200 || status > 299)
					stopWith(readProblem(asked, read.value, status, address.origin, retryAfter(headers)));
				return new Response(text, { status });
			};
			try {
				const body = await call(key, input, { fetch: overHttp as unknown as typeof fetch });
				const wrong = checkAnswer(key, body);
				return wrong === null ? ok(body) : err(wrong);
			} catch (cause) {
				if (trouble !== null) return err(trouble);
				throw cause;
			}
		},
	};
}

function wrongPassword(password: string): Trouble {
	const blank =
		password.trim() === password
			? ''
			: ' The password begins or ends with white space: a line end has probably slipped in.';
	return {
		code: 'unauthenticated',
		reason: `E-mail or password is wrong.${blank} After ten failures the account is closed to this address for a quarter of an hour.`,
		status: 401,
	};
}

/** A cookie's value as it is sent, and decoded: either could come back in an answer. */
function spellings(value: string): string[] {
	try {
		return [value, decodeURIComponent(value)];
	} catch {
		return [value];
	}
}

function retryAfter(headers: HttpAnswer['headers']): number | undefined {
	const seconds = Number(headers['retry-after']);
	return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}
