import { Pool } from 'undici';
import { ACCOUNT } from './portal-server.ts';
import { BENCH_TOKEN } from './upstream-server.ts';

/** One write; it throws when it is not a confirmed one. */
export type Write = (title: string) => Promise<void>;

export interface Target {
	readonly write: Write;
	close(): Promise<void>;
}

const json = { 'content-type': 'application/json' };

function argsOf(title: string) {
	return {
		method: 'create',
		owner: 'acme',
		repo: 'payments-api',
		title,
		body: 'Steps:\n\n1. Authorise 100.00 EUR\n2. Capture 40.00 EUR\n3. Refund 40.00 EUR\n\nExpected 201.',
	};
}

/** A write as an admin's client makes it: propose, look (the argsSha is the approval), execute. */
export async function throughPortal(origin: string, connections: number, tenants: readonly string[]): Promise<Target> {
	const pool = new Pool(origin, { connections, pipelining: 1 });
	const headers = { ...json, origin, cookie: await signIn(origin) };
	const post = async (path: string, body: unknown): Promise<{ argsSha: string; ok?: boolean }> => {
		const answer = await pool.request({ method: 'POST', path, headers, body: JSON.stringify(body) });
		const text = await answer.body.text();
		if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${text}`);
		return JSON.parse(text);
	};
	let turn = 0;
	return {
		write: async (title) => {
			const tenant = tenants[turn++ % tenants.length];
			const request = { provider: 'github', tool: 'issue_write', args: argsOf(title) };
			const { argsSha } = await post(`/api/mcp/propose?tenant=${tenant}`, request);
			const done = await post(`/api/mcp/execute?tenant=${tenant}`, { ...request, argsSha });
			if (done.ok !== true) throw new Error('an execute did not confirm');
		},
		close: () => pool.close(),
	};
}

/** The same write straight to the sidecar: one request over a kept connection, no client library, nothing recorded. */
export function direct(sidecarUrl: string, connections: number): Target {
	const url = new URL(sidecarUrl);
	const pool = new Pool(url.origin, { connections, pipelining: 1 });
	const headers = {
		...json,
		accept: 'application/json, text/event-stream',
		authorization: `Bearer ${BENCH_TOKEN}`,
		'x-mcp-tools': 'issue_write',
	};
	return {
		write: async (title) => {
			const params = { name: 'issue_write', arguments: argsOf(title) };
			const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
			const answer = await pool.request({ method: 'POST', path: url.pathname, headers, body });
			const text = await answer.body.text();
			if (!text.includes('/issues/')) throw new Error(`${answer.statusCode} ${text}`);
		},
		close: () => pool.close(),
	};
}

async function signIn(origin: string): Promise<string> {
	const answer = await fetch(`${origin}/api/auth/sign-in/email`, {
		method: 'POST',
		headers: { ...json, origin },
		body: JSON.stringify(ACCOUNT),
	});
	if (!answer.ok) throw new Error(`sign-in: ${answer.status} ${await answer.text()}`);
	return answer.headers
		.getSetCookie()
		.map((line) => line.split(';')[0])
		.join('; ');
}
