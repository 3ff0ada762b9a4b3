import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signBootstrapLink } from '#adapters/vault/bootstrap-link';
import { deriveKey } from '#adapters/vault/derive-key';
import { type Client, ORIGIN, PASSWORD, startPortal, type TestPortal } from '#test/support/portal';
import { addPerson, addTenant, cookieOf, demoTenant, raw, withRows } from './fixture.ts';
import { ask, joined, joinWith, NEW_PASSWORD, signedIn } from './people.ts';
import { codeOf, expectProblem } from './problem-shape.ts';

let test: TestPortal;
let admin: Client;
let tenantId: string;
let elsewhere: Client;
beforeAll(async () => {
	test = await startPortal({ env: { PORTAL_TRUSTED_PROXIES: '127.0.0.1' } });
	admin = await test.as('admin');
	tenantId = await demoTenant(test);
	await addPerson(test, 'olga@other.local', 'ADMIN', await addTenant(test, 'other'));
	elsewhere = await test.as('olga@other.local');
});
afterAll(() => test.close());

const unknown = { secret: 'x'.repeat(43), name: 'X', password: NEW_PASSWORD };
const headers = { origin: ORIGIN, 'content-type': 'application/json' };
const post = (more: Record<string, string>, body = JSON.stringify(unknown)) =>
	raw(test, 'POST', '/api/join', { headers: { ...headers, 'x-forwarded-for': '192.0.2.99', ...more }, body });

describe('a link for somebody new', () => {
	it('makes the account with that name and password and the membership; nobody is signed in by it', async () => {
		const asked = await ask(admin, 'nora@demo.local', 'AUDITOR');
		const body = { secret: asked.secret, name: ' Nora New ', password: NEW_PASSWORD };
		const [answer, rows] = await withRows(test, tenantId, () => joinWith(test, body));
		expect([answer.status, answer.body]).toEqual([200, { email: 'nora@demo.local', tenant: 'demo' }]);
		expect(answer.headers.getSetCookie()).toEqual([]);
		const me = (await (await signedIn(test, 'nora@demo.local')).get('/api/me')).body;
		expect(me).toMatchObject({
			...{ user: { name: 'Nora New', email: 'nora@demo.local' }, platformAdmin: false },
			memberships: [{ tenant: 'demo', memberId: asked.id, role: 'AUDITOR' }],
		});
		expect(rows).toMatchObject([
			{
				action: 'member.joined',
				actor: { kind: 'user', id: me.user.id, role: 'AUDITOR', commit: expect.stringMatching(/^[0-9a-f]{64}$/) },
				requestId: answer.headers.get('x-request-id'),
				detail: { new: { userId: me.user.id, invitation: asked.id, role: 'AUDITOR' } },
			},
		]);
		expect(JSON.stringify(rows)).not.toMatch(/nora/i);
	});

	it('neither secret nor password is in any answer, log line or row; the database has their hashes only', async () => {
		const asked = await ask(admin, 'sel@demo.local');
		const body = { secret: asked.secret, name: 'Sel', password: 'a password to look for' };
		const answers = [
			await joinWith(test, { ...body, more: 1 }),
			await joinWith(test, body),
			await joinWith(test, body),
		];
		expect(answers.map(({ status }) => status)).toEqual([400, 200, 404]);
		const again = await ask(admin, 'sel2@demo.local');
		const { query } = test.portal.database;
		const stored = await query(
			'SELECT (SELECT json_agg(i) FROM invitation i) AS i, (SELECT json_agg(a) FROM account a) AS a, (SELECT json_agg(e) FROM audit_entry e) AS e',
		);
		const texts = [...answers.map(({ text }) => text), JSON.stringify(test.log), JSON.stringify(stored)];
		for (const secret of [asked.secret, again.secret, body.password])
			for (const text of texts) expect(text).not.toContain(secret);
		expect(JSON.stringify(stored)).toContain(hash('sha256', again.secret));
	});

	it('[link-once] used, replaced, withdrawn, expired, altered and invented links are answered alike', async () => {
		const used = await ask(admin, 'used@demo.local');
		await joinWith(test, { ...unknown, secret: used.secret });
		const replaced = await ask(admin, 'repl@demo.local');
		await ask(admin, 'repl@demo.local');
		const withdrawn = await ask(admin, 'with@demo.local');
		await admin.delete(`/api/members/${withdrawn.id}?tenant=demo`);
		const expired = await ask(admin, 'late@demo.local');
		await test.portal.database.query('UPDATE invitation SET expires_at = $2 WHERE id = $1', [expired.id, new Date()]);
		const live = await ask(admin, 'live@demo.local');
		const secrets = [used, replaced, withdrawn, expired].map(({ secret }) => secret);
		secrets.push('x', live.secret.slice(0, -1), `${live.secret} `, live.secret.toLowerCase(), `boot_${live.secret}`);
		const answers = await Promise.all(secrets.map((secret) => joinWith(test, { ...unknown, secret })));
		for (const answer of answers) expectProblem(answer, 'not_found');
		expect(new Set(answers.map(({ body }) => body.detail)).size).toBe(1);
		expect((await joinWith(test, { ...unknown, secret: live.secret })).status).toBe(200);
	});

	it.each([
		{ password: 'elevenchars' },
		{ password: 'p'.repeat(129) },
		{ name: ' ' },
		{ name: 'A\u202eB' },
		{ secret: '' },
		{ secret: 's'.repeat(513) },
		{ role: 'ADMIN' },
		{ email: 'x@y.zz' },
	])('malformed, it is not used up: %j', async (more) => {
		const asked = await ask(admin, 'mal@demo.local');
		const body = { secret: asked.secret, name: 'Mal', password: NEW_PASSWORD, ...more };
		expectProblem(await joinWith(test, body, '192.0.2.77'), 'invalid_request');
		expect((await admin.get('/api/members?tenant=demo')).body.invited).toContainEqual(
			expect.objectContaining({ id: asked.id }),
		);
	});
});

