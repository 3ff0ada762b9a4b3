import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '#core/canonical-json';
import type { Upstream } from '#gateway/ports/upstream';
import { PAT, target, upstreamFor } from './rig.ts';
import { type Play, type ScriptedServer, startScriptedServer } from './scripted-server.ts';

const WEB = 'https://github.com/acme/ledger';
const TIME = '2026-01-01T00:00:07Z';
const AT = new Date(TIME);

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

const asked = () => server.calls().map(({ body }) => (body.params as JsonObject).arguments);

describe('a search for a mark', () => {
	const search = (author = 'acme-bot') =>
		upstream.searchIssues('github', PAT, { target, text: 'sarc-mcp:0123456789abcdef', author });
	const item = (number: number, more: JsonObject = {}) => ({
		id: 1,
		number,
		html_url: `${WEB}/issues/${number}`,
		user: { login: 'acme-bot' },
		created_at: TIME,
		body: 'if a<b sarc-mcp:0123456789abcdef',
		...more,
	});

	test('asks for the words in bodies of that repository by that account, and gives the raw texts', async () => {
		server.onCall = ({ text }) => text(JSON.stringify({ total_count: 1, incomplete_results: true, items: [item(7)] }));
		expect(await search()).toEqual({
			ok: true,
			value: {
				found: [
					{ url: `${WEB}/issues/7`, author: 'acme-bot', createdAt: AT, text: 'if a<b sarc-mcp:0123456789abcdef' },
				],
				whole: false,
			},
		});
		expect(asked()).toEqual([
			{
				query: '"sarc-mcp:0123456789abcdef" in:body author:acme-bot',
				owner: 'acme',
				repo: 'ledger',
				perPage: expect.any(Number),
			},
		]);
		expect(server.calls()[0]?.headers['x-mcp-tools']).toBe('search_issues');
	});

	test('finds nothing where items are left out, as v1.0.4 does', async () => {
		server.onCall = ({ text }) => text('{"total_count":0,"incomplete_results":false}');
		expect(await search()).toEqual({ ok: true, value: { found: [], whole: true } });
	});

	test.each<[string, JsonObject, boolean]>([
		['all that there is', { total_count: 1, incomplete_results: false }, true],
		['cut short', { total_count: 1, incomplete_results: true }, false],
		['more than it gives', { total_count: 2, incomplete_results: false }, false],
		['without saying how many', { incomplete_results: false }, false],
		['without saying whether it was cut', { total_count: 1 }, false],
	])('[absent-proved] is whole only when it says so: %s', async (_, said, whole) => {
		server.onCall = ({ text }) => text(JSON.stringify({ ...said, items: [item(7)] }));
		expect(await search()).toMatchObject({ ok: true, value: { found: [{ url: `${WEB}/issues/7` }], whole } });
	});

	test('an account’s name cannot add words to the query', async () => {
		server.onCall = ({ text }) => text('{"total_count":0}');
		for (const author of ['a b', 'x" repo:evil/evil', '']) await search(author);
		expect(asked().map((args) => (args as JsonObject).query)).toEqual(
			Array(3).fill('"sarc-mcp:0123456789abcdef" in:body'),
		);
	});

	test.each<[string, JsonObject]>([
		['in another repository', { html_url: 'https://github.com/acme/other/issues/7' }],
		['on another site', { html_url: 'https://evil.example/acme/ledger/issues/7' }],
		['a pull request', { html_url: `${WEB}/pull/7` }],
		['without an address', { html_url: 7 }],
		['without a time', { created_at: null }],
	])('what stands %s is left out', async (_, more) => {
		server.onCall = ({ text }) =>
			text(JSON.stringify({ total_count: 2, incomplete_results: false, items: [item(7, more), item(8)] }));
		expect(await search()).toMatchObject({ ok: true, value: { found: [{ url: `${WEB}/issues/8` }], whole: false } });
	});

	test.each<[string, string, (play: Play) => void]>([
		['a rate limit', 'unreachable', ({ text }) => text('failed to search issues: GET http://h/: 403 rate limit', true)],
		['no object', 'unreadable', ({ text }) => text('[]')],
		['items that are no list', 'unreadable', ({ text }) => text('{"items":{}}')],
	])('%s is an error', async (_, kind, play) => {
		server.onCall = play;
		expect(await search()).toMatchObject({ ok: false, error: { kind } });
	});
});

