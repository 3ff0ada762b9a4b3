import { hash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RefusalCode } from '#core/refusals';
import { type Client, issue, ORIGIN, proposed, startPortal, type TestPortal } from '#test/support/portal';
import { addPerson, addTenant, cookieOf, demoTenant, raw, withRows } from './fixture.ts';
import { codeOf, expectProblem } from './problem-shape.ts';

const TOKENS = '/api/tokens?tenant=demo';
const EXECUTE = '/api/mcp/execute?tenant=demo';
const PROPOSE = '/api/mcp/propose?tenant=demo';
const HOUR_MS = 3_600_000;

let test: TestPortal;
let tenantId: string;
let admin: Client;
let member: Client;
let auditor: Client;
beforeAll(async () => {
	test = await startPortal();
	tenantId = await demoTenant(test);
	admin = await test.as('admin');
	member = await test.as('member');
	auditor = await test.as('auditor');
});
afterAll(() => test.close());
afterEach(() => {
	vi.useRealTimers();
});

interface Minted {
	readonly id: string;
	readonly token: string;
	readonly client: Client;
}

async function mint(owner: Client, scopes: string[], more: Record<string, unknown> = {}): Promise<Minted> {
	const answer = await owner.post(TOKENS, { name: 'ci', scopes, expiresInHours: 1, ...more });
	if (answer.status !== 201) throw new Error(`mint: ${answer.status} ${answer.text}`);
	return { id: answer.body.id, token: answer.body.token, client: test.bearer(answer.body.token) };
}

const write = (title: string) => ({ provider: 'github', tool: 'issue_write', args: issue(title) });

describe('[token-bounded] what may be minted', () => {
	const cases: [who: string, client: () => Client, scopes: string[], hours: number, code: RefusalCode | 'ok'][] = [
		['an ADMIN: everything for 24 h', () => admin, ['read', 'propose', 'execute'], 24, 'ok'],
		['an ADMIN: execute for 25 h', () => admin, ['execute'], 25, 'expiry_too_long'],
		['an ADMIN: execute among others for 25 h', () => admin, ['read', 'execute'], 25, 'expiry_too_long'],
		['an ADMIN: read for 90 days', () => admin, ['read', 'propose'], 2160, 'ok'],
		['an ADMIN: read for 90 days and an hour', () => admin, ['read'], 2161, 'expiry_too_long'],
		['a MEMBER: read and propose for 90 days', () => member, ['read', 'propose'], 2160, 'ok'],
		['a MEMBER: execute', () => member, ['execute'], 1, 'scope_required'],
		['a MEMBER: execute among others', () => member, ['read', 'propose', 'execute'], 1, 'scope_required'],
		['an AUDITOR: read', () => auditor, ['read'], 1, 'role_required'],
		['an AUDITOR: propose', () => auditor, ['propose'], 1, 'role_required'],
		['nobody', () => test.anonymous, ['read'], 1, 'unauthenticated'],
	];
	it.each(cases)('%s', async (_who, client, scopes, expiresInHours, code) => {
		const [answer, rows] = await withRows(test, tenantId, () =>
			client().post(TOKENS, { name: 'x', scopes, expiresInHours }),
		);
		if (code === 'ok') expect(answer.status, answer.text).toBe(201);
		else expectProblem(answer, code);
		// A setting that did not change leaves no row.
		expect(rows.map(({ action }) => action)).toEqual(code === 'ok' ? ['token.created'] : []);
	});

	it.each([
		{ scopes: [] },
		{ scopes: ['administer'] },
		{ scopes: ['Read'] },
		{ scopes: 'read' },
		{ scopes: ['read', 'read', 'read', 'read'] },
		{ expiresInHours: 0 },
		{ expiresInHours: -1 },
		{ expiresInHours: 1.5 },
		{ expiresInHours: '1' },
		{ expiresInHours: null },
		{ name: '' },
		{ name: '   ' },
		{ name: 'n'.repeat(65) },
		{ owner: 'someone-else' },
	])('malformed: %j', async (more) => {
		const answer = await admin.post(TOKENS, { name: 'x', scopes: ['read'], expiresInHours: 1, ...more });
		expectProblem(answer, 'invalid_request');
	});

	it('a token mints none and revokes none, whatever its scopes', async () => {
		const { id, client } = await mint(admin, ['read', 'propose', 'execute']);
		expectProblem(await client.post(TOKENS, { name: 'x', scopes: ['read'], expiresInHours: 1 }), 'scope_required');
		expectProblem(await client.delete(`/api/tokens/${id}?tenant=demo`), 'scope_required');
	});
});

