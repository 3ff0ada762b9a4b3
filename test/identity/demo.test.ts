import { beforeAll, describe, expect, it } from 'vitest';
import { seedDemo } from '#adapters/identity/demo';
import { testDatabases } from '#test/support/database';
import { cookieOf, portalOver } from './portal.ts';

describe.each(testDatabases())('the demo tenant and accounts, over $name,', ({ open }) => {
	const password = 'sandbox-demo';

	let portal: ReturnType<typeof portalOver>;
	let seed: Awaited<ReturnType<typeof seedDemo>>;
	// One database for all but the last test, since the embedded one takes seconds to make. What a test changes, it says.
	beforeAll(async () => {
		portal = portalOver(await open());
		seed = await seedDemo(portal.identity, portal.store, { password });
	});

	it('sign in with the sandbox’s password, each in their role', async () => {
		const { tenantId } = seed;
		for (const [email, name, role, platformAdmin] of [
			['admin@demo.local', 'Ada Lind', 'ADMIN', true],
			['member@demo.local', 'Ben Ochoa', 'MEMBER', false],
			['auditor@demo.local', 'Iris Kwan', 'AUDITOR', false],
		] as const) {
			const principal = await portal.whoIs({ cookie: cookieOf(await portal.signIn(email, password)) });
			expect(principal).toMatchObject({ kind: 'user', person: { name, email }, platformAdmin });
			expect(await portal.store.membership(tenantId, principal?.person.id ?? '')).toMatchObject({ role });
		}
	});

	it('start with dispatch and both flags on, and a row in the log for every one of these', async () => {
		const { tenantId } = seed;
		expect(await portal.store.tenantBySlug('demo')).toMatchObject({ id: tenantId });
		expect(await portal.store.dispatch(tenantId)).toMatchObject({ enabled: true });
		expect(await portal.store.guardFacts(tenantId, 'github')).toMatchObject({
			gatewayOn: true,
			executeTokensOn: true,
			dispatchOn: true,
		});
		const actions = async (log: string) =>
			(await portal.store.page({ log, limit: 100, order: 'asc' })).entries.map(({ entry }) => JSON.parse(entry).action);
		expect(await actions(tenantId)).toEqual([
			'access.member.set',
			'access.member.set',
			'access.member.set',
			'dispatch.set',
			'flag.set',
		]);
		expect(await actions('platform')).toEqual(['tenant.created', 'access.platform-admin.set', 'flag.set']);
	});

	it('are seeded again without a change: no row, no lost session', async () => {
		const { tenantId } = seed;
		const cookie = cookieOf(await portal.signIn('admin@demo.local', password));
		const before = [await portal.store.head(tenantId), await portal.store.head('platform')];
		expect(await seedDemo(portal.identity, portal.store, { password })).toEqual({ tenantId });
		expect([await portal.store.head(tenantId), await portal.store.head('platform')]).toEqual(before);
		expect(await portal.whoIs({ cookie })).not.toBeNull();
	});

	it('keep switches and flags that somebody has turned off', async () => {
		const { tenantId } = seed;
		const off = { enabled: false, by: 'Ada Lind', reason: null };
		const entry = () => ({ action: 'flag.set', actor: { kind: 'system' }, ok: true }) as const;
		await portal.store.setDispatch({ tenantId, ...off, entry });
		await portal.store.setFlag({ tenantId: null, flag: 'mcp.execute-tokens', ...off, entry });
		await seedDemo(portal.identity, portal.store, { password });
		expect(await portal.store.guardFacts(tenantId, 'github')).toMatchObject({
			executeTokensOn: false,
			dispatchOn: false,
		});
	});

	it('get a changed PORTAL_SANDBOX_PASSWORD, which ends the sessions of the old one', async () => {
		const cookie = cookieOf(await portal.signIn('member@demo.local', password));
		await seedDemo(portal.identity, portal.store, { password: 'another one' });
		expect(await portal.whoIs({ cookie })).toBeNull();
		expect((await portal.signIn('member@demo.local', password)).status).toBe(401);
		expect((await portal.signIn('member@demo.local', 'another one')).status).toBe(200);
		await seedDemo(portal.identity, portal.store, { password });
	});

	it('are made once by processes that start at the same time', async () => {
		const database = await open();
		const portals = [portalOver(database), portalOver(database), portalOver(database)];
		const seeds = await Promise.all(portals.map(({ identity, store }) => seedDemo(identity, store, { password })));
		expect(new Set(seeds.map(({ tenantId }) => tenantId)).size).toBe(1);
		const [count] = await database.query<{ people: number; members: number }>(
			'SELECT (SELECT count(*)::int FROM "user") AS people, (SELECT count(*)::int FROM membership) AS members',
		);
		expect(count).toEqual({ people: 3, members: 3 });
	});
});
