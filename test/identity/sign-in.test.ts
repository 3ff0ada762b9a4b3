import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { testDatabases } from '#test/support/database';
import { passTime } from '#test/support/pass-time';
import { cookieOf, portalOver } from './portal.ts';

describe.each(testDatabases())('over $name', ({ open }) => {
	const ada = { email: 'Ada@Example.com', name: 'Ada Lind', password: 'correct horse' };
	let database: Awaited<ReturnType<typeof open>>;
	let userId = '';
	let portal: ReturnType<typeof portalOver>;
	beforeAll(async () => {
		database = await open();
		const made = await portalOver(database).identity.accounts.createUser(ada);
		userId = made.ok ? made.value.id : '';
	});
	beforeEach(async () => {
		// What a test's wrong passwords count would count against the next.
		await database.query('DELETE FROM limit_count');
		portal = portalOver(database);
	});

	async function signedIn(): Promise<string> {
		const answer = await portal.signIn(ada.email, ada.password);
		expect(answer.status).toBe(200);
		return cookieOf(answer);
	}

	describe('sign-in', () => {
		it('with the right password gives a session that names the person, whatever the case of the e-mail', async () => {
			for (const email of ['ada@example.com', 'ADA@EXAMPLE.COM']) {
				const answer = await portal.signIn(email, ada.password);
				expect(answer.status).toBe(200);
				expect(await portal.whoIs({ cookie: cookieOf(answer) })).toEqual({
					kind: 'user',
					person: { id: userId, name: 'Ada Lind', email: 'ada@example.com' },
					platformAdmin: false,
					sessionId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
				});
			}
		});

		it('answers a wrong password and an unknown account alike, and gives no cookie', async () => {
			const wrong = await portal.signIn('ada@example.com', 'wrong horse');
			const unknown = await portal.signIn('nobody@example.com', 'wrong horse');
			expect([wrong.status, unknown.status]).toEqual([401, 401]);
			expect(await wrong.text()).toBe(await unknown.text());
			expect([...wrong.headers.keys()]).toEqual([...unknown.headers.keys()]);
			expect(wrong.headers.getSetCookie()).toEqual([]);
		});

		it('hashes for an unknown account too, so that the time tells nothing', async () => {
			const time = async (email: string) => {
				const began = performance.now();
				await portal.signIn(email, 'wrong horse');
				return performance.now() - began;
			};
			await time('ada@example.com');
			const known = Math.min(await time('ada@example.com'), await time('ada@example.com'));
			const unknown = Math.min(await time('n1@example.com'), await time('n2@example.com'));
			// A scrypt takes tens of milliseconds, a query one or two: without the hash this would be far below a quarter.
			expect(unknown).toBeGreaterThan(known / 4);
		});

		it('sets one HttpOnly, SameSite=Lax cookie for 12 hours; Secure and __Secure- on https', async () => {
			const cookies = (await portal.signIn(ada.email, ada.password)).headers.getSetCookie();
			expect(cookies).toHaveLength(1);
			expect(cookies[0]).toMatch(/^better-auth\.session_token=[^;]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/);

			const secure = portalOver(database, { baseUrl: 'https://portal.example.com' });
			const answer = await secure.signIn(ada.email, ada.password);
			expect(answer.headers.getSetCookie()[0]).toMatch(/^__Secure-better-auth\.session_token=.*; Secure(;|$)/);
			expect(await secure.whoIs({ cookie: cookieOf(answer) })).toMatchObject({ kind: 'user' });
			// The plain name is anybody's to set over http: it does not count.
			expect(await secure.whoIs({ cookie: cookieOf(answer).replace('__Secure-', '') })).toBeNull();
		});

		it('keeps neither address nor browser of the person', async () => {
			await signedIn();
			const rows = await database.query('SELECT ip_address, user_agent FROM session WHERE user_id = $1', [userId]);
			expect(rows.length).toBeGreaterThan(0);
			for (const row of rows) expect([row.ip_address, row.user_agent]).toEqual(['', '']);
		});

		it.each<[string, unknown]>([
			['no JSON', 'email=a&password=b'],
			['nothing', ''],
			['no password', { email: 'ada@example.com' }],
			['a list', []],
			['types that are none', { email: ['ada@example.com'], password: { $ne: '' } }],
			['more than anybody types', { email: 'ada@example.com', password: 'x'.repeat(1025) }],
			['a body without end', 'x'.repeat(200_000)],
		])('answers 400 to %s', async (_what, body) => {
			const request = portal.request('POST', '/api/auth/sign-in/email', { body });
			const answer = await portal.identity.handler(request, '203.0.113.1');
			expect(answer.status).toBe(400);
			expect(await answer.json()).toMatchObject({
				code: 'invalid_request',
				type: 'http://localhost:3000/errors/invalid_request',
			});
		});

		it('takes no redirect and no “remember me” from the body', async () => {
			const body = { ...ada, callbackURL: 'https://evil.example', rememberMe: false };
			const answer = await portal.identity.handler(
				portal.request('POST', '/api/auth/sign-in/email', { body }),
				'203.0.113.1',
			);
			expect(answer.status).toBe(200);
			expect(answer.headers.get('location')).toBeNull();
			expect(answer.headers.getSetCookie()).toHaveLength(1);
		});

		it('from another origin is refused', async () => {
			const request = portal.request('POST', '/api/auth/sign-in/email', {
				body: ada,
				headers: { origin: 'https://evil.example' },
			});
			expect((await portal.identity.handler(request, '203.0.113.1')).status).toBe(403);
		});

		it('from the other name of the same portal is accepted', async () => {
			const request = portal.request('POST', '/api/auth/sign-in/email', {
				body: ada,
				headers: { origin: 'http://127.0.0.1:3000' },
			});
			expect((await portal.identity.handler(request, '203.0.113.1')).status).toBe(200);
		});

		it('never logs the password, the e-mail or the cookie', async () => {
			const cookie = await signedIn();
			await portal.signIn(ada.email, 'wrong horse');
			const text = portal.lines.join('');
			expect(text).toContain('sign-in failed');
			for (const secret of ['horse', 'example.com', cookie.slice(30, 50)]) expect(text).not.toContain(secret);
		});

		it('throws when the database does not answer, and that counts for no failure', async () => {
			const broken = portalOver({ ...database, db: brokenDrizzle(database.db) });
			const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
			for (let i = 0; i < 11; i++) await expect(broken.signIn(ada.email, ada.password)).rejects.toThrow();
			expect(printed).not.toHaveBeenCalled();
			printed.mockRestore();
		});
	});

	describe('the limit on sign-ins', () => {
		beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'], now: Date.now() }));
		afterEach(() => void vi.useRealTimers());
		const pass = async (seconds: number) => {
			vi.advanceTimersByTime(seconds * 1_000);
			await passTime(database.query, seconds * 1_000);
		};

		it('[limits-shared] answers 429 with the true wait after ten failures, and signs in again after it', async () => {
			for (let i = 0; i < 10; i++) expect((await portal.signIn('ada@example.com', 'wrong horse')).status).toBe(401);
			await pass(300);
			const refused = await portal.signIn('Ada@example.com', ada.password);
			expect(refused.status).toBe(429);
			const wait = Number(refused.headers.get('retry-after'));
			// Some of it has gone by with the failures themselves.
			expect(wait).toBeGreaterThan(480);
			expect(wait).toBeLessThanOrEqual(600);
			expect(refused.headers.get('content-type')).toBe('application/problem+json');
			expect(await refused.json()).toMatchObject({ code: 'rate_limited', status: 429 });
			expect((await portal.signIn('ada@example.com', ada.password, '203.0.113.2')).status).toBe(200);
			await pass(wait);
			expect((await portal.signIn('ada@example.com', ada.password)).status).toBe(200);
		}, 60_000);

		it('is not fed by sign-ins that succeed', async () => {
			for (let i = 0; i < 12; i++) expect((await portal.signIn('ada@example.com', ada.password)).status).toBe(200);
		}, 60_000);
	});

	describe('a session', () => {
		it('is nobody’s without its signature, with another secret, or made up', async () => {
			const cookie = await signedIn();
			const [name = '', value = ''] = cookie.split('=', 2);
			const token = decodeURIComponent(value).split('.')[0] ?? '';
			expect(await portal.whoIs({})).toBeNull();
			expect(await portal.whoIs({ cookie: `${name}=${token}` })).toBeNull();
			expect(await portal.whoIs({ cookie: `${name}=${token}.${'A'.repeat(43)}%3D` })).toBeNull();
			expect(await portal.whoIs({ cookie: `${name}=` })).toBeNull();
			expect(await portal.whoIs({ cookie: `other=${value}` })).toBeNull();
			const other = portalOver(database, { sessionSecret: new Uint8Array(32) });
			expect(await other.whoIs({ cookie })).toBeNull();
			expect(await portal.whoIs({ cookie: `a=b; ${cookie}; c=d` })).toMatchObject({ kind: 'user' });
		});

		it('ends after 12 hours, on the second, also when it was just looked up', async () => {
			const cookie = await signedIn();
			const token = decodeURIComponent(cookie.split('=', 2)[1] ?? '').split('.')[0];
			const [row] = await database.query<{ expires_at: Date }>('SELECT expires_at FROM session WHERE token = $1', [
				token,
			]);
			const left = (row?.expires_at.getTime() ?? 0) - portal.clock.now().getTime();
			expect(left).toBeGreaterThan(43_000_000);
			portal.turnClock(left - 500);
			expect(await portal.whoIs({ cookie })).not.toBeNull();
			portal.turnClock(499);
			expect(await portal.whoIs({ cookie })).not.toBeNull();
			portal.turnClock(1);
			expect(await portal.whoIs({ cookie })).toBeNull();
		});

		it('is read from the database at most once a second', async () => {
			const counted = { ...database, query: vi.fn(database.query) as unknown as typeof database.query };
			portal = portalOver(counted);
			const cookie = await signedIn();
			const before = vi.mocked(counted.query).mock.calls.length;
			for (let i = 0; i < 5; i++) await portal.whoIs({ cookie });
			expect(vi.mocked(counted.query).mock.calls.length - before).toBe(1);
			portal.turnClock(1000);
			await portal.whoIs({ cookie });
			expect(vi.mocked(counted.query).mock.calls.length - before).toBe(2);
		});

		it('that another process has ended is over within a second', async () => {
			const cookie = await signedIn();
			expect(await portal.whoIs({ cookie })).not.toBeNull();
			expect((await portalOver(database).signOut(cookie)).status).toBe(200);
			portal.turnClock(1000);
			expect(await portal.whoIs({ cookie })).toBeNull();
		});

		it('knows a platform admin', async () => {
			const cookie = await signedIn();
			await portal.store.setPlatformAdmin(userId, { actor: { kind: 'system' } });
			portal.identity.forgetSessions();
			expect(await portal.whoIs({ cookie })).toMatchObject({ platformAdmin: true });
		});
	});

	describe('sign-out', () => {
		it('ends the session at once, for every spelling of its cookie, and clears it in the browser', async () => {
			const cookie = await signedIn();
			const spelled = cookie.replace('%3D', '=');
			expect(await portal.whoIs({ cookie })).not.toBeNull();
			expect(await portal.whoIs({ cookie: spelled })).not.toBeNull();
			const answer = await portal.signOut(cookie);
			expect(answer.status).toBe(200);
			expect(answer.headers.getSetCookie()[0]).toMatch(/^better-auth\.session_token=; Max-Age=0/);
			expect(await portal.whoIs({ cookie })).toBeNull();
			expect(await portal.whoIs({ cookie: spelled })).toBeNull();
		});

		it('leaves the person’s other sessions alone', async () => {
			const [one, two] = [await signedIn(), await signedIn()];
			await portal.signOut(one);
			expect(await portal.whoIs({ cookie: two })).not.toBeNull();
		});

		it('is not outlived by a lookup that began before it', async () => {
			const cookie = await signedIn();
			const [reached, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
			const slow = portalOver({
				...database,
				query: async (...args) => {
					const rows = await database.query<never>(...args);
					if (args[2] === 'identity_session') {
						reached.resolve();
						await release.promise;
					}
					return rows;
				},
			});
			const early = slow.whoIs({ cookie });
			await reached.promise;
			await slow.signOut(cookie);
			release.resolve();
			await early;
			expect(await slow.whoIs({ cookie })).toBeNull();
		});

		it('from another origin ends nothing', async () => {
			const cookie = await signedIn();
			expect((await portal.signOut(cookie, { origin: 'https://evil.example' })).status).toBe(403);
			expect(await portal.whoIs({ cookie })).not.toBeNull();
		});

		it('does not claim to have ended a session when the database did not', async () => {
			const cookie = await signedIn();
			const broken = portalOver({
				...database,
				db: brokenDrizzle(database.db),
				query: (...args) =>
					args[0].startsWith('DELETE') ? Promise.reject(new Error('down')) : database.query(...args),
			});
			await expect(broken.signOut(cookie)).rejects.toThrow('down');
		});

		it('without a session is no error', async () => {
			expect((await portal.signOut('a=b')).status).toBe(200);
		});
	});

	describe('a changed password', () => {
		it('ends every session at once, and is the only one that signs in', async () => {
			const ben = await portal.identity.accounts.createUser({
				email: 'ben@example.com',
				name: 'Ben',
				password: 'first pass',
			});
			const cookie = cookieOf(await portal.signIn('ben@example.com', 'first pass'));
			expect(await portal.whoIs({ cookie })).not.toBeNull();
			await portal.identity.accounts.setPassword(ben.ok ? ben.value.id : '', 'second pass');
			expect(await portal.whoIs({ cookie })).toBeNull();
			expect((await portal.signIn('ben@example.com', 'first pass')).status).toBe(401);
			expect((await portal.signIn('ben@example.com', 'second pass')).status).toBe(200);
		});
	});

	it('an e-mail has one account, whatever its case', async () => {
		const again = await portal.identity.accounts.createUser({ ...ada, email: 'ADA@example.COM' });
		expect(again).toEqual({ ok: false, error: 'email_taken' });
	});

	describe('get-session', () => {
		it('shows the person to whom the cookie belongs, else null', async () => {
			const cookie = await signedIn();
			const ask = async (headers: Record<string, string>) =>
				(await portal.identity.handler(portal.request('GET', '/api/auth/get-session', { headers }), '')).json();
			expect(await ask({ cookie })).toMatchObject({ user: { id: userId, email: 'ada@example.com' } });
			expect(await ask({})).toBeNull();
		});
	});

	describe('every other route of better-auth is not there', () => {
		let cookie = '';
		beforeAll(async () => {
			cookie = cookieOf(await portalOver(database).signIn(ada.email, ada.password));
		});

		it.each([
			'POST /api/auth/sign-up/email',
			'POST /api/auth/sign-in/social',
			'GET /api/auth/sign-in/email',
			'GET /api/auth/sign-out',
			'POST /api/auth/get-session',
			'HEAD /api/auth/get-session',
			'POST /api/auth/update-user',
			'POST /api/auth/change-password',
			'POST /api/auth/change-email',
			'POST /api/auth/delete-user',
			'POST /api/auth/request-password-reset',
			'POST /api/auth/reset-password',
			'POST /api/auth/verify-password',
			'GET /api/auth/list-sessions',
			'POST /api/auth/revoke-sessions',
			'POST /api/auth/update-session',
			'GET /api/auth/list-accounts',
			'GET /api/auth/ok',
			'GET /api/auth/error',
			'GET /api/auth/callback/github',
			'GET /api/auth/',
			'POST /api/auth/sign-in/email/',
			'POST /api/auth//sign-in/email',
			'POST /api/auth/sign-in%2Femail',
			'POST /api/auth/SIGN-IN/email',
			'POST /api/auth/sign-up/../sign-up/email',
		])('%s', async (route) => {
			const [method = '', path = ''] = route.split(' ');
			const body = method === 'POST' ? { body: { ...ada, email: 'new@example.com' } } : {};
			const answer = await portal.identity.handler(
				portal.request(method, path, { headers: { cookie }, ...body }),
				'203.0.113.1',
			);
			expect(answer.status).toBe(404);
			expect(await answer.text()).toBe('');
			expect(await portal.identity.accounts.userByEmail('new@example.com')).toBeNull();
		});
	});
});

/** A drizzle handle on which every statement fails, as when the server is gone. */
function brokenDrizzle<T extends object>(db: T): T {
	return new Proxy(db, {
		get: () => () => {
			throw new Error('connection lost');
		},
	});
}