describe('a token is shown once, and only its hash is kept', () => {
	it('the answer of its creation is the only place that ever holds it', async () => {
		vi.useFakeTimers({ toFake: ['Date'] });
		const scopes = ['propose', 'read', 'read'];
		const answer = await admin.post(TOKENS, { name: ' Nightly ', scopes, expiresInHours: 3 });
		const { id, token, expiresAt } = answer.body;
		expect(token).toMatch(/^karc_pat_[A-Za-z0-9_-]{43}$/);
		expect(answer.body.scopes).toEqual(['propose', 'read']);
		expect(Date.parse(expiresAt) - Date.now()).toBe(3 * HOUR_MS);
		vi.useRealTimers();
		expect((await test.bearer(token).get('/api/me')).body).toMatchObject({ via: 'token', scopes: ['propose', 'read'] });

		const secret = token.slice('karc_pat_'.length);
		const list = await admin.get(TOKENS);
		expect(list.body.tokens.find((one: { id: string }) => one.id === id)).toMatchObject({
			name: 'Nightly',
			owner: 'Ada Lind',
		});
		const exported = await admin.get('/api/audit/export?tenant=demo');
		expect(exported.text).toContain(id);
		const stored = await test.portal.database.query<{ row: string; hash: string }>(
			'SELECT row_to_json(t)::text AS row, hash FROM portal_token t WHERE id = $1',
			[id],
		);
		expect(stored.map((row) => row.hash)).toEqual([hash('sha256', token)]);
		for (const text of [list.text, exported.text, stored[0]?.row, JSON.stringify(test.log)])
			expect(text).not.toContain(secret);
	});

	it('the row of its creation says which, with what scopes and until when, and by whom', async () => {
		const [made, rows] = await withRows(test, tenantId, () =>
			mint(member, ['read', 'propose'], { name: 'Secret project' }),
		);
		expect(rows).toMatchObject([
			{
				action: 'token.created',
				ok: true,
				actor: { kind: 'user', role: 'MEMBER' },
				detail: { token: made.id, scopes: 'read propose', expiresAt: expect.stringMatching(/Z$/) },
			},
		]);
		expect(JSON.stringify(rows)).not.toContain('Secret project');
	});
});

describe('[token-bounded] the flag mcp.execute-tokens', () => {
	it.each(['/api/flags/mcp.execute-tokens?tenant=demo', '/api/global-flags/mcp.execute-tokens'])(
		'off at %s: no token executes and none that could is minted; the rest of its scopes still works',
		async (path) => {
			const all = await mint(admin, ['read', 'propose', 'execute']);
			const request = await proposed(admin, issue(`Flag off at ${path}`));
			const writes = test.sandbox.github.state.writes();
			expect((await admin.put(path, { enabled: false })).status).toBe(200);
			try {
				const [answer, rows] = await withRows(test, tenantId, () => all.client.post(EXECUTE, request));
				expectProblem(answer, 'scope_required');
				expect(rows).toMatchObject([{ code: 'scope_required', argsSha: request.argsSha, actor: { kind: 'token' } }]);
				expectProblem(
					await admin.post(TOKENS, { name: 'x', scopes: ['execute'], expiresInHours: 1 }),
					'scope_required',
				);
				expect((await all.client.post(PROPOSE, write('Still proposes'))).status).toBe(200);
				expect((await all.client.get('/api/me')).status).toBe(200);
				expect(test.sandbox.github.state.writes()).toBe(writes);
				// A person in a session is not concerned; and what they did is not replayed for a token either.
				expect((await admin.post(EXECUTE, request)).status).toBe(200);
				expectProblem(await all.client.post(EXECUTE, request), 'scope_required');
				expectProblem(await all.client.post(EXECUTE, { ...request, tool: 'merge_pull_request' }), 'scope_required');
			} finally {
				expect((await admin.put(path, { enabled: true, reason: 'test over' })).status).toBe(200);
			}
			expect((await all.client.post(EXECUTE, request)).body).toMatchObject({ replayed: true });
		},
	);
});

