import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonValue } from '#core/canonical-json';
import { restDigestOf } from '#core/registry/tool-definition';
import type { Upstream } from '#gateway/ports';
import { listed, toolDefinitions } from '#sandbox/sidecar/tools';
import { realServerBin, startRealServer } from '#test/sandbox/real-server';
import { startWorld, type World } from '#test/sandbox/world';
import { sha256, upstreamFor } from './rig.ts';

const PAT = 'ghp_good';
const target = { owner: 'acme', repo: 'ledger' };
const marker = `<!-- sarc-mcp:${'ab'.repeat(32)} -->`;

const sandboxDigests = Object.fromEntries(
	toolDefinitions.map((tool) => [tool.name, [restDigestOf(listed(tool) as JsonValue, sha256) ?? '']]),
);

const sidecars = ['the sandbox sidecar', ...(realServerBin ? ['the real github-mcp-server'] : [])];
if (!realServerBin)
	console.info('GITHUB_MCP_SERVER_BIN is not set: the journeys run through the sandbox sidecar only.');

/** The same journeys, the same outcomes, through both; the pins as they are for the real one. */
describe.each(sidecars)('through %s', (name) => {
	const real = name.includes('real');
	let world: World;
	let upstream: Upstream;
	let stop = async () => {};

	beforeAll(async () => {
		world = await startWorld();
		let { url } = world.sidecar;
		if (real && realServerBin) {
			const server = await startRealServer(realServerBin, world.github.apiUrl);
			url = server.url;
			stop = server.close;
		}
		upstream = upstreamFor(url, {
			webUrl: world.github.webUrl,
			acceptedRestDigests: real ? {} : sandboxDigests,
			timeoutMs: 5000,
		});
	}, 20_000);
	afterAll(async () => {
		await upstream.close();
		await stop();
		await world.close();
	});

	const open = (title: string, repo = 'ledger', secret = PAT) =>
		upstream.call({
			provider: 'github',
			tool: 'issue_write',
			args: { method: 'create', owner: 'acme', repo, title, body: `Text & more.\n\n---\n${marker}` },
			secret,
			expect: { creates: 'issue', target: { owner: 'acme', repo } },
		});

	test('its definitions are the pinned ones', async () => {
		await upstream.checkTools('github');
		expect(upstream.drift('github')).toMatchObject({ ok: true, changed: [] });
	});

	test('an issue and a comment are confirmed where they stand, and found again by their author', async () => {
		const since = new Date('2026-11-24T10:00:00Z');
		const issue = await open('Journey');
		if (issue.kind !== 'confirmed') throw new Error(JSON.stringify(issue));
		expect(issue.url).toMatch(new RegExp(`^${world.github.webUrl}/acme/ledger/issues/\\d+$`));
		const number = Number(issue.url.split('/').at(-1));

		const found = await upstream.issuesSince('github', PAT, target, since);
		expect(found).toMatchObject({ ok: true, value: [{ url: issue.url, author: 'octo', createdAt: since }] });

		const place = { ...target, number };
		const comment = await upstream.call({
			provider: 'github',
			tool: 'add_issue_comment',
			args: { ...target, issue_number: number, body: `Seen.\n${marker}` },
			secret: PAT,
			expect: { creates: 'comment', target: place },
		});
		if (comment.kind !== 'confirmed') throw new Error(JSON.stringify(comment));
		const comments = await upstream.commentsSince('github', PAT, place, since);
		expect(comments).toMatchObject({ ok: true, value: [{ url: comment.url, author: 'octo' }] });
		expect(comments.ok && comments.value[0]?.text).toContain(marker);
	});

	test('who the credential is, and what it may use', async () => {
		expect(await upstream.whoAmI('github', PAT)).toEqual({ ok: true, value: { login: 'octo' } });
		const tools = await upstream.usableTools('github', PAT);
		expect(tools.ok && Object.values(tools.value).every(Boolean)).toBe(true);
		expect(await upstream.whoAmI('github', 'ghp_unknown')).toMatchObject({
			ok: false,
			error: { kind: 'unauthorized' },
		});
		expect(await upstream.whoAmI('github', 'hello')).toMatchObject({ ok: false, error: { kind: 'unauthorized' } });
	});

	test('a refused credential and a missing repository are rejected, with no argument in the reason', async () => {
		expect(await open('Refused', 'ledger', 'ghp_unknown')).toEqual({
			kind: 'rejected',
			reason: 'GitHub answered 401: Bad credentials',
		});
		const missing = await open('No such place', 'nowhere');
		expect(missing).toEqual({ kind: 'rejected', reason: 'GitHub answered 404: Not Found' });
	});

	test.each([
		['behind an encoded equals sign', (pat: string) => `access_token%3D${pat}`, 'bad access_token=…'],
		['in Basic', (pat: string) => `Authorization: Basic ${Buffer.from(`x:${pat}`).toString('base64')}`, 'bad …'],
		['with spaces', (pat: string) => [...pat].join(' '), ''],
	])('a GitHub that quotes the credential %s: the status stays, the credential does not', async (_, quoted, words) => {
		const pat = `ghp_${'0123456789abcdef0123456789abcdefABCD'}`;
		world.github.state.addToken({ token: pat, login: 'octo', scopes: ['repo'] });
		const message = `bad ${quoted(pat)}`;
		const onIssues = {
			kind: 'status',
			status: 422,
			message,
			match: { method: 'POST', pathPattern: '/issues$' },
		} as const;
		world.github.state.faults.push(onIssues);
		const reason = words === '' ? 'GitHub answered 422.' : `GitHub answered 422: ${words}`;
		expect(await open('Echo', 'ledger', pat)).toEqual({ kind: 'rejected', reason });
		world.github.state.faults.clear();
	});

	test.each<[string, Parameters<World['github']['state']['faults']['push']>[0], string]>([
		['a secondary rate limit', { kind: 'secondary-rate-limit' }, 'rejected'],
		['a primary rate limit', { kind: 'primary-rate-limit' }, 'rejected'],
		['422', { kind: 'status', status: 422 }, 'rejected'],
		['502', { kind: 'status', status: 502 }, 'unknown'],
		['502 after the write', { kind: 'status-after-write' }, 'unknown'],
		['a connection cut before the write', { kind: 'drop-before-write' }, 'unknown'],
		['a connection cut after the write', { kind: 'drop-after-write' }, 'unknown'],
		['accepted for later', { kind: '202' }, 'unknown'],
		['a repository that has moved', { kind: 'redirect', to: 'acme/payments-api' }, 'elsewhere'],
	])('%s', async (_, fault, kind) => {
		world.github.state.faults.push({ ...fault, match: { method: 'POST', pathPattern: '/issues$' } });
		expect((await open('Fault')).kind).toBe(kind);
		world.github.state.faults.clear();
	});
});
