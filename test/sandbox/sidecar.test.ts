import { afterEach, beforeEach, expect, test } from 'vitest';
import { startWorld, type World } from './world.ts';

let world: World;
beforeEach(async () => {
	world = await startWorld();
});
afterEach(() => world.close());

const ledger = { owner: 'acme', repo: 'ledger' };
const marker = `<!-- sarc-mcp:${'0123456789abcdef'.repeat(4)} -->`;
const create = (args: Record<string, unknown>, headers?: Record<string, string>) =>
	world.call('issue_write', { ...ledger, method: 'create', ...args }, headers);

test('a created issue is on GitHub, under its token’s account, at the address the answer gives', async () => {
	const made = await create({
		title: 'Fees are off',
		body: `Look\n\n---\nfooter\n${marker}`,
		labels: ['bug', 'brand new'],
	});
	const { id, url } = JSON.parse(made.text) as { id: string; url: string };
	const issue = world.github.state.issues('acme', 'ledger').at(-1);
	expect(url).toBe(`${world.github.webUrl}/acme/ledger/issues/3`);
	expect(issue).toMatchObject({
		id: Number(id),
		number: 3,
		author: 'octo',
		body: `Look\n\n---\nfooter\n${marker}`,
		labels: ['bug', 'brand new'],
		createdAt: '2026-11-24T10:00:00Z',
	});
	expect(world.github.state.writes()).toBe(1);
});

test('a comment keeps its hidden marker when it is read back; an issue’s body and the list do not', async () => {
	await create({ title: 'With marker', body: `text\n${marker}` });
	const said = await world.call('add_issue_comment', { ...ledger, issue_number: 3, body: `done\n${marker}` });
	const { id, url } = JSON.parse(said.text) as { id: string; url: string };
	expect(url).toBe(`${world.github.webUrl}/acme/ledger/issues/3#issuecomment-${id}`);

	const comments = await world.call('issue_read', { ...ledger, method: 'get_comments', issue_number: 3 });
	expect((JSON.parse(comments.text) as { body: string }[])[0]?.body).toBe(`done\n${marker}`);
	const read = await world.call('issue_read', { ...ledger, method: 'get', issue_number: 3 });
	expect((JSON.parse(read.text) as { body: string }).body).toBe('text\n');
	const listed = await world.call('list_issues', { ...ledger, perPage: 1 });
	expect(listed.text).not.toContain('sarc-mcp');
	const found = await world.call('search_issues', { ...ledger, query: `"${marker.slice(5, 30)}" in:body` });
	expect((JSON.parse(found.text) as { items: { body: string }[] }).items[0]?.body).toBe(`text\n${marker}`);
});

test('an unclosed “<x” swallows the rest of what list_issues and issue_read get give back', async () => {
	await create({ title: 'Cut', body: 'if a<b then x\n\nref sarc-mcp:89ab' });
	const read = await world.call('issue_read', { ...ledger, method: 'get', issue_number: 3 });
	expect((JSON.parse(read.text) as { body: string }).body).toBe('if a');
});

test('closing, closing as duplicate and reopening go through GraphQL after the PATCH', async () => {
	const change = (args: object) => world.call('issue_write', { ...ledger, method: 'update', issue_number: 1, ...args });
	const state = () => world.github.state.issues('acme', 'ledger')[0];
	await change({ state: 'closed', state_reason: 'not_planned' });
	expect(state()).toMatchObject({ state: 'closed', stateReason: 'not_planned', closedBy: 'octo' });
	await change({ state: 'open' });
	expect(state()).toMatchObject({ state: 'open', stateReason: 'reopened', closedAt: null });
	await change({ state: 'closed', state_reason: 'duplicate', duplicate_of: 2 });
	expect(state()).toMatchObject({ state: 'closed', stateReason: 'duplicate' });

	const half = await change({ title: 'Landed', state: 'closed', state_reason: 'duplicate' });
	expect(half).toMatchObject({ isError: true });
	expect(state()?.title).toBe('Landed');
});