describe('[token-bounded] a token never exceeds what its owner may do now', () => {
	it('its owner is demoted step by step and removed: each time it loses at once what they lose', async () => {
		const { store } = test.portal;
		const person = await addPerson(test, 'dora@demo.local', 'ADMIN');
		const dora = await test.as('dora@demo.local');
		const { client } = await mint(dora, ['read', 'propose', 'execute']);
		const become = (role: 'MEMBER' | 'AUDITOR' | 'ADMIN') =>
			store.addMember({ id: person.memberId, tenantId, userId: person.id, role }, { actor: { kind: 'system' } });
		const tried = async () => [
			codeOf(await client.post(EXECUTE, await proposed(admin, issue('By Dora')))),
			codeOf(await client.post(PROPOSE, write('By Dora'))),
			codeOf(await client.get('/api/audit?tenant=demo')),
			codeOf(await client.get('/api/flags?tenant=demo')),
		];
		expect(await tried()).toEqual(['ok', 'ok', 'ok', 'ok']);
		await become('MEMBER');
		expect(await tried()).toEqual(['role_required', 'ok', 'role_required', 'ok']);
		await become('AUDITOR');
		expect(await tried()).toEqual(['role_required', 'role_required', 'ok', 'ok']);
		await become('ADMIN');
		expect(await tried()).toEqual(['ok', 'ok', 'ok', 'ok']);
		// Past the store, as another process would do it: whatever decides sees it at once, a propose within a second.
		const at = Date.now();
		await test.portal.database.query('DELETE FROM membership WHERE id = $1', [person.memberId]);
		const [execute, , audit, flags] = await tried();
		expect([execute, audit, flags]).toEqual(Array(3).fill('tenant_not_found'));
		vi.useFakeTimers({ toFake: ['Date'], now: at + 2_000 });
		try {
			expect(await tried()).toEqual(Array(4).fill('tenant_not_found'));
		} finally {
			vi.useRealTimers();
		}
		expect((await client.get('/api/me')).body.memberships).toEqual([]);
	});

	it('without a scope it is refused what its owner may do', async () => {
		const { client } = await mint(admin, ['propose']);
		expectProblem(await client.get('/api/me'), 'scope_required');
		expectProblem(await client.get('/api/audit?tenant=demo'), 'scope_required');
		expectProblem(await client.post(EXECUTE, await proposed(admin, issue('No scope'))), 'scope_required');
		expect((await client.post(PROPOSE, write('Scope'))).status).toBe(200);
	});

	it('[tenant-isolation] it acts in its own tenant only, though its owner is in both', async () => {
		const other = await addTenant(test, 'other');
		const person = await addPerson(test, 'both@demo.local', 'ADMIN');
		await test.portal.store.addMember(
			{ id: test.portal.gateway.ids.uuid(), tenantId: other, userId: person.id, role: 'ADMIN' },
			{ actor: { kind: 'system' } },
		);
		const both = await test.as('both@demo.local');
		expect((await both.get('/api/flags?tenant=other')).status).toBe(200);
		const { id, client } = await mint(both, ['read', 'propose', 'execute']);
		expect((await client.get('/api/me')).body.memberships.map((one: { tenant: string }) => one.tenant)).toEqual([
			'demo',
		]);
		const [, rows] = await withRows(test, other, async () => {
			expectProblem(await client.get('/api/flags?tenant=other'), 'tenant_not_found');
			expectProblem(await client.post('/api/mcp/execute?tenant=other', {}), 'tenant_not_found');
			expectProblem(await client.post('/api/mcp/propose?tenant=other', write('x')), 'tenant_not_found');
			// Nor is it one of the other tenant's tokens.
			expectProblem(await both.delete(`/api/tokens/${id}?tenant=other`), 'not_found');
		});
		expect(rows).toEqual([]);
		expect((await both.get('/api/tokens?tenant=other')).body.tokens).toEqual([]);
		expect((await client.get('/api/me')).status).toBe(200);
	});

	it('a platform admin’s token is none', async () => {
		const { client } = await mint(admin, ['read', 'propose', 'execute']);
		expect((await admin.get('/api/me')).body.platformAdmin).toBe(true);
		expect((await client.get('/api/me')).body.platformAdmin).toBe(false);
		expectProblem(await client.put('/api/global-flags/mcp.gateway', { enabled: false }), 'scope_required');
		expect((await client.get('/api/audit?log=platform')).status).toBeGreaterThanOrEqual(400);
	});
});