describe('the artifact at an address', () => {
	const read = (url: string) => upstream.artifactAt('github', PAT, url);
	const served = (more: JsonObject = {}) => ({
		number: 7,
		html_url: `${WEB}/issues/7`,
		user: { login: 'acme-bot' },
		created_at: TIME,
		body: 'Text',
		...more,
	});

	test('an issue is read by its number', async () => {
		server.onCall = ({ text }) => text(JSON.stringify(served()));
		expect(await read(`${WEB}/issues/7`)).toEqual({
			ok: true,
			value: { url: `${WEB}/issues/7`, author: 'acme-bot', createdAt: AT, text: 'Text' },
		});
		expect(asked()).toEqual([{ method: 'get', owner: 'acme', repo: 'ledger', issue_number: 7 }]);
	});

	test('[absent-proved] one that was deleted is told apart from one that never was', async () => {
		const at = 'failed to get issue: GET http://h/api/v3/repos/acme/ledger/issues/7: ';
		server.onCall = ({ error }) => error(0, `${at}410 This issue was deleted []`);
		expect(await read(`${WEB}/issues/7`)).toMatchObject({ ok: false, error: { kind: 'not_found', gone: true } });
		server.onCall = ({ error }) => error(0, `${at}404 Not Found []`);
		const never = await read(`${WEB}/issues/7`);
		expect(never).toMatchObject({ ok: false, error: { kind: 'not_found' } });
		expect(never).not.toMatchObject({ error: { gone: true } });
	});

	test('one that has been moved is given with the address that it has now', async () => {
		server.onCall = ({ text }) => text(JSON.stringify(served({ html_url: 'https://github.com/new/place/issues/3' })));
		expect(await read(`${WEB}/issues/7`)).toMatchObject({
			ok: true,
			value: { url: 'https://github.com/new/place/issues/3' },
		});
	});

	test('a comment is looked for through every page, also on a pull request', async () => {
		server.onCall = ({ args, text }) => {
			const from = Number(args.page) * 10;
			const ids = Number(args.page) > 3 ? [] : Array.from({ length: 10 }, (_, i) => from + i);
			text(JSON.stringify(ids.map((id) => served({ id, html_url: `${WEB}/pull/7#issuecomment-${id}` }))));
		};
		expect(await read(`${WEB}/pull/7#issuecomment-35`)).toMatchObject({
			ok: true,
			value: { url: `${WEB}/pull/7#issuecomment-35`, author: 'acme-bot' },
		});
		expect(asked()).toHaveLength(3);
		expect(asked()[0]).toMatchObject({ method: 'get_comments', issue_number: 7, page: 1 });
		expect(await read(`${WEB}/pull/7#issuecomment-99`)).toMatchObject({ ok: false, error: { kind: 'not_found' } });
	});

	test('[secret-stays] what is no address of an issue or comment there is not asked for', async () => {
		for (const url of ['', 'x', `${WEB}`, `${WEB}/issues/7?x`, 'https://evil.example/acme/ledger/issues/7']) {
			expect(await read(url)).toMatchObject({ ok: false, error: { kind: 'not_found' } });
		}
		expect(server.calls()).toHaveLength(0);
	});

	const GET = 'failed to get issue: GET http://ghe.corp.example/api/v3/repos/acme/ledger/issues/7: ';
	test.each<[string, string, (play: Play) => void]>([
		['404 as a JSON-RPC error', 'not_found', ({ error }) => error(0, `${GET}404 Not Found []`)],
		['410, deleted or switched off', 'not_found', ({ error }) => error(0, `${GET}410 This issue was deleted []`)],
		['404 as a tool error', 'not_found', ({ text }) => text(`${GET}404 Not Found []`, true)],
		['401', 'unauthorized', ({ error }) => error(0, `${GET}401 Bad credentials []`)],
		['502', 'unreachable', ({ error }) => error(0, `${GET}502  []`)],
		['a 404 that is only quoted', 'unreachable', ({ error }) => error(0, `${GET}500 see GET /x: 404 Not Found []`)],
		['a dropped connection', 'unreachable', ({ socket }) => socket.destroy()],
		['no address in it', 'unreadable', ({ text }) => text(JSON.stringify(served({ html_url: null })))],
		[
			'an address on another site',
			'unreadable',
			({ text }) => text(JSON.stringify(served({ html_url: 'https://x/' }))),
		],
		[
			'a comment for an issue',
			'unreadable',
			({ text }) => text(JSON.stringify(served({ html_url: `${WEB}/issues/7#issuecomment-1` }))),
		],
		['no time', 'unreadable', ({ text }) => text(JSON.stringify(served({ created_at: 'soon' })))],
	])('%s is %s, with no host in it', async (_, kind, play) => {
		server.onCall = play;
		const result = await read(`${WEB}/issues/7`);
		expect(result).toMatchObject({ ok: false, error: { kind } });
		expect(JSON.stringify(result)).not.toContain('corp');
	});

	test.each<[string, JsonObject]>([
		['author', { user: { login: PAT } }],
		['address', { html_url: `https://github.com/acme/${PAT}/issues/7` }],
	])('[secret-stays] an %s that spells the credential is not taken over', async (_, more) => {
		server.onCall = ({ text }) => text(JSON.stringify(served(more)));
		const result = await read(`${WEB}/issues/7`);
		expect(result).toMatchObject({ ok: false, error: { kind: 'unreadable' } });
		expect(JSON.stringify(result)).not.toContain(PAT);
	});
});