describe('[no-borrowed-account] a link for an address whose account another tenant made', () => {
	it('needs that account’s password, and leaves its name and password as they are', async () => {
		await joined(test, elsewhere, 'theo@other.local', 'MEMBER', 'other');
		const asked = await ask(admin, 'theo@other.local', 'ADMIN');
		const wrong = { secret: asked.secret, name: 'Mallory', password: 'a password of one’s own' };
		const [refused, none] = await withRows(test, tenantId, () => joinWith(test, wrong));
		expectProblem(refused, 'unauthenticated');
		expect(none).toEqual([]);
		const right = await joinWith(test, { ...wrong, password: NEW_PASSWORD });
		expect([right.status, right.body]).toEqual([200, { email: 'theo@other.local', tenant: 'demo' }]);
		const theo = await signedIn(test, 'theo@other.local');
		const { user, memberships } = (await theo.get('/api/me')).body;
		expect(user.name).toBe('Joined Person');
		expect(memberships).toMatchObject([
			{ tenant: 'demo', memberId: asked.id, role: 'ADMIN' },
			{ tenant: 'other', role: 'MEMBER' },
		]);
		await expect(signedIn(test, 'theo@other.local', wrong.password)).rejects.toThrow('401');
	});

	it('guesses at the password count as sign-ins do, for the account at that address: no way around their limit', async () => {
		await joined(test, elsewhere, 'gil@other.local', 'MEMBER', 'other');
		const asked = await ask(admin, 'gil@other.local', 'ADMIN');
		const guess = (i: number, from = '198.51.100.7') =>
			joinWith(test, { secret: asked.secret, name: 'G', password: `guess number ${i}` }, from);
		const signIn = (password: string, from: string) =>
			raw(test, 'POST', '/api/auth/sign-in/email', {
				headers: { ...headers, 'x-forwarded-for': from },
				body: JSON.stringify({ email: 'gil@other.local', password }),
			});
		for (let i = 0; i < 5; i++) expect(codeOf(await guess(i))).toBe('unauthenticated');
		for (let i = 0; i < 5; i++) expect((await signIn('wrong wrong wrong', '198.51.100.7')).status).toBe(401);
		const limited = await guess(10);
		expectProblem(limited, 'rate_limited');
		expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(60);
		expect((await signIn(NEW_PASSWORD, '198.51.100.7')).status).toBe(429);
		// Nobody is locked out elsewhere by it.
		expect((await signIn(NEW_PASSWORD, '198.51.100.8')).status).toBe(200);
		const right = { secret: asked.secret, name: 'G', password: NEW_PASSWORD };
		expect((await joinWith(test, right, '198.51.100.8')).status).toBe(200);
	});
});