describe('the end of a token', () => {
	it('revoked, it is refused from the next request on; with a row, and only once', async () => {
		const { id, client } = await mint(admin, ['read']);
		expect((await client.get('/api/me')).status).toBe(200);
		const [revoked, rows] = await withRows(test, tenantId, () => admin.delete(`/api/tokens/${id}?tenant=demo`));
		expect(revoked.status).toBe(200);
		expect(rows).toMatchObject([{ action: 'token.revoked', ok: true, detail: { token: id } }]);
		expectProblem(await client.get('/api/me'), 'unauthenticated');
		const [again, none] = await withRows(test, tenantId, () => admin.delete(`/api/tokens/${id}?tenant=demo`));
		expectProblem(again, 'not_found');
		expect(none).toEqual([]);
		expect((await admin.get(TOKENS)).body.tokens.map((one: { id: string }) => one.id)).not.toContain(id);
	});

	it('a MEMBER revokes and sees their own only; an ADMIN any', async () => {
		const theirs = await mint(admin, ['read']);
		const own = await mint(member, ['read']);
		const listed = async (client: Client): Promise<string[]> =>
			(await client.get(TOKENS)).body.tokens.map((one: { id: string }) => one.id);
		expect(await listed(member)).toContain(own.id);
		expect(await listed(member)).not.toContain(theirs.id);
		expect(await listed(auditor)).toEqual(expect.arrayContaining([own.id, theirs.id]));
		expectProblem(await member.delete(`/api/tokens/${theirs.id}?tenant=demo`), 'not_found');
		expect((await theirs.client.get('/api/me')).status).toBe(200);
		expect((await admin.delete(`/api/tokens/${own.id}?tenant=demo`)).status).toBe(200);
		expectProblem(await own.client.get('/api/me'), 'unauthenticated');
		for (const id of ['x', '..', own.id.toUpperCase()]) {
			const path = `/api/tokens/${encodeURIComponent(id)}?tenant=demo`;
			expect((await admin.delete(path)).status).toBe(404);
		}
	});

	it('expired, it is refused from that moment on', async () => {
		const { client } = await mint(admin, ['read']);
		const began = Date.now();
		vi.useFakeTimers({ toFake: ['Date'] });
		vi.setSystemTime(began + HOUR_MS - 5_000);
		expect((await client.get('/api/me')).status).toBe(200);
		vi.setSystemTime(began + HOUR_MS + 1);
		expectProblem(await client.get('/api/me'), 'unauthenticated');
	});

	it('its last use is noted', async () => {
		const { id, client } = await mint(admin, ['read']);
		const lastUsed = async () =>
			(await admin.get(TOKENS)).body.tokens.find((one: { id: string }) => one.id === id).lastUsedAt;
		expect(await lastUsed()).toBeNull();
		const began = Date.now();
		await client.get('/api/me');
		expect(Date.parse(await lastUsed())).toBeGreaterThanOrEqual(began);
		vi.useFakeTimers({ toFake: ['Date'] });
		vi.setSystemTime(began + HOUR_MS / 2);
		await client.get('/api/me');
		expect(Date.parse(await lastUsed())).toBe(began + HOUR_MS / 2);
	});
});

