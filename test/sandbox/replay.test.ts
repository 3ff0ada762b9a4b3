import { request } from 'node:http';
import { afterAll, expect, test } from 'vitest';
import { startSandboxSidecar } from '#sandbox/sidecar/server';
import { type Exchange, exchanges, recordedGitHub, type Sent } from './recorded.ts';

/** The whole list of differences that are allowed. */
const ownVersion = '1.0.4-sandbox';
const sameVersion = (text: string): string => text.replaceAll(ownVersion, 'version');
const recordedOrigin = '127.0.0.1:57919';

type Answer = { status: number; headers: Record<string, string>; body: string };

function ask(url: string, { method, path, headers, body }: Exchange['request']): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const sent = request(`${url}${path}`, { method, headers, agent: false }, (response) => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('end', () =>
				resolve({
					status: response.statusCode ?? 0,
					headers: response.headers as Record<string, string>,
					body: Buffer.concat(chunks).toString('utf8'),
				}),
			);
		});
		sent.on('error', reject);
		sent.end(body ?? undefined);
	});
}

async function replay(exchange: Exchange): Promise<{ answer: Answer; sent: Sent[] }> {
	const github = recordedGitHub(exchange);
	const sidecar = await startSandboxSidecar({ githubUrl: 'http://github.test', fetch: github.fetch });
	try {
		const answer = await ask(sidecar.url, exchange.request);
		const here = new URL(sidecar.url).host;
		const there = (text: string): string => sameVersion(text).replaceAll(here, recordedOrigin);
		const headers = Object.entries(answer.headers).map(([name, value]) => [name, there(String(value))] as const);
		return {
			answer: { status: answer.status, headers: Object.fromEntries(headers), body: there(answer.body) },
			sent: github.sent.map((each) => ({
				...each,
				headers: { ...each.headers, 'user-agent': sameVersion(each.headers['user-agent'] ?? '') },
			})),
		};
	} finally {
		await sidecar.close();
	}
}

const unknown: string[] = [];

test('the recording is whole: 56 exchanges', () => expect(exchanges).toHaveLength(56));

test.each(exchanges.map((each) => [each.name, each] as const))('as the real server: %s', async (name, exchange) => {
	const { answer, sent } = await replay(exchange);
	if (answer.body.includes('unknown tool') && !exchange.answer.body.includes('unknown tool')) unknown.push(name);

	expect(sent).toEqual(exchange.upstream.map((each) => each.request));
	expect(answer.status).toBe(exchange.answer.status);
	expect(answer.body).toBe(exchange.answer.body);
	for (const [header, value] of Object.entries(exchange.answer.headers)) {
		if (value === '<random>') expect(answer.headers[header]).toMatch(/^[A-Z2-7]{26}$/);
		else expect(answer.headers[header]).toBe(value);
	}
	if (!('content-type' in exchange.answer.headers)) expect(answer.headers['content-type']).toBeUndefined();
	if (!('mcp-session-id' in exchange.answer.headers)) expect(answer.headers['mcp-session-id']).toBeUndefined();
});

afterAll(() => {
	expect(unknown).toEqual([]);
});
