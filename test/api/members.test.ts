import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, issue, proposed, startPortal, type TestPortal } from '#test/support/portal';
import { addPerson, addTenant, demoTenant, withRows } from './fixture.ts';
import { ask, joined, joinWith, MEMBERS, NEW_PASSWORD, namesIn } from './people.ts';
import { codeOf, expectProblem } from './problem-shape.ts';

let test: TestPortal;
let admin: Client;
let tenantId: string;
/** ADMIN of another tenant, and nobody here. */
let elsewhere: Client;
let otherId: string;
beforeAll(async () => {
	test = await startPortal({ env: { PORTAL_TRUSTED_PROXIES: '127.0.0.1' } });
	admin = await test.as('admin');
	tenantId = await demoTenant(test);
	otherId = await addTenant(test, 'other');
	await addPerson(test, 'olga@other.local', 'ADMIN', otherId);
	elsewhere = await test.as('olga@other.local');
});
afterAll(() => test.close());

const at = (id: string, tenant = 'demo') => `/api/members/${id}?tenant=${tenant}`;
const change = (client: Client, id: string, role: string) => client.send('PATCH', at(id), { role });

describe('adding a person', () => {
	it('who is unknown: a link, and a place in the list; the row names them by id only', async () => {
		const wanted = { email: 'Nora.New@Demo.Local', name: 'Nora New', role: 'AUDITOR' };
		const began = Date.now();
		const [made, rows] = await withRows(test, tenantId, () => admin.post(MEMBERS, wanted));
		expect([made.status, Object.keys(made.body).sort()]).toEqual([201, ['expiresAt', 'id', 'link']]);
		expect(made.body.link).toMatch(/^http:\/\/localhost:3000\/join#[A-Za-z0-9_-]{43}$/);
		const days = (Date.parse(made.body.expiresAt) - began) / 86_400_000;
		expect(Math.round(days * 100) / 100).toBe(7);
		const { invited, members } = (await admin.get(MEMBERS)).body;
		expect(invited).toEqual([
			{
				...{ id: made.body.id, email: 'nora.new@demo.local', name: 'Nora New', role: 'AUDITOR' },
				...{ since: expect.stringMatching(/Z$/), expiresAt: made.body.expiresAt },
			},
		]);
		expect(members).toHaveLength(3);
		expect(rows).toMatchObject([
			{
				action: 'member.invited',
				actor: { kind: 'user', role: 'ADMIN' },
				requestId: made.headers.get('x-request-id'),
				detail: { old: null, new: { invitation: made.body.id, role: 'AUDITOR', expiresAt: made.body.expiresAt } },
			},
		]);
		expect(JSON.stringify(rows)).not.toMatch(/nora|demo\.local/i);
		expect((await admin.delete(at(made.body.id))).status).toBe(200);
	});

	it('who has an account that the platform made: at once, under the name they have', async () => {
		await addPerson(test, 'plato@other.local', 'MEMBER', otherId);
		const wanted = { email: 'PLATO@other.local', name: 'Another Name', role: 'MEMBER' };
		const [made, rows] = await withRows(test, tenantId, () => admin.post(MEMBERS, wanted));
		expect([made.status, Object.keys(made.body)]).toEqual([201, ['id']]);
		const { members } = (await admin.get(MEMBERS)).body;
		const plato = members.find((one: { email: string }) => one.email === 'plato@other.local');
		expect(plato).toMatchObject({ id: made.body.id, name: 'Person MEMBER', role: 'MEMBER' });
		const detail = { old: null, new: { userId: plato.userId, role: 'MEMBER' } };
		expect(rows).toMatchObject([{ action: 'access.member.set', detail }]);
		expectProblem(await admin.post(MEMBERS, wanted), 'already_member');
	});

	it('[no-borrowed-account] whose account another tenant made: the very answer of an unknown address', async () => {
		await joined(test, elsewhere, 'theirs@other.local', 'MEMBER', 'other');
		const answers = await Promise.all(
			['theirs@other.local', 'nobody@other.local'].map((email) =>
				admin.post(MEMBERS, { email, name: 'X', role: 'ADMIN' }),
			),
		);
		expect(answers.map(({ status, body }) => [status, Object.keys(body)])).toEqual(
			Array(2).fill([201, ['id', 'link', 'expiresAt']]),
		);
		expect((await namesIn(admin)).members).not.toContain('theirs@other.local');
		const { invited } = (await admin.get(MEMBERS)).body;
		// Not the name that they have there.
		expect(invited.map((one: { name: string }) => one.name)).toEqual(['X', 'X']);
		for (const { id } of invited) expect((await admin.delete(at(id))).status).toBe(200);
	});

	it('[no-borrowed-account] whose account a link of this very tenant made: a link again, and its password', async () => {
		const { id } = await joined(test, admin, 'cfo@demo.local');
		expect((await admin.delete(at(id))).status).toBe(200);
		// Whoever handed out the first link may have used it: to add the address must not make them ADMIN.
		const { secret } = await ask(admin, 'cfo@demo.local', 'ADMIN');
		expect((await namesIn(admin)).members).not.toContain('cfo@demo.local');
		const wrong = await joinWith(test, { secret, name: 'Real CFO', password: 'a password of one’s own' });
		expectProblem(wrong, 'unauthenticated');
		expect((await joinWith(test, { secret, name: 'Real CFO', password: NEW_PASSWORD })).status).toBe(200);
	});

	it.each([
		{ email: 'no address' },
		{ email: `${'a'.repeat(250)}@x.io` },
		{ email: 'a\u0000@x.io' },
		{ name: '' },
		{ name: '   ' },
		{ name: 'n'.repeat(101) },
		{ name: 'Ada\nLind' },
		{ name: 'Ada\u202eLind' },
		{ name: 'Ada\u200bLind' },
		{ name: 'Ada\u2028Lind' },
		{ name: 'Ada\u3164Lind' },
		{ name: 'Ada\ufe0fLind' },
		{ name: '\u2800' },
		{ name: '***' },
		{ role: 'OWNER' },
		{ role: undefined },
		{ platformAdmin: true },
	])('malformed: %j', async (more) => {
		const wanted = { email: 'x@demo.local', name: 'X', role: 'MEMBER', ...more };
		expectProblem(await admin.post(MEMBERS, wanted), 'invalid_request');
	});

	it('names are kept as they are, whatever the script, in one form', async () => {
		const names = ['Zoë Ångström', 'Ζωή', '王小明', "O'Brien-Ünal, Dr. (2)", 'Zoe\u0308'];
		for (const [i, name] of names.entries()) {
			const { body } = await admin.post(MEMBERS, { email: `n${i}@demo.local`, name, role: 'MEMBER' });
			const { invited } = (await admin.get(MEMBERS)).body;
			expect(invited.find((one: { id: string }) => one.id === body.id).name).toBe(name.normalize('NFC'));
			await admin.delete(at(body.id));
		}
	});
});

describe('changing and removing', () => {
	it('a demotion holds at the next request, also for what was approved before it', async () => {
		const { id, client } = await joined(test, admin, 'dora@demo.local', 'ADMIN');
		const approved = await proposed(client, issue('By Dora'));
		const [changed, rows] = await withRows(test, tenantId, () => change(admin, id, 'MEMBER'));
		expect([changed.status, changed.body]).toEqual([200, {}]);
		expect(rows).toMatchObject([
			{ action: 'access.member.set', detail: { old: { role: 'ADMIN' }, new: { role: 'MEMBER' } } },
		]);
		expect(codeOf(await client.post('/api/mcp/execute?tenant=demo', approved))).toBe('role_required');
		expect(codeOf(await client.post(MEMBERS, { email: 'y@demo.local', name: 'Y', role: 'ADMIN' }))).toBe(
			'role_required',
		);
		expect(codeOf(await client.get(MEMBERS))).toBe('role_required');
		expect(codeOf(await client.post('/api/mcp/propose?tenant=demo', { ...approved, argsSha: undefined }))).toBe('ok');
		expect((await change(admin, id, 'AUDITOR')).status).toBe(200);
		expect(codeOf(await client.get(MEMBERS))).toBe('ok');
		// Through this process, also a propose sees it at once.
		expect(codeOf(await client.post('/api/mcp/propose?tenant=demo', { ...approved, argsSha: undefined }))).toBe(
			'role_required',
		);
		const [same, none] = await withRows(test, tenantId, () => change(admin, id, 'AUDITOR'));
		expect([same.status, none]).toEqual([200, []]);
	});

	it('[removal-ends-tokens] a removed member is a stranger at once, their tokens too, and these stay dead', async () => {
		const { id, client } = await joined(test, admin, 'remy@demo.local', 'ADMIN');
		const minted = { name: 'ci', scopes: ['read', 'propose', 'execute'], expiresInHours: 1 };
		const token = test.bearer((await client.post('/api/tokens?tenant=demo', minted)).body.token);
		expect(codeOf(await token.get('/api/flags?tenant=demo'))).toBe('ok');
		const [gone, rows] = await withRows(test, tenantId, () => admin.delete(at(id)));
		expect([gone.status, gone.body]).toEqual([200, {}]);
		expect(rows).toMatchObject([
			{ action: 'access.member.removed', detail: { old: { role: 'ADMIN' }, new: null, tokens: 1 } },
		]);
		expect(codeOf(await client.get('/api/flags?tenant=demo'))).toBe('tenant_not_found');
		expect((await client.get('/api/me')).body.memberships).toEqual([]);
		expect(codeOf(await token.get('/api/flags?tenant=demo'))).toBe('unauthenticated');
		expectProblem(await admin.delete(at(id)), 'not_found');
		const again = await ask(admin, 'remy@demo.local', 'ADMIN');
		const back = await joinWith(test, { secret: again.secret, name: 'R', password: NEW_PASSWORD });
		expect(back.status, back.text).toBe(200);
		expect(codeOf(await client.get('/api/flags?tenant=demo'))).toBe('ok');
		expect(codeOf(await token.get('/api/flags?tenant=demo'))).toBe('unauthenticated');
		// They may also go by themselves.
		expect((await client.delete(at(again.id))).status).toBe(200);
		expect(codeOf(await client.get('/api/flags?tenant=demo'))).toBe('tenant_not_found');
	});

	it('[last-admin] the last ADMIN can neither go nor be demoted, and no row says so', async () => {
		const { members } = (await elsewhere.get('/api/members?tenant=other')).body;
		const own = members.find((one: { role: string }) => one.role === 'ADMIN').id;
		const [, rows] = await withRows(test, otherId, async () => {
			expectProblem(await elsewhere.delete(at(own, 'other')), 'last_admin');
			expectProblem(await elsewhere.send('PATCH', at(own, 'other'), { role: 'MEMBER' }), 'last_admin');
		});
		expect(rows).toEqual([]);
		expect((await elsewhere.send('PATCH', at(own, 'other'), { role: 'ADMIN' })).status).toBe(200);
	});

	it('an invitation’s role is the one that joining gives; withdrawn, its link is dead', async () => {
		const asked = await ask(admin, 'iva@demo.local');
		const [, rows] = await withRows(test, tenantId, async () => {
			expect((await change(admin, asked.id, 'AUDITOR')).status).toBe(200);
			const body = { secret: asked.secret, name: 'Iva', password: NEW_PASSWORD };
			expect((await joinWith(test, body)).status).toBe(200);
		});
		expect(rows).toMatchObject([
			{ action: 'invitation.set', detail: { old: { role: 'MEMBER' }, new: { role: 'AUDITOR' } } },
			{ action: 'member.joined', actor: { kind: 'user', role: 'AUDITOR' } },
		]);
		const withdrawn = await ask(admin, 'walt@demo.local');
		const [, more] = await withRows(test, tenantId, () => admin.delete(at(withdrawn.id)));
		expect(more).toMatchObject([
			{ action: 'invitation.withdrawn', detail: { old: { invitation: withdrawn.id }, new: null } },
		]);
		const body = { secret: withdrawn.secret, name: 'Walt', password: NEW_PASSWORD };
		expectProblem(await joinWith(test, body), 'not_found');
		expect(await namesIn(admin)).toMatchObject({ invited: expect.not.arrayContaining(['walt@demo.local']) });
	});

	it.each(['removed', 'demoted'])(
		'[link-once] who is %s does not come back by a link that they made as ADMIN',
		async (how) => {
			const mal = await joined(test, admin, `mal-${how}@demo.local`, 'ADMIN');
			const own = await ask(mal.client, `alias-${how}@demo.local`, 'ADMIN');
			const others = await ask(admin, `fine-${how}@demo.local`);
			const [ended, rows] = await withRows(test, tenantId, () =>
				how === 'removed' ? admin.delete(at(mal.id)) : change(admin, mal.id, 'MEMBER'),
			);
			expect(ended.status).toBe(200);
			const requestId = ended.headers.get('x-request-id');
			expect(rows).toMatchObject([
				{ action: how === 'removed' ? 'access.member.removed' : 'access.member.set', requestId },
				{
					...{ action: 'invitation.withdrawn', requestId, actor: { role: 'ADMIN' } },
					detail: { old: { invitation: own.id, role: 'ADMIN' }, new: null },
				},
			]);
			const body = { name: 'Back', password: NEW_PASSWORD };
			expectProblem(await joinWith(test, { ...body, secret: own.secret }), 'not_found');
			expect((await joinWith(test, { ...body, secret: others.secret })).status).toBe(200);
		},
	);

	it('[tenant-isolation] another tenant’s ids, and what is no id, name nobody here', async () => {
		const asked = await ask(elsewhere, 'ida@other.local', 'MEMBER', 'other');
		const { members } = (await elsewhere.get('/api/members?tenant=other')).body;
		const [, rows] = await withRows(test, otherId, async () => {
			for (const id of [asked.id, members[0].id, members[0].userId, 'x', '..%2fx', '0']) {
				expect((await admin.delete(at(id))).status).toBe(404);
				expect((await change(admin, id, 'AUDITOR')).status).toBe(404);
			}
			expectProblem(await admin.get('/api/members?tenant=other'), 'tenant_not_found');
		});
		expect(rows).toEqual([]);
		expect((await namesIn(elsewhere, 'other')).invited).toContain('ida@other.local');
		expect((await admin.get(MEMBERS)).text).not.toMatch(/ida@|olga@/);
	});

	it.each([{ role: 'OWNER' }, {}, { role: 'MEMBER', name: 'x' }, null])('malformed change: %j', async (body) => {
		expectProblem(await admin.send('PATCH', at(tenantId), body), 'invalid_request');
	});
});