describe('guessing links', () => {
	it('is limited per address, before a body is read; successes and other addresses do not count', async () => {
		const from = '203.0.113.5';
		for (let i = 0; i < 29; i++) expectProblem(await joinWith(test, unknown, from), 'not_found');
		for (let i = 0; i < 2; i++) {
			const { secret } = await ask(admin, `lim${i}@demo.local`);
			expect((await joinWith(test, { ...unknown, secret }, from)).status).toBe(200);
		}
		expectProblem(await joinWith(test, '{', from), 'invalid_request');
		const limited = await joinWith(test, '{', from);
		expectProblem(limited, 'rate_limited');
		const wait = Number(limited.headers.get('retry-after'));
		expect(wait).toBeGreaterThan(600);
		expectProblem(await joinWith(test, unknown, '203.0.113.6'), 'not_found');
		// One who has 2^64 addresses has one limit.
		for (let i = 0; i < 30; i++) await joinWith(test, unknown, `2001:db8::${i}`);
		expectProblem(await joinWith(test, unknown, '2001:db8::ffff'), 'rate_limited');
		expectProblem(await joinWith(test, unknown, '2001:db8:1::1'), 'not_found');
	});

	it('bodies that are open, or that broke off, shut nobody out: what counts is a body that came and was wrong', async () => {
		const from = '203.0.113.11';
		const held = [...Array(30).keys()].map(() => heldBody());
		const answers = held.map(({ body }) =>
			raw(test, 'POST', '/api/join', { headers: { ...headers, 'x-forwarded-for': from }, body }),
		);
		await Promise.all(held.map(({ awaited }) => awaited));
		expectProblem(await joinWith(test, unknown, from), 'not_found');
		for (const { breakOff } of held) breakOff();
		for (const answer of await Promise.all(answers)) expectProblem(answer, 'invalid_request');
		for (let i = 0; i < 29; i++) expectProblem(await joinWith(test, unknown, from), 'not_found');
		expectProblem(await joinWith(test, unknown, from), 'rate_limited');
	});

	it('while the database is away nothing counts', async () => {
		const { gateway } = test.portal;
		const real = gateway.store.invitationByHash;
		gateway.store.invitationByHash = () => Promise.reject(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }));
		try {
			for (let i = 0; i < 31; i++) expectProblem(await joinWith(test, unknown, '203.0.113.9'), 'database_unavailable');
		} finally {
			gateway.store.invitationByHash = real;
		}
		expectProblem(await joinWith(test, unknown, '203.0.113.9'), 'not_found');
	});
});

