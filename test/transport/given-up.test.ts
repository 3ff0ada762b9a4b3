import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Upstream } from '#gateway/ports/upstream';
import { PAT, target, upstreamFor } from './rig.ts';
import { type Play, type ScriptedServer, startScriptedServer } from './scripted-server.ts';

let server: ScriptedServer;
let upstream: Upstream;
beforeEach(async () => {
	server = await startScriptedServer();
	upstream = upstreamFor(server.url, { timeoutMs: 60_000 });
});
afterEach(async () => {
	await upstream.close();
	await server.close();
});

const since = new Date(0);
const issueTarget = { ...target, number: 7 };
const reads: [string, (until: AbortSignal) => Promise<{ ok: boolean }>][] = [
	['whoAmI', (until) => upstream.whoAmI('github', PAT, until)],
	['issuesSince', (until) => upstream.issuesSince('github', PAT, target, since, until)],
	['newestIssue', (until) => upstream.newestIssue('github', PAT, target, until)],
	['commentsSince', (until) => upstream.commentsSince('github', PAT, issueTarget, since, until)],
	['searchIssues', (until) => upstream.searchIssues('github', PAT, { target, text: 'x', author: 'octo' }, until)],
	['artifactAt', (until) => upstream.artifactAt('github', PAT, 'https://github.com/acme/ledger/issues/7', until)],
	['labels', (until) => upstream.labels('github', PAT, issueTarget, until)],
];

test.each(reads)('%s ends at once when it is given up, though the server does not answer', async (_name, read) => {
	const stop = new AbortController();
	server.onCall = () => stop.abort();
	expect(await read(stop.signal)).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
	expect(server.calls()).toHaveLength(1);
});

test('no page is asked for any more once the listing is given up', async () => {
	const stop = new AbortController();
	let pages = 0;
	server.onCall = ({ text }: Play) => {
		if (++pages === 3) stop.abort();
		const issues = [{ number: pages, user: { login: 'octo' }, created_at: '2026-01-01T00:00:00Z' }];
		text(JSON.stringify({ issues, totalCount: 9_999, pageInfo: { hasNextPage: true, endCursor: String(pages) } }));
	};
	expect(await upstream.issuesSince('github', PAT, target, since, stop.signal)).toMatchObject({
		ok: false,
		error: { kind: 'unreachable' },
	});
	expect(pages).toBe(3);
	expect(await upstream.labels('github', PAT, issueTarget, stop.signal)).toMatchObject({ ok: false });
	expect(pages).toBe(3);
});
