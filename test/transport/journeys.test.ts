import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Upstream } from '#gateway/ports/upstream';
import { startWorld, type World } from '#test/sandbox/world';
import { drivers } from '#test/sidecar/drivers';
import { upstreamFor } from './rig.ts';

const PAT = 'ghp_good';
const target = { owner: 'acme', repo: 'ledger' };
const marker = `<!-- sarc-mcp:${'ab'.repeat(32)} -->`;

/** The same journeys, the same outcomes, through both; the pins as they are for the real one. Faults: test/sidecar. */
describe.each(drivers)('through $name', ({ sidecar, acceptedRestDigests }) => {
	let world: World;
	let upstream: Upstream;
	let stop = async () => {};

	beforeAll(async () => {
		world = await startWorld();
		const server = await sidecar(world.github.apiUrl);
		stop = server.close;
		upstream = upstreamFor(server.url, { webUrl: world.github.webUrl, acceptedRestDigests, timeoutMs: 5000 });
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
});
