import { readFileSync } from 'node:fs';

/** One exchange recorded from the real github-mcp-server v1.0.4: what it was asked, what it sent to GitHub, what it answered. */
export type Exchange = {
	name: string;
	request: { method: string; path: string; headers: Record<string, string>; body: string | null };
	upstream: {
		request: Sent;
		/** Left out when the connection was dropped instead. */
		response?: { status: number; headers: Record<string, string>; body: string };
	}[];
	answer: { status: number; headers: Record<string, string>; body: string };
};

export type Sent = { method: string; url: string; headers: Record<string, string>; body: string };

const file = new URL('../vectors/github-mcp-server-1.0.4/exchanges.jsonl', import.meta.url);

export const exchanges: Exchange[] = readFileSync(file, 'utf8')
	.trim()
	.split('\n')
	.map((line) => JSON.parse(line) as Exchange);

/**
 * Stands in for GitHub: answers with what was recorded, in order, and remembers what it was sent. It is given every header
 * that the sidecar sets itself, so a header too many shows as well.
 */
export function recordedGitHub(exchange: Exchange): { fetch: typeof fetch; sent: Sent[] } {
	const sent: Sent[] = [];
	const replay = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
		const next = exchange.upstream[sent.length];
		sent.push({
			method: init.method ?? 'GET',
			url: String(input),
			headers: Object.fromEntries(new Headers(init.headers)),
			body: typeof init.body === 'string' ? init.body : '',
		});
		if (!next) throw new Error(`one request too many: ${init.method} ${input}`);
		if (!next.response) throw new TypeError('fetch failed', { cause: { code: 'UND_ERR_SOCKET' } });
		const { status, headers, body } = next.response;
		return new Response(body === '' ? null : body, { status, headers });
	};
	return { fetch: replay as typeof fetch, sent };
}