describe('[token-bounded] a request has one identity', () => {
	it('with a token and a cookie it is the token’s: no more rights, no fallback', async () => {
		const { token } = await mint(member, ['read']);
		const cookie = await cookieOf(test, 'admin@demo.local');
		const headers = { cookie, origin: ORIGIN, 'content-type': 'application/json', authorization: `Bearer ${token}` };
		const me = await raw(test, 'GET', '/api/me', { headers });
		expect(me.body).toMatchObject({ via: 'token', user: { name: 'Ben Ochoa' } });
		const body = '{"enabled":false}';
		expectProblem(await raw(test, 'PUT', '/api/agent-dispatch?tenant=demo', { headers, body }), 'role_required');
		expectProblem(await raw(test, 'GET', '/api/audit?tenant=demo', { headers }), 'role_required');
	});

	it.each([
		'Bearer karc_pat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
		'Bearer karc_pat_short',
		'Bearer',
		'Bearer ',
		'Basic YWRtaW46YWRtaW4=',
		'token x',
		'',
	])('with the header %j the cookie does not count either', async (authorization) => {
		const cookie = await cookieOf(test, 'admin@demo.local');
		expectProblem(await raw(test, 'GET', '/api/me', { headers: { cookie, authorization } }), 'unauthenticated');
	});
});

describe('an execute by token says so, to readers of the artifact and of the log', () => {
	it('in the footer by token name, in the row as the token’s, by its owner', async () => {
		const { id, token } = await mint(admin, ['propose', 'execute'], { name: 'CI [x](https://e.com) @bob' });
		const client = test.bearer(token);
		const request = await proposed(client, issue('By token'));
		const line = /Approved by Ada Lind \([0-9a-f]{8}\) by token CI xhttpsecom bob via SARC MCP Gateway · ref /;
		const preview = await client.post(PROPOSE, { provider: 'github', tool: 'issue_write', args: issue('By token') });
		expect(preview.body.preview.artifact.body).toMatch(line);

		const [answer, rows] = await withRows(test, tenantId, () => client.post(EXECUTE, request));
		expect(answer.status, answer.text).toBe(200);
		const written = test.sandbox.github.state.issues('acme', 'payments-api').find((one) => one.title === 'By token');
		expect(written?.body).toMatch(line);
		const { user } = (await admin.get('/api/me')).body;
		const commit = expect.stringMatching(/^[0-9a-f]{64}$/);
		expect(rows).toHaveLength(1);
		expect(rows[0]?.actor).toEqual({ kind: 'token', id, by: user.id, role: 'ADMIN', commit });
		expect((await admin.get(`/api/audit?tenant=demo&actor=${id}`)).body.entries).toHaveLength(1);
	});

	it('the argsSha is the same for whoever asks: an approval is of the bytes', async () => {
		const { client } = await mint(member, ['propose']);
		const byToken = await proposed(client, issue('Same sha'));
		const byMember = await proposed(member, issue('Same sha'));
		const byAdmin = await proposed(admin, issue('Same sha'));
		expect(new Set([byToken.argsSha, byMember.argsSha, byAdmin.argsSha]).size).toBe(1);
	});
});
