import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { uuidIds } from '#adapters/system/ids';
import { testDatabases } from '#test/support/database';
import { cookieOf, portalOver } from './portal.ts';

describe.each(testDatabases())('a portal token, over $name', ({ open }) => {
	const ada = { email: 'ada@example.com', name: 'Ada Lind', password: 'correct horse' };
	const system = { actor: { kind: 'system' } } as const;
	const tenantId = uuidIds.uuid();
	let database: Awaited<ReturnType<typeof open>>;
	let portal: ReturnType<typeof portalOver>;
	let ownerId = '';
	beforeAll(async () => {
		database = await open();
		portal = portalOver(database);
		const made = await portal.identity.accounts.createUser(ada);
		ownerId = made.ok ? made.value.id : '';
		await portal.store.createTenant({ id: tenantId, slug: 'acme', name: 'Acme' }, system);
	});
	beforeEach(() => {
		portal = portalOver(database);
	});

	async function stored(expiresInMs = 3_600_000): Promise<{ id: string; token: string }> {
		const { token, hash } = portal.identity.mintToken();
		const id = uuidIds.uuid();
		const createdAt = portal.clock.now();
		await portal.store.createToken({
			tenantId,
			token: {
				id,
				name: 'ci',
				scopes: ['read', 'propose'],
				ownerId,
				owner: ada.name,
				createdAt,
				expiresAt: new Date(createdAt.getTime() + expiresInMs),
				lastUsedAt: null,
			},
			hash,
			entry: { action: 'token.created', ...system, ok: true },
		});
		return { id, token };
	}

	it('acts for its owner, in its tenant, with its scopes', async () => {
		const { id, token } = await stored();
		expect(await portal.whoIs({ authorization: `Bearer ${token}` })).toEqual({
			kind: 'token',
			tokenId: id,
			tokenName: 'ci',
			tenantId,
			scopes: ['read', 'propose'],
			person: { id: ownerId, name: 'Ada Lind', email: 'ada@example.com' },
		});
	});

	it('is nobody’s from the moment it is revoked', async () => {
		const { id, token } = await stored();
		expect(await portal.whoIs({ authorization: `Bearer ${token}` })).not.toBeNull();
		await portal.store.revokeToken({ tenantId, tokenId: id, entry: { action: 'token.revoked', ...system, ok: true } });
		expect(await portal.whoIs({ authorization: `Bearer ${token}` })).toBeNull();
	});

	it('is nobody’s from the moment it expires', async () => {
		const { token } = await stored(60_000);
		portal.turnClock(59_999);
		expect(await portal.whoIs({ authorization: `Bearer ${token}` })).not.toBeNull();
		portal.turnClock(1);
		expect(await portal.whoIs({ authorization: `Bearer ${token}` })).toBeNull();
	});

	it('is looked up by its hash: the database holds nothing to sign in with', async () => {
		const { token } = await stored();
		const rows = await database.query('SELECT * FROM portal_token');
		expect(JSON.stringify(rows)).not.toContain(token);
		const [row] = await database.query<{ hash: string }>('SELECT hash FROM portal_token LIMIT 1');
		expect(await portal.whoIs({ authorization: `Bearer ${row?.hash}` })).toBeNull();
	});

	it('that does not live never falls back to the cookie beside it, nor does any other Authorization header', async () => {
		const cookie = cookieOf(await portal.signIn(ada.email, ada.password));
		expect(await portal.whoIs({ cookie })).toMatchObject({ kind: 'user' });
		for (const authorization of [
			`Bearer ${portal.identity.mintToken().token}`,
			'Bearer karc_pat_malformed',
			'Bearer',
			'Basic YWRhOmhvcnNl',
			'',
		]) {
			expect(await portal.whoIs({ cookie, authorization }), authorization).toBeNull();
		}
	});

	it('wins over the cookie beside it', async () => {
		const cookie = cookieOf(await portal.signIn(ada.email, ada.password));
		const { token } = await stored();
		expect(await portal.whoIs({ cookie, authorization: `Bearer ${token}` })).toMatchObject({ kind: 'token' });
	});

	it('does not count in a cookie or a query', async () => {
		const { token } = await stored();
		expect(await portal.whoIs({ cookie: `better-auth.session_token=${token}` })).toBeNull();
		expect(await portal.identity.authenticate(portal.request('GET', `/api/me?access_token=${token}`))).toBeNull();
	});
});