test('list_issues pages by cursor, newest first, without gaps or repeats', async () => {
	for (let at = 0; at < 5; at++) await create({ title: `n${at}` });
	const numbers: number[] = [];
	let after: string | undefined;
	do {
		const listed = await world.call('list_issues', { ...ledger, perPage: 2, ...(after ? { after } : {}) });
		const { issues, pageInfo } = JSON.parse(listed.text) as {
			issues: { number: number }[];
			pageInfo: { hasNextPage: boolean; endCursor: string };
		};
		numbers.push(...issues.map((each) => each.number));
		after = pageInfo.hasNextPage ? pageInfo.endCursor : undefined;
	} while (after);
	expect(numbers).toEqual([7, 6, 5, 4, 3, 2, 1]);
});

test('labels can be made, renamed and removed; sub-issues added, moved and removed', async () => {
	const label = (args: object) => world.call('label_write', { ...ledger, ...args });
	expect((await label({ method: 'create', name: 'fees', color: 'ff0000' })).text).toBe(
		"label 'fees' created successfully",
	);
	expect((await label({ method: 'update', name: 'fees', new_name: 'costs' })).text).toBe(
		"label 'costs' updated successfully",
	);
	expect((await world.call('get_label', { ...ledger, name: 'costs' })).text).toContain('"color":"ff0000"');
	expect((await label({ method: 'delete', name: 'costs' })).text).toBe("label 'costs' deleted successfully");
	expect((await world.call('get_label', { ...ledger, name: 'costs' })).text).toBe(
		"label 'costs' not found in acme/ledger",
	);

	const ids = [];
	for (const title of ['one', 'two'])
		ids.push(Number((JSON.parse((await create({ title })).text) as { id: string }).id));
	const sub = (args: object) => world.call('sub_issue_write', { ...ledger, issue_number: 1, ...args });
	for (const id of ids) await sub({ method: 'add', sub_issue_id: id });
	await sub({ method: 'reprioritize', sub_issue_id: ids[1], before_id: ids[0] });
	const order = () => world.github.state.issues('acme', 'ledger')[0]?.subIssues;
	expect(order()).toEqual([ids[1], ids[0]]);
	await sub({ method: 'remove', sub_issue_id: ids[1] });
	expect(order()).toEqual([ids[0]]);
});

test('the token reaches GitHub as it came, and a classic one is looked up with a HEAD first', async () => {
	world.github.state.addToken({ token: 'github_pat_w', login: 'fine', scopes: [], fineGrained: { issues: 'write' } });
	await create({ title: 'classic' });
	await create({ title: 'fine' }, { authorization: 'Bearer github_pat_w' });
	const seen = world.github.state.requests.map((each) => `${each.method} ${each.headers.authorization}`);
	expect(seen).toEqual(['HEAD Bearer ghp_good', 'POST Bearer ghp_good', 'POST Bearer github_pat_w']);
});

test('search finds an issue only after the lag', async () => {
	world.github.state.searchLagMs = 60_000;
	await create({ title: 'Lagging', body: marker });
	const total = async () =>
		(JSON.parse((await world.call('search_issues', { ...ledger, query: 'Lagging' })).text) as { total_count: number })
			.total_count;
	expect(await total()).toBe(0);
	world.advance(59_000);
	expect(await total()).toBe(0);
	world.advance(1_000);
	expect(await total()).toBe(1);
});

test('a client that goes away does not stop the write', async () => {
	world.github.state.faults.push({ kind: 'hold', match: { method: 'POST' } });
	const gone = new AbortController();
	const asked = fetch(world.sidecar.url, {
		method: 'POST',
		signal: gone.signal,
		headers: {
			authorization: 'Bearer ghp_good',
			accept: 'application/json, text/event-stream',
			'content-type': 'application/json',
		},
		body: JSON.stringify({
			jsonrpc: '2.0',
			id: 1,
			method: 'tools/call',
			params: { name: 'issue_write', arguments: { ...ledger, method: 'create', title: 'Still written' } },
		}),
	});
	const response = await asked;
	await expect.poll(() => world.github.state.requests.some((each) => each.method === 'POST')).toBe(true);
	gone.abort();
	await expect(response.text()).rejects.toThrow();
	world.github.state.release();
	await expect.poll(() => world.github.state.issues('acme', 'ledger').at(-1)?.title).toBe('Still written');
});

test('owner and repository are not escaped on the way: a name can retarget the write', async () => {
	await world.call('issue_write', {
		owner: 'acme',
		repo: 'ledger/issues/1/comments?x=',
		method: 'create',
		title: 'x',
		body: 'sneaked in',
	});
	expect(world.github.state.comments('acme', 'ledger', 1).at(-1)?.body).toBe('sneaked in');
});
