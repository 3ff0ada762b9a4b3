import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Client, startPortal, type TestPortal } from '#test/support/portal';
import { withRows } from './fixture.ts';
import { joined, joinWith, NEW_PASSWORD, secretOf, signedIn } from './people.ts';
import { expectProblem } from './problem-shape.ts';

let test: TestPortal;
let admin: Client;
beforeAll(async () => {
	test = await startPortal({ env: { PORTAL_TRUSTED_PROXIES: '127.0.0.1' } });
	admin = await test.as('admin');
});
afterAll(() => test.close());

const open = (slug: string, adminEmail: string, client = admin) =>
	client.post('/api/tenants', { slug, name: 'Acme Payments', adminEmail });
const idOf = async (slug: string) => (await test.portal.store.tenantBySlug(slug))?.id ?? '';

describe('POST /api/tenants', () => {
	it('makes a tenant and a link for its first ADMIN, who can do there what an ADMIN can', async () => {
		const [made, rows] = await withRows(test, 'platform', () => open('acme', 'First@Acme.test'));
		expect([made.status, Object.keys(made.body).sort()]).toEqual([201, ['expiresAt', 'id', 'link', 'slug']]);
		const id = await idOf('acme');
		expect(rows).toMatchObject([
			{
				...{ action: 'tenant.created', ok: true, detail: { old: null, new: { id, slug: 'acme' } } },
				...{ actor: { kind: 'user', role: 'PLATFORM' }, requestId: made.headers.get('x-request-id') },
			},
		]);
		const [joining, own] = await withRows(test, id, () =>
			joinWith(test, { secret: secretOf(made), name: 'First Admin', password: NEW_PASSWORD }),
		);
		expect(joining.body).toEqual({ email: 'first@acme.test', tenant: 'acme' });
		expect(own.map(({ action }) => action)).toEqual(['member.joined']);
		const first = await signedIn(test, 'first@acme.test');
		expect((await first.get('/api/members?tenant=acme')).body.members).toMatchObject([
			{ id: made.body.id, email: 'first@acme.test', name: 'First Admin', role: 'ADMIN' },
		]);
		// Nothing is on that could write before somebody there says so.
		const { flags, agentDispatch } = (await first.get('/api/flags?tenant=acme')).body;
		expect(agentDispatch.enabled).toBe(false);
		expect(flags.map((one: { flag: string; tenant: boolean }) => [one.flag, one.tenant])).toEqual([
			['mcp.gateway', true],
			['mcp.execute-tokens', false],
		]);
		const head = await test.portal.store.page({ log: id, limit: 100, order: 'asc' });
		expect(JSON.stringify(head.entries)).not.toMatch(/acme\.test|First Admin/i);
		const verdict = await first.post('/api/audit/verify-chain?tenant=acme');
		expect(verdict.body).toMatchObject({ ok: true, size: 2 });
	});

	it('[tenant-isolation] whoever makes it is nobody there, and does not read its log', async () => {
		expectProblem(await admin.get('/api/members?tenant=acme'), 'tenant_not_found');
		expectProblem(await admin.get('/api/audit?tenant=acme'), 'tenant_not_found');
	});

	it('an account of the platform’s is ADMIN at once', async () => {
		const made = await open('ben', 'member@demo.local');
		expect([made.status, Object.keys(made.body)]).toEqual([201, ['id', 'slug']]);
		const rows = (await test.portal.store.page({ log: await idOf('ben'), limit: 9, order: 'asc' })).entries;
		expect(rows.map(({ entry }) => JSON.parse(entry))).toMatchObject([
			{ action: 'access.member.set', actor: { role: 'PLATFORM' }, detail: { new: { role: 'ADMIN' } } },
		]);
		expect((await (await test.as('member')).get('/api/members?tenant=ben')).status).toBe(200);
	});

	it('[no-borrowed-account] an account that a tenant’s ADMIN has made is not: its password has to come with the link', async () => {
		await joined(test, admin, 'planted@demo.local');
		const made = await open('planted', 'planted@demo.local');
		const secret = secretOf(made);
		const wrong = await joinWith(test, { secret, name: 'P', password: 'not the right one' });
		expectProblem(wrong, 'unauthenticated');
		expect((await joinWith(test, { secret, name: 'P', password: NEW_PASSWORD })).status).toBe(200);
	});

	it('a slug that is taken makes nothing', async () => {
		const [answer, rows] = await withRows(test, 'platform', () => open('demo', 'x@acme.test'));
		expectProblem(answer, 'slug_taken');
		expect(rows).toEqual([]);
		await open('twice', 'one@acme.test');
		expectProblem(await open('twice', 'one@acme.test'), 'slug_taken');
	});

	it('but one whose only link ran out can be opened again', async () => {
		const first = await open('late', 'late@acme.test');
		const id = await idOf('late');
		vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(first.body.expiresAt) });
		try {
			const platformAdmin = await freshAdmin();
			const again = await open('late', 'later@acme.test', platformAdmin);
			expect(again.status, again.text).toBe(201);
			expect(await idOf('late')).toBe(id);
			expectProblem(await joinWith(test, { secret: secretOf(first), name: 'L', password: NEW_PASSWORD }), 'not_found');
			const joining = await joinWith(test, { secret: secretOf(again), name: 'L', password: NEW_PASSWORD });
			expect(joining.body).toEqual({ email: 'later@acme.test', tenant: 'late' });
		} finally {
			vi.useRealTimers();
		}
	});

	it.each([
		{ slug: 'Acme' },
		{ slug: '-acme' },
		{ slug: 'acme-' },
		{ slug: '' },
		{ slug: 'a'.repeat(41) },
		{ slug: 'a/b' },
		{ name: '' },
		{ name: 'A\u202eB' },
		{ adminEmail: 'nobody' },
		{ role: 'ADMIN' },
	])('malformed: %j', async (more) => {
		const wanted = { slug: 'fine', name: 'Fine', adminEmail: 'fine@acme.test', ...more };
		expectProblem(await admin.post('/api/tenants', wanted), 'invalid_request');
	});
});

/** Signed in now: earlier sessions have ended by the clock that a test has set. */
function freshAdmin(): Promise<Client> {
	return signedIn(test, 'admin@demo.local', 'sandbox-demo');
}
