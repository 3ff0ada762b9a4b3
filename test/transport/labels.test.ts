import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Upstream } from '#gateway/ports/upstream';
import { PAT, upstreamFor } from './rig.ts';
import { type ScriptedServer, startScriptedServer } from './scripted-server.ts';

let server: ScriptedServer;
let upstream: Upstream;

beforeEach(async () => {
	server = await startScriptedServer();
	upstream = upstreamFor(server.url);
});
afterEach(async () => {
	await upstream.close();
	await server.close();
});

const target = { owner: 'acme', repo: 'ledger', number: 7 };
const read = () => upstream.labels('github', PAT, target);
const label = (name: unknown) => ({ color: 'ededed', description: '', id: 'TGFiZWw6MQ==', name });
const serve = (names: unknown[], totalCount: unknown = names.length) => {
	server.onCall = ({ text }) => text(JSON.stringify({ labels: names.map(label), totalCount }));
};

describe('the labels of an issue', () => {
	test('are read in one call, as they are spelt there', async () => {
		serve(['bug', 'Needs Triage', 'a<b & c', '👩‍💻', 'x'.repeat(50)]);
		expect(await read()).toEqual({ ok: true, value: ['bug', 'Needs Triage', 'a<b & c', '👩‍💻', 'x'.repeat(50)] });
		expect(server.calls()).toHaveLength(1);
		expect(server.calls()[0]?.headers['x-mcp-tools']).toBe('issue_read');
		expect(server.calls()[0]?.body.params).toMatchObject({
			name: 'issue_read',
			arguments: { method: 'get_labels', owner: 'acme', repo: 'ledger', issue_number: 7 },
		});
	});

	test('may be none', async () => {
		serve([]);
		expect(await read()).toEqual({ ok: true, value: [] });
	});

	test('are all of them or an error: the server gives the first hundred', async () => {
		serve(
			Array.from({ length: 100 }, (_, n) => `l${n}`),
			101,
		);
		const why = 'The issue has more labels than can be read at once.';
		expect(await read()).toEqual({ ok: false, error: { kind: 'unreadable', why } });
	});

	test.each<[string, unknown[], unknown?]>([
		['fewer than are said to be there', ['bug'], 2],
		['more than are said to be there', ['bug', 'docs'], 1],
		['a number that is text', ['bug'], '1'],
		['a name that is a number', [7]],
		['no name', [undefined]],
		['an empty name', ['']],
		['a name twice', ['bug', 'bug']],
		['a name twice in other letters', ['bug', 'BUG']],
		['a name that has no bytes in UTF-8', ['\ud800']],
		['a name longer than any', ['x'.repeat(201)]],
		['the credential', [PAT]],
		['the credential in pieces', [PAT.slice(0, 11), PAT.slice(11, 22), PAT.slice(22)]],
	])('are not believed with %s', async (_, names, total = names.length) => {
		serve(names, total);
		const answer = await read();
		expect(answer).toMatchObject({ ok: false, error: { kind: 'unreadable' } });
		expect(JSON.stringify(answer)).not.toContain(PAT.slice(12));
	});

	test.each(['null', '[]', '{}', '{"labels":[]}', '{"labels":{},"totalCount":0}', '{"labels":["bug"],"totalCount":1}'])(
		'are not believed as %s',
		async (text) => {
			server.onCall = (play) => play.text(text);
			expect(await read()).toMatchObject({ ok: false, error: { kind: 'unreadable' } });
		},
	);

	const failed = 'Failed to get issue labels';
	test.each<[string, string, string, string]>([
		['an issue that is not there', 'not_found', `${failed}: Could not resolve to an Issue with the number of 7.`, ''],
		[
			'a repository that is not there',
			'not_found',
			`${failed}: Could not resolve to a Repository with the name 'acme/ledger'.`,
			'acme',
		],
		['a permission that lacks', 'unauthorized', `${failed}: Resource not accessible by personal access token`, ''],
		['a revoked token', 'unauthorized', `${failed}: non-200 OK status code: 401 Unauthorized body: "x"`, ''],
		['a rate limit', 'unreachable', `${failed}: API rate limit exceeded for user ID 1.`, ''],
		['a failure of GitHub’s', 'unreachable', `${failed}: non-200 OK status code: 502 Bad Gateway body: "x"`, ''],
		['any other word', 'unreadable', `${failed}: something else`, ''],
	])('%s is %s', async (_, kind, text, hidden) => {
		server.onCall = (play) => play.text(text, true);
		const answer = await read();
		expect(answer).toMatchObject({ ok: false, error: { kind } });
		if (hidden !== '') expect(JSON.stringify(answer)).not.toContain(hidden);
		// As v1.0.4 answers for other reads of an issue.
		server.onCall = (play) => play.error(0, text);
		expect(await read()).toMatchObject({ ok: false, error: { kind } });
	});

	test('an answer that does not come ends at the deadline', async () => {
		await upstream.close();
		upstream = upstreamFor(server.url, { timeoutMs: 300 });
		server.onCall = () => {};
		expect(await read()).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
	});

	test('no server at all is unreachable', async () => {
		await server.close();
		expect(await read()).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
	});
});

test('the names of approved labels do not come back in the reason of a rejection', async () => {
	const url = 'http://ghe.corp.example/api/v3/repos/acme/ledger/issues/7';
	server.onCall = ({ text }) => text(`failed to update issue: PATCH ${url}: 422 secret-project is no label []`, true);
	const outcome = await upstream.call({
		provider: 'github',
		tool: 'issue_write',
		args: { method: 'update', owner: 'acme', repo: 'ledger', issue_number: 7, labels: ['bug', 'secret-project'] },
		secret: PAT,
		expect: { creates: 'labels', target },
	});
	expect(outcome).toEqual({ kind: 'rejected', reason: 'GitHub answered 422: … is no label' });
});
