import { goJson, goPlainJson, goSyntaxError } from './go-json.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type RestCall = {
	method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
	/** Below /api/v3/, as the real one builds it: owner and repository go in unescaped, `..` climbs. */
	path: string;
	body?: unknown;
	/** Reading issues and searching ask for reactions with a preview type of their own. */
	preview?: true;
};

/** Calls to GitHub on behalf of one token. Failures are thrown as plain Errors whose message is the real client's text. */
export type Upstream = {
	rest(call: RestCall): Promise<{ status: number; value: Json }>;
	graphql(query: string, variables: Record<string, unknown>): Promise<{ [key: string]: Json }>;
};

type Reply = { response: Response; method: string; url: string; text: string };

const cap = (method: string): string => method[0] + method.slice(1).toLowerCase();

/** Why the connection failed, in Go's words. A connection that ends without an answer is `EOF`. */
function whyFailed(error: unknown): string {
	const cause = ((error as Error).cause ?? error) as { code?: string; address?: string; port?: number };
	if (cause.code === 'ECONNREFUSED') return `dial tcp ${cause.address}:${cause.port}: connect: connection refused`;
	return 'EOF';
}

/**
 * Sends, and follows redirects as Go's client does: 307 and 308 repeat method and body, the others turn into GET. The token
 * goes along to wherever a redirect points, other hosts included: v1.0.4 does that, and a test may want to see it.
 */
async function send(
	fetch: typeof globalThis.fetch,
	url: string,
	init: RequestInit & { method: string },
): Promise<Reply> {
	let [at, method, body] = [url, init.method, init.body ?? null];
	for (let hop = 0; ; hop++) {
		let response: Response;
		try {
			response = await fetch(at, { ...init, method, body, redirect: 'manual' });
			const location = response.headers.get('location');
			if ([301, 302, 303, 307, 308].includes(response.status) && location !== null && hop < 10) {
				await response.body?.cancel();
				at = new URL(location, at).href;
				if (response.status < 307 && method !== 'HEAD') [method, body] = ['GET', null];
				continue;
			}
			return { response, method, url: at, text: await response.text() };
		} catch (error) {
			throw new Error(`${cap(method)} "${at}": ${whyFailed(error)}`, { cause: error });
		}
	}
}

/** `[{Resource:Issue Field:title Code:custom Message:…} …]`, or `[]`. */
function errorList(value: unknown): string {
	if (!Array.isArray(value)) return '[]';
	const field = (each: unknown, name: string) => String((each as Record<string, unknown> | null)?.[name] ?? '');
	const shown = value.map((each) =>
		typeof each === 'string'
			? `{Resource: Field: Code: Message:${each}}`
			: `{Resource:${field(each, 'resource')} Field:${field(each, 'field')} Code:${field(each, 'code')} Message:${field(each, 'message')}}`,
	);
	return `[${shown.join(' ')}]`;
}

function resetText(reset: number, now: number): string {
	const seconds = Math.round(Math.abs(reset - now));
	const text = seconds >= 60 ? `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s` : `${seconds}s`;
	return reset < now ? `[rate limit was reset ${text} ago]` : `[rate reset in ${text}]`;
}

function refusal({ response, method, url, text }: Reply): string | undefined {
	if (response.status === 202) return 'job scheduled on GitHub side; try again later';
	if (response.ok) return undefined;
	let said: { message?: unknown; errors?: unknown; documentation_url?: unknown } = {};
	try {
		const value: unknown = JSON.parse(text);
		if (typeof value === 'object' && value !== null) said = value;
	} catch {}
	const start = `${method} ${url}: ${response.status} ${typeof said.message === 'string' ? said.message : ''}`;
	if (response.status === 403 && response.headers.get('x-ratelimit-remaining') === '0')
		return `${start} ${resetText(Number(response.headers.get('x-ratelimit-reset')), Date.now() / 1000)}`;
	if (response.status === 403 && /(#abuse-rate-limits|secondary-rate-limits)$/.test(String(said.documentation_url)))
		return start;
	return `${start} ${errorList(said.errors)}`;
}

export function createUpstream(options: {
	githubUrl: string;
	token: string;
	userAgent: string;
	fetch: typeof globalThis.fetch;
}): Upstream {
	const { githubUrl, token, userAgent, fetch } = options;
	const authorization = `Bearer ${token}`;
	return {
		async rest({ method, path, body, preview }) {
			const url = new URL(path, `${githubUrl}/api/v3/`).href;
			const reply = await send(fetch, url, {
				method,
				headers: {
					accept: preview ? 'application/vnd.github.squirrel-girl-preview' : 'application/vnd.github.v3+json',
					authorization,
					'user-agent': userAgent,
					'x-github-api-version': '2022-11-28',
					...(body === undefined ? {} : { 'content-type': 'application/json' }),
				},
				...(body === undefined ? {} : { body: `${goPlainJson(body)}\n` }),
			});
			const refused = refusal(reply);
			if (refused !== undefined) throw new Error(refused);
			try {
				return { status: reply.response.status, value: reply.text === '' ? {} : (JSON.parse(reply.text) as Json) };
			} catch {
				throw new Error(goSyntaxError(reply.text));
			}
		},

		async graphql(query, variables) {
			const { response, text } = await send(fetch, `${githubUrl}/api/graphql`, {
				method: 'POST',
				headers: { authorization, 'content-type': 'application/json', 'user-agent': 'Go-http-client/1.1' },
				body: `${goJson({ query, variables })}\n`,
			});
			if (response.status !== 200) {
				const status = `${response.status} ${response.statusText}`.trim();
				throw new Error(`non-200 OK status code: ${status} body: ${JSON.stringify(text)}`);
			}
			let answer: { data?: { [key: string]: Json }; errors?: { message?: string }[] };
			try {
				answer = JSON.parse(text) as typeof answer;
			} catch {
				throw new Error(goSyntaxError(text));
			}
			if (answer.errors && answer.errors.length > 0) throw new Error(answer.errors[0]?.message ?? '');
			return answer.data ?? {};
		},
	};
}
