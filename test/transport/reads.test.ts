import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '#core/canonical-json';
import type { Upstream } from '#gateway/ports/upstream';
import { PAT, target, upstreamFor } from './rig.ts';
import { type Play, type ScriptedServer, startScriptedServer } from './scripted-server.ts';

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

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const written = (second: number) => at(second).toISOString().replace('.000Z', 'Z');
const MORE_THAN_READ = 'There is more to read than the portal reads at one look.';
const since = new Date(at(50).getTime() + 700);

/** 120 issues, one a second, newest first, as `list_issues` gives them. */
function listIssues({ args, text }: Play) {
	const all = Array.from({ length: 120 }, (_, i) => 120 - i).map((number) => ({
		number,
		title: `n${number}`,
		state: 'OPEN',
		user: { login: 'octo' },
		created_at: written(number),
		...(number % 2 === 0 ? {} : { body: `body ${number}` }),
	}));
	const start = args.after === undefined ? 0 : Number(args.after);
	const end = start + Number(args.perPage);
	const pageInfo = { hasNextPage: end < all.length, hasPreviousPage: start > 0, endCursor: String(end) };
	text(JSON.stringify({ issues: all.slice(start, end), totalCount: all.length, pageInfo }));
}

describe('issues since', () => {
	test('come newest first, with address, author and text, and no older one is asked for', async () => {
		server.onCall = listIssues;
		const result = await upstream.issuesSince('github', PAT, target, since);
		if (!result.ok) throw new Error(result.error.why);
		// GitHub writes whole seconds: an issue of 50.9 s reads as 50 s and must not be missed.
		expect(result.value).toHaveLength(71);
		expect(result.value[0]).toEqual({
			url: 'https://github.com/acme/ledger/issues/120',
			author: 'octo',
			createdAt: at(120),
			text: '',
		});
		expect(result.value.at(-1)?.createdAt).toEqual(at(50));
		expect(server.calls()).toHaveLength(1);
		expect(server.calls()[0]?.body.params).toMatchObject({
			arguments: { owner: 'acme', repo: 'ledger', orderBy: 'CREATED_AT', direction: 'DESC', perPage: 100 },
		});
	});

	test('come through every page', async () => {
		server.onCall = listIssues;
		const result = await upstream.issuesSince('github', PAT, target, at(0));
		expect(result.ok && result.value).toHaveLength(120);
		expect(server.calls()).toHaveLength(2);
	});

	test('a page too large to read is read in smaller ones', async () => {
		const big = 'x'.repeat(100_000);
		server.onCall = (play) => {
			if (Number(play.args.perPage) <= 10) return listIssues(play);
			const issues = Array.from({ length: 100 }, (_, i) => ({ number: 200 - i, created_at: written(100), body: big }));
			play.text(JSON.stringify({ issues, totalCount: 100, pageInfo: { hasNextPage: false } }));
		};
		const result = await upstream.issuesSince('github', PAT, target, at(100));
		expect(result.ok && result.value).toHaveLength(21);
	});

	test.each<[string, JsonObject]>([
		[
			'a cursor that stands still',
			{ issues: [{ number: 1, created_at: written(99) }], pageInfo: { hasNextPage: true } },
		],
		['an issue without a time', { issues: [{ number: 1 }], pageInfo: { hasNextPage: false } }],
		['an issue without a number', { issues: [{ created_at: written(99) }], pageInfo: { hasNextPage: false } }],
		['no page information', { issues: [] }],
		['no issues', { pageInfo: { hasNextPage: false } }],
	])('%s is an error, never a shorter list', async (_, page) => {
		server.onCall = ({ text }) => text(JSON.stringify(page));
		const result = await upstream.issuesSince('github', PAT, target, since);
		expect(result).toMatchObject({ ok: false, error: { kind: 'unreadable' } });
	});

	test('a cursor that leads to itself is an error at once', async () => {
		const page = { issues: [{ number: 1, created_at: written(99) }], pageInfo: { hasNextPage: true, endCursor: 'x' } };
		server.onCall = ({ text }) => text(JSON.stringify(page));
		const result = await upstream.issuesSince('github', PAT, target, since);
		expect(result).toMatchObject({ ok: false, error: { kind: 'unreadable' } });
		expect(server.calls()).toHaveLength(2);
	});

	test('[reconcile-own] pages that are too large together are an error, never a shorter list, and soon given up', async () => {
		const body = 'x'.repeat(45_000);
		server.onCall = ({ args, text }) => {
			const last = args.after === undefined ? 100_000 : Number(args.after);
			const issues = Array.from({ length: 100 }, (_, i) => ({ number: last - i, created_at: written(99), body }));
			text(JSON.stringify({ issues, pageInfo: { hasNextPage: true, endCursor: String(last - 100) } }));
		};
		const result = await upstream.issuesSince('github', PAT, target, since);
		expect(result).toMatchObject({ ok: false, error: { kind: 'unreadable', why: MORE_THAN_READ } });
		expect(server.calls().length).toBeLessThan(10);
	});

	test('a page of ten issues of the longest text that GitHub allows is read, however it is escaped', async () => {
		server.onCall = ({ args, text }) => {
			const length = Number(args.perPage);
			const issues = Array.from({ length }, (_, i) => ({
				number: 500 - i,
				created_at: written(99),
				body: '&'.repeat(65_536),
			}));
			const page = JSON.stringify({ issues, pageInfo: { hasNextPage: false } });
			text(page.replaceAll('&', '\\u0026')); // as the server writes it, escaped once more on the wire
		};
		const result = await upstream.issuesSince('github', PAT, target, since);
		if (!result.ok) throw new Error(result.error.why);
		expect(result.value).toHaveLength(10);
	});

	test('a second page that fails is an error, never a shorter list', async () => {
		server.onCall = (play) => (play.args.after === undefined ? listIssues(play) : play.socket.destroy());
		const result = await upstream.issuesSince('github', PAT, target, at(0));
		expect(result).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
	});
});