describe('[same-origin] the open route with a body keeps the order of the contract', () => {
	it('another site is refused, with a cookie and without', async () => {
		const cookie = await cookieOf(test, 'member@demo.local');
		expectProblem(await post({ origin: 'https://evil.test', 'content-type': 'text/plain' }, '{'), 'origin_mismatch');
		expectProblem(await post({ origin: 'null', cookie }), 'origin_mismatch');
	});
	it('method, content type, size, form', async () => {
		expectProblem(await raw(test, 'GET', '/api/join', {}), 'method_not_allowed');
		expectProblem(await post({ 'content-type': 'text/plain' }, 'x'.repeat(300_000)), 'unsupported_media_type');
		const large = await post({}, `{"secret":"${'x'.repeat(300_000)}"}`);
		expectProblem(large, 'body_too_large');
		expect(large.headers.get('connection')).toBe('close');
		expectProblem(await post({}, '{"secret":"a","secret":"b"}'), 'invalid_request');
		expectProblem(await post({}, ''), 'invalid_request');
	});
	it('a session or token beside it changes nothing', async () => {
		const { secret } = await ask(admin, 'beside@demo.local');
		const cookie = await cookieOf(test, 'auditor@demo.local');
		const answer = await post({ cookie, authorization: 'Bearer nonsense' }, JSON.stringify({ ...unknown, secret }));
		expect(answer.body).toEqual({ email: 'beside@demo.local', tenant: 'demo' });
	});
});

describe('the bootstrap link', () => {
	const link = (email: string, now = new Date()) =>
		signBootstrapLink(email, deriveKey(test.portal.rootKey, 'bootstrap', 1), now).secret;
	const use = (secret: string, password = NEW_PASSWORD) =>
		joinWith(test, { secret, name: 'First Person', password }, '192.0.2.50');

	it('while there is a platform admin it is as dead as any', async () => {
		expectProblem(await use(link('boss@example.test')), 'not_found');
	});

	it('makes the first platform admin, once; somebody who has an account gives its password', async () => {
		const { query } = test.portal.database;
		const before = await query<{ user_id: string }>('DELETE FROM platform_admin RETURNING user_id');
		try {
			expectProblem(await use(link('boss@example.test', new Date(Date.now() - 3_600_001))), 'not_found');
			expectProblem(await use(`${link('boss@example.test')}x`), 'not_found');
			expectProblem(await use(link('member@demo.local'), 'not the right one'), 'unauthenticated');
			const answers = await Promise.all([use(link('boss@example.test')), use(link('boss@example.test'))]);
			expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
			expect(answers.find(({ status }) => status === 200)?.body).toEqual({ email: 'boss@example.test', tenant: null });
			const boss = await signedIn(test, 'boss@example.test');
			expect((await boss.get('/api/me')).body).toMatchObject({ platformAdmin: true, memberships: [] });
			expectProblem(await use(link('member@demo.local'), PASSWORD), 'not_found');

			await query('DELETE FROM platform_admin');
			expect((await use(link('Member@demo.local'), PASSWORD)).status).toBe(200);
		} finally {
			await query('DELETE FROM platform_admin');
			for (const { user_id } of before) await query('INSERT INTO platform_admin (user_id) VALUES ($1)', [user_id]);
			test.portal.identity.forgetSessions();
		}
	});
});

/** A body of which a part has come and the portal is waiting for the rest. */
function heldBody() {
	const { promise: awaited, resolve: asked } = Promise.withResolvers<void>();
	const { promise: left, reject: leave } = Promise.withResolvers<void>();
	let begun = false;
	const body = new ReadableStream<Uint8Array>(
		{
			pull(controller) {
				if (begun) {
					asked();
					return left;
				}
				begun = true;
				controller.enqueue(new TextEncoder().encode('{'));
			},
		},
		{ highWaterMark: 0 },
	);
	return { body, awaited, breakOff: () => leave(new Error('gone')) };
}

it('many uses of one link at once make one account', async () => {
	const { secret } = await ask(admin, 'many@demo.local');
	const answers = await Promise.all(
		[...Array(5).keys()].map((i) => joinWith(test, { ...unknown, secret, name: `Name ${i}` }, `192.0.2.${60 + i}`)),
	);
	const codes = answers.map(codeOf).sort();
	expect(codes.filter((code) => code === 'ok')).toHaveLength(1);
	expect(new Set(codes)).toEqual(new Set(['ok', 'not_found']));
});
