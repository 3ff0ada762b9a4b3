import { request } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FaultInput } from '#sandbox/github/faults';
import { startWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
	world = await startWorld();
});
afterEach(() => world.close());

const posts = { method: 'POST', pathPattern: '/repos/acme/ledger/issues$' };
const create = (title = 'x') => world.call('issue_write', { owner: 'acme', repo: 'ledger', method: 'create', title });
const count = () => world.github.state.issues('acme', 'ledger').length;

/** kind → whether the write lands, and what the sidecar says. */
const table: [FaultInput, boolean, RegExp][] = [
	[{ kind: 'status', status: 401 }, false, /: 401 Bad credentials \[\]$/],
	[{ kind: 'status', status: 403 }, false, /: 403 Resource not accessible by personal access token \[\]$/],
	[{ kind: 'status', status: 404 }, false, /: 404 Not Found \[\]$/],
	[{ kind: 'status', status: 410 }, false, /: 410 Issues has been disabled in this repository\. \[\]$/],
	[{ kind: 'status', status: 422, message: 'Nope' }, false, /: 422 Nope \[\]$/],
	[{ kind: 'status', status: 429 }, false, /: 429 API rate limit exceeded \[\]$/],
	[{ kind: 'status', status: 500 }, false, /: 500 Server Error \[\]$/],
	[{ kind: 'status', status: 502 }, false, /: 502 {2}\[\]$/],
	[{ kind: 'status', status: 503 }, false, /: 503 {2}\[\]$/],
	[{ kind: 'secondary-rate-limit' }, false, /: 403 You have exceeded a secondary rate limit/],
	[{ kind: 'primary-rate-limit' }, false, /: 403 API rate limit exceeded for user octo\. \[rate /],
	[{ kind: '202' }, false, /job scheduled on GitHub side; try again later$/],
	[{ kind: 'drop-before-write' }, false, /: EOF$/],
	[{ kind: 'drop-after-write' }, true, /: EOF$/],
	[{ kind: 'status-after-write' }, true, /: 502 {2}\[\]$/],
	[{ kind: 'status-after-write', status: 500 }, true, /: 500 Server Error \[\]$/],
];

test.each(table)('%o: the write lands: %s', async (fault, lands, said) => {
	world.github.state.faults.push({ ...fault, match: posts });
	const before = count();
	const called = await create();
	expect(called.isError).toBe(true);
	expect(called.text).toMatch(said);
	expect(count() - before).toBe(lands ? 1 : 0);
	const logged = world.github.state.requests.at(-1);
	expect(logged?.wrote).toBe(lands);

	expect((await create()).isError).toBe(false);
});

test('a redirect lands the write in the other repository', async () => {
	world.github.state.faults.push({ kind: 'redirect', to: 'acme/payments-api', match: posts });
	const called = await create('moved');
	expect(called.text).toContain('/acme/payments-api/issues/5');
	expect(count()).toBe(2);
	expect(world.github.state.issues('acme', 'payments-api').at(-1)?.title).toBe('moved');
});

test('one GraphQL operation can be picked by its body: the PATCH lands, closing fails', async () => {
	world.github.state.faults.push({ kind: 'drop-after-write', match: { bodyPattern: 'closeIssue' } });
	const args = { owner: 'acme', repo: 'ledger', method: 'update', issue_number: 1, title: 'New', state: 'closed' };
	const called = await world.call('issue_write', args);
	expect(called.text).toMatch(/^Failed to close issue: Post ".*\/api\/graphql": EOF$/);
	expect(world.github.state.issues('acme', 'ledger')[0]).toMatchObject({ title: 'New', state: 'closed' });
});

test('labels can be dropped without a word, as for an account without triage right: success is reported', async () => {
	const labelled = () => world.github.state.issues('acme', 'ledger')[0]?.labels;
	const args = { owner: 'acme', repo: 'ledger', method: 'update', issue_number: 1, labels: ['triage'] };
	world.github.state.faults.push({ kind: 'drop-labels', match: { method: 'PATCH' } });
	const dropped = await world.call('issue_write', args);
	expect(dropped).toMatchObject({ isError: false });
	expect(JSON.parse(dropped.text)).toMatchObject({ url: `${world.github.webUrl}/acme/ledger/issues/1` });
	expect(labelled()).toEqual(['bug']);

	world.github.state.addToken({ token: 'ghp_notriage', login: 'octo', scopes: ['repo'], triage: false });
	const denied = await world.call('issue_write', args, { authorization: 'Bearer ghp_notriage' });
	expect([denied.isError, labelled()]).toEqual([false, ['bug']]);

	expect((await world.call('issue_write', args)).isError).toBe(false);
	expect(labelled()).toEqual(['triage']);
});

test('a fault fires as often as it says and 0 is until removed', async () => {
	const { faults } = world.github.state;
	faults.push({ kind: 'status', status: 500, match: posts, times: 2 });
	expect([await create(), await create(), await create()].map((each) => each.isError)).toEqual([true, true, false]);
	faults.push({ kind: 'status', status: 500, match: posts, times: 0 });
	expect([await create(), await create()].map((each) => each.isError)).toEqual([true, true]);
	faults.clear();
	expect((await create()).isError).toBe(false);
});

test('faults are switched from outside by JSON over loopback, and the state can be read without any token in it', async () => {
	const at = `${world.github.apiUrl}/_sandbox`;
	const json = { 'content-type': 'application/json' };
	const body = JSON.stringify({ kind: 'status', status: 503, match: posts });
	expect((await fetch(`${at}/faults`, { method: 'POST', headers: json, body })).status).toBe(200);
	expect((await create()).text).toContain('503');
	await fetch(`${at}/faults`, { method: 'POST', headers: json, body });
	expect((await fetch(`${at}/faults`, { method: 'DELETE' })).status).toBe(204);
	expect((await create()).isError).toBe(false);

	const state = await (await fetch(`${at}/state`)).text();
	expect(JSON.parse(state)).toMatchObject({ writes: 1, faults: [] });
	expect(state).not.toContain('ghp_good');
});

test('the switches refuse what is not a fault, a form, a web page’s request and another host name', async () => {
	const at = `${world.github.apiUrl}/_sandbox/faults`;
	const json = { 'content-type': 'application/json' };
	const body = JSON.stringify({ kind: 'status' });
	expect((await fetch(at, { method: 'POST', headers: json, body: '{"kind":"explode"}' })).status).toBe(400);
	expect((await fetch(at, { method: 'POST', body })).status).toBe(415);
	expect((await fetch(at, { method: 'POST', headers: { ...json, origin: 'http://evil.test' }, body })).status).toBe(
		403,
	);
	const { port } = new URL(at);
	const rebound = await new Promise<number | undefined>((resolve, reject) => {
		const asked = { port, path: '/_sandbox/state', headers: { host: 'evil.test' }, agent: false };
		const sent = request(asked, (response) => {
			response.resume();
			resolve(response.statusCode);
		});
		sent.on('error', reject).end();
	});
	expect(rebound).toBe(403);
});
