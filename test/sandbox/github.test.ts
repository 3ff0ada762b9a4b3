import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSandboxGitHub } from '#sandbox/github/server';
import { startWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
	world = await startWorld();
});
afterEach(() => world.close());

const message = async (response: Response) => ((await response.json()) as { message: string }).message;
const newIssue = (title: string, token?: string, repo = 'ledger', body?: string) =>
	world.rest('POST', `/repos/acme/${repo}/issues`, { title, body }, token);

test('an unknown, malformed or revoked token is 401 Bad credentials', async () => {
	world.github.state.addToken({ token: 'ghp_soon', login: 'octo', scopes: ['repo'] });
	expect((await newIssue('x', 'ghp_soon')).status).toBe(201);
	world.github.state.revokeToken('ghp_soon');
	world.github.state.addToken({ token: 'no-shape', login: 'octo', scopes: ['repo'] });
	for (const token of ['ghp_soon', 'ghp_never', 'no-shape', '']) {
		const response = await newIssue('x', token);
		expect(response.status).toBe(401);
		expect(await message(response)).toBe('Bad credentials');
	}
});

test('without the scope a private repository does not exist; a fine-grained token without the permission is refused', async () => {
	const { state } = world.github;
	state.addToken({ token: 'ghp_public', login: 'octo', scopes: ['public_repo'] });
	state.addToken({ token: 'github_pat_r', login: 'octo', scopes: [], fineGrained: { issues: 'read' } });
	state.addToken({
		token: 'github_pat_o',
		login: 'octo',
		scopes: [],
		fineGrained: { issues: 'write', repositories: ['acme/other'] },
	});
	expect((await newIssue('x', 'ghp_public')).status).toBe(404);
	const refused = await newIssue('x', 'github_pat_r');
	expect(refused.status).toBe(403);
	expect(await message(refused)).toBe('Resource not accessible by personal access token');
	expect((await world.rest('GET', '/repos/acme/ledger/issues/1', undefined, 'github_pat_r')).status).toBe(200);
	expect((await newIssue('x', 'github_pat_o')).status).toBe(404);
	state.addRepository('acme/open', { private: false });
	expect((await newIssue('x', 'ghp_public', 'open')).status).toBe(201);
	expect(state.issues('acme', 'ledger')).toHaveLength(2);
});

test('the scopes of a classic token are told in a header, those of a fine-grained one are not', async () => {
	world.github.state.addToken({ token: 'github_pat_w', login: 'octo', scopes: [], fineGrained: { issues: 'write' } });
	expect((await world.rest('HEAD', '/')).headers.get('x-oauth-scopes')).toBe('repo');
	expect((await world.rest('HEAD', '/', undefined, 'github_pat_w')).headers.get('x-oauth-scopes')).toBeNull();
});

test('a title over 256 and a body over 65536 characters are 422, at the limit they are taken', async () => {
	expect((await newIssue('😀'.repeat(256), undefined, 'ledger', 'y'.repeat(65_536))).status).toBe(201);
	const long = await newIssue('x'.repeat(257));
	expect(long.status).toBe(422);
	expect(await long.json()).toMatchObject({
		message: 'Validation Failed',
		errors: [{ resource: 'Issue', field: 'title', code: 'custom' }],
	});
	expect((await newIssue('x', undefined, 'ledger', 'y'.repeat(65_537))).status).toBe(422);
	expect((await newIssue('')).status).toBe(422);
});

test('issues that are switched off are 410; a moved repository sends on to the new one', async () => {
	const { state } = world.github;
	state.setIssuesEnabled('acme/ledger', false);
	expect((await newIssue('x')).status).toBe(410);
	state.transferRepository('acme/payments-api', 'acme/payments');
	const moved = await newIssue('x', undefined, 'payments-api');
	expect(moved.status).toBe(307);
	expect(moved.headers.get('location')).toBe(`${world.github.apiUrl}/api/v3/repos/acme/payments/issues`);
	const made = await world.call('issue_write', {
		owner: 'acme',
		repo: 'payments-api',
		method: 'create',
		title: 'Follows',
	});
	expect(made.text).toContain('/acme/payments/issues/1');
});

test('without triage right labels are dropped and success is told all the same', async () => {
	world.github.state.addToken({ token: 'ghp_guest', login: 'guest', scopes: ['repo'], triage: false });
	const made = await world.rest('POST', '/repos/acme/ledger/issues', { title: 'x', labels: ['bug'] }, 'ghp_guest');
	expect(made.status).toBe(201);
	expect(((await made.json()) as { labels: unknown[] }).labels).toEqual([]);
});