describe('comments since', () => {
	function comments(total: number, mostPerPage = 100) {
		return ({ args, text }: Play) => {
			const size = Math.min(Number(args.perPage), mostPerPage);
			const first = (Number(args.page) - 1) * size;
			const page = Array.from({ length: Math.max(0, Math.min(size, total - first)) }, (_, i) => first + i + 1);
			text(
				JSON.stringify(
					page.map((id) => ({
						id,
						body: `c${id}`,
						html_url: `https://github.com/acme/ledger/pull/7#issuecomment-${id}`,
						user: { login: 'octo' },
						created_at: written(id),
					})),
				),
			);
		};
	}

	test('[absent-proved] one that is moved past the reader by a deletion is not missed; a list that never holds still is an error', async () => {
		const read = () => upstream.commentsSince('github', PAT, { ...target, number: 7 }, new Date(0));
		const shifting = (deletions: number) => {
			let gone = 0;
			let asked = 0;
			return ({ args, text }: Play) => {
				const ids = Array.from({ length: 101 - gone }, (_, i) => i + 1 + gone);
				const page = ids.slice((Number(args.page) - 1) * 100, Number(args.page) * 100);
				text(JSON.stringify(page.map((id) => ({ id, body: 'c', user: { login: 'octo' }, created_at: written(id) }))));
				if (args.page === 1 && asked++ < deletions) gone++;
			};
		};
		server.onCall = shifting(1);
		const once = await read();
		expect(once.ok && once.value.some(({ url }) => url.endsWith('-101'))).toBe(true);
		server.onCall = shifting(9);
		expect(await read()).toMatchObject({ ok: false, error: { kind: 'unreadable' } });
	});

	test.each([
		['a server that gives what is asked', 100],
		['a server that gives fewer than asked', 30],
	])('come through every page of %s', async (_, mostPerPage) => {
		server.onCall = comments(130, mostPerPage);
		const result = await upstream.commentsSince('github', PAT, { ...target, number: 7 }, since);
		if (!result.ok) throw new Error(result.error.why);
		expect(result.value).toHaveLength(81);
		expect(result.value.at(-1)).toEqual({
			url: 'https://github.com/acme/ledger/pull/7#issuecomment-130',
			author: 'octo',
			createdAt: at(130),
			text: 'c130',
		});
	});

	test('[reconcile-own] pages that are too large together are an error, never a shorter list, and soon given up', async () => {
		const body = 'x'.repeat(45_000);
		server.onCall = ({ args, text }) =>
			text(
				JSON.stringify(
					Array.from({ length: 100 }, (_, i) => ({ id: Number(args.page) * 100 + i, created_at: written(99), body })),
				),
			);
		const result = await upstream.commentsSince('github', PAT, { ...target, number: 7 }, since);
		expect(result).toMatchObject({ ok: false, error: { kind: 'unreadable', why: MORE_THAN_READ } });
		expect(server.calls().length).toBeLessThan(10);
	});

	test('[absent-proved] one that stands elsewhere, since its issue was transferred, keeps the address that it is served with', async () => {
		const html_url = 'https://github.com/acme/other/issues/3#issuecomment-5';
		server.onCall = ({ args, text }) =>
			text(args.page === 1 ? JSON.stringify([{ id: 5, html_url, created_at: written(99) }]) : '[]');
		const result = await upstream.commentsSince('github', PAT, { ...target, number: 7 }, since);
		expect(result).toMatchObject({ ok: true, value: [{ url: html_url }] });
	});

	test('an address of the server’s own making is not taken over', async () => {
		server.onCall = ({ args, text }) =>
			text(
				args.page === 1
					? JSON.stringify([{ id: 5, html_url: 'https://evil.example/#issuecomment-5', created_at: written(99) }])
					: '[]',
			);
		const result = await upstream.commentsSince('github', PAT, { ...target, number: 7 }, since);
		expect(result).toMatchObject({
			ok: true,
			value: [{ url: 'https://github.com/acme/ledger/issues/7#issuecomment-5', author: '', text: '' }],
		});
	});

	test('the same page again and again is an error', async () => {
		server.onCall = ({ text }) => text(JSON.stringify([{ id: 5, created_at: written(99) }]));
		const result = await upstream.commentsSince('github', PAT, { ...target, number: 7 }, since);
		expect(result).toMatchObject({ ok: false, error: { kind: 'unreadable' } });
		expect(server.calls()).toHaveLength(2);
	});
});