test('names of labels have at most 50 characters and an issue 100 labels; GraphQL gives the first and how many there are', async () => {
	const set = (labels: string[]) => world.rest('PATCH', '/repos/acme/ledger/issues/1', { labels });
	for (const labels of [['x'.repeat(51)], [' '], Array.from({ length: 101 }, (_, n) => `l${n}`)]) {
		expect((await set(labels)).status).toBe(422);
	}
	expect(world.github.state.issues('acme', 'ledger')[0]?.labels).toEqual(['bug']);
	expect((await set(['😀'.repeat(50), 'BUG', 'bug'])).status).toBe(200);
	expect(world.github.state.issues('acme', 'ledger')[0]?.labels).toEqual(['😀'.repeat(50), 'bug']);
	const query = '{repository(owner:"acme",name:"ledger"){issue(number:1){labels(first:1){nodes{name},totalCount}}}}';
	const answer = await fetch(`${world.github.apiUrl}/api/graphql`, {
		method: 'POST',
		headers: { authorization: 'Bearer ghp_good' },
		body: JSON.stringify({ query }),
	});
	const labels = { nodes: [{ name: '😀'.repeat(50) }], totalCount: 2 };
	expect(await answer.json()).toEqual({ data: { repository: { issue: { labels } } } });
});

test('GraphQL answers exactly what was selected, and says what it cannot resolve', async () => {
	const ask = async (query: string, variables: object) =>
		(
			await fetch(`${world.github.apiUrl}/api/graphql`, {
				method: 'POST',
				headers: { authorization: 'Bearer ghp_good' },
				body: JSON.stringify({ query, variables }),
			})
		).json();
	expect(
		await ask('query($n:Int!){repository(owner:"acme",name:"ledger"){a: issue(number:$n){number,author{login}}}}', {
			n: 2,
		}),
	).toEqual({ data: { repository: { a: { number: 2, author: { login: 'ikwan' } } } } });
	expect(await ask('query{repository(owner:"acme",name:"nope"){id}}', {})).toMatchObject({
		data: { repository: null },
		errors: [{ type: 'NOT_FOUND', message: "Could not resolve to a Repository with the name 'acme/nope'." }],
	});
});

test('as an HTTP proxy it takes absolute-form targets, and names that host in its links', async () => {
	const { hostname, port } = new URL(world.github.apiUrl);
	const body = await new Promise<string>((resolve, reject) => {
		const path = 'http://github.test/api/v3/repos/acme/ledger/issues/1';
		const headers = { host: 'github.test', authorization: 'Bearer ghp_good' };
		const sent = request({ hostname, port, path, headers, agent: false }, (response) => {
			let text = '';
			response.setEncoding('utf8').on('data', (chunk: string) => {
				text += chunk;
			});
			response.on('end', () => resolve(text));
		});
		sent.on('error', reject).end();
	});
	expect(JSON.parse(body)).toMatchObject({
		url: 'http://github.test/api/v3/repos/acme/ledger/issues/1',
		html_url: `${world.github.webUrl}/acme/ledger/issues/1`,
	});
});

test('with a state file, issues survive a restart; no token is in the file and only its owner can read it', async () => {
	const stateFile = join(mkdtempSync(join(tmpdir(), 'sandbox-')), 'deep', 'github.json');
	const first = await startWorld({ stateFile });
	await first.call('issue_write', { owner: 'acme', repo: 'ledger', method: 'create', title: 'Remember me' });
	await first.close();
	expect(readFileSync(stateFile, 'utf8')).not.toContain('ghp_good');
	expect(statSync(stateFile).mode & 0o777).toBe(0o600);

	const second = await startWorld({ stateFile });
	expect(second.github.state.issues('acme', 'ledger').at(-1)?.title).toBe('Remember me');
	const next = await second.call('issue_write', { owner: 'acme', repo: 'ledger', method: 'create', title: 'Next' });
	expect(next.text).toContain('/acme/ledger/issues/4');
	const ids = second.github.state.issues('acme', 'ledger').map((each) => each.id);
	expect(new Set(ids).size).toBe(ids.length);
	await second.close();
});

test('a port that is taken is an error, and nothing stays open', async () => {
	const port = Number(new URL(world.github.apiUrl).port);
	await expect(startSandboxGitHub({ apiPort: port })).rejects.toThrow('EADDRINUSE');
});