describe('who am I', () => {
	test('gives the login', async () => {
		server.onCall = ({ text }) => text('{"login":"octo","id":1}');
		expect(await upstream.whoAmI('github', PAT)).toEqual({ ok: true, value: { login: 'octo' } });
		expect(server.calls()[0]?.headers['x-mcp-tools']).toBe('get_me');
	});

	const GET = 'failed to get user: GET http://ghe.corp.example/api/v3/user: ';
	test.each<[string, string, (play: Play) => void]>([
		['401 of GitHub', 'unauthorized', ({ text }) => text(`${GET}401 Bad credentials []`, true)],
		['401 as a JSON-RPC error', 'unauthorized', ({ error }) => error(0, `${GET}401 Bad credentials []`)],
		['403', 'unauthorized', ({ text }) => text(`${GET}403 Resource not accessible []`, true)],
		['401 of the MCP server', 'unauthorized', ({ raw }) => raw(401, 'text/plain', 'Unauthorized')],
		[
			'a token of the wrong shape',
			'unauthorized',
			({ raw }) => raw(400, 'text/plain', 'bad request: Authorization header is badly formatted\n'),
		],
		['a rate limit', 'unreachable', ({ text }) => text(`${GET}403 API rate limit exceeded for user ID 1.`, true)],
		['502 of GitHub', 'unreachable', ({ text }) => text(`${GET}502  []`, true)],
		['502 of the MCP server', 'unreachable', ({ raw }) => raw(502, 'text/html', '')],
		['a dropped connection', 'unreachable', ({ socket }) => socket.destroy()],
		['404', 'not_found', ({ text }) => text(`${GET}404 Not Found []`, true)],
		['no login', 'unreadable', ({ text }) => text('{"id":1}')],
		['no JSON', 'unreadable', ({ text }) => text('octo')],
		['a page', 'unreadable', ({ raw }) => raw(200, 'text/html', '<p>')],
	])('%s is %s, with no host in it', async (_, kind, play) => {
		server.onCall = play;
		const result = await upstream.whoAmI('github', PAT);
		expect(result).toMatchObject({ ok: false, error: { kind } });
		expect(JSON.stringify(result)).not.toContain('corp');
	});

	test('a token that the handshake refuses is unauthorized', async () => {
		server.before = ({ raw }) => {
			raw(400, 'text/plain', 'bad request: Authorization header is badly formatted\n');
			return true;
		};
		expect(await upstream.whoAmI('github', 'hello')).toMatchObject({ ok: false, error: { kind: 'unauthorized' } });
	});

	test('nobody there is unreachable', async () => {
		await server.close();
		expect(await upstream.whoAmI('github', PAT)).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
	});
});
