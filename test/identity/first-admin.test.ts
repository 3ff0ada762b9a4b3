import { v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { createFirstAdmins, type FirstAdmins } from '#adapters/identity/first-admin';
import type { Database } from '#adapters/store/database';
import { uuidIds } from '#adapters/system/ids';
import { testDatabases } from '#test/support/database';
import { cookieOf, portalOver } from './portal.ts';

const email = 'Ops@example.com';
const password = 'a-long-enough-password';

async function over(database: Database) {
	const portal = portalOver(database);
	const admins: FirstAdmins = createFirstAdmins({
		store: portal.store,
		accounts: portal.identity.accounts,
		ids: uuidIds,
	});
	const rows = async () => {
		const { entries } = await portal.store.page({ log: 'platform', limit: 100, order: 'asc' });
		return entries.map(({ entry }) => JSON.parse(entry));
	};
	const count = async () => (await database.query('SELECT user_id FROM platform_admin')).length;
	const whoSignsIn = async (secret: string) => {
		const answer = await portal.signIn(email, secret);
		return answer.ok ? await portal.whoIs({ cookie: cookieOf(answer) }) : null;
	};
	return { ...portal, database, admins, rows, count, whoSignsIn };
}

const databases = testDatabases();

describe.each(databases)('[first-admin] on $name', { timeout: 60_000 }, ({ open }) => {
	const fresh = async () => over(await open());

	it('the environment’s admin is made with one audit row, and signs in as platform admin', async () => {
		const { admins, rows, whoSignsIn, store } = await fresh();
		expect(await store.hasPlatformAdmin()).toBe(false);
		const made = await admins.fromEnvironment({ email, password });
		expect(await store.hasPlatformAdmin()).toBe(true);
		expect(await whoSignsIn(password)).toMatchObject({ platformAdmin: true, person: { email: 'ops@example.com' } });
		expect(await rows()).toMatchObject([
			{
				action: 'access.platform-admin.set',
				actor: { kind: 'system' },
				ok: true,
				detail: { old: null, new: { userId: made?.userId }, by: 'environment' },
			},
		]);
	});

	it('of many starts and links at once, one makes the admin', async () => {
		const { admins, rows, count } = await fresh();
		const tries = await Promise.all([
			...[1, 2, 3, 4].map((n) => admins.fromEnvironment({ email: `ops${n % 2}@example.com`, password })),
			...[1, 2].map(async (n) => {
				const made = await admins.fromLink({ email: `link${n}@example.com`, name: 'Lin', password });
				return made.ok ? made.value : null;
			}),
		]);
		expect(tries.filter((made) => made !== null)).toHaveLength(1);
		expect(await count()).toBe(1);
		expect(await rows()).toHaveLength(1);
	});

	it('an account that the platform made keeps its name and password', async () => {
		const { admins, identity, whoSignsIn } = await fresh();
		await identity.accounts.createUser({ email, name: 'Olga', password: 'the password of before' });
		expect(await admins.fromEnvironment({ email, password })).not.toBeNull();
		expect(await whoSignsIn(password)).toBeNull();
		expect(await whoSignsIn('the password of before')).toMatchObject({ platformAdmin: true, person: { name: 'Olga' } });
	});

	it('but one that a tenant’s link made: the environment’s password decides, what its maker holds of it ends, and its row says so', async () => {
		const { admins, rows, whoSignsIn, whoIs, signIn, lines, database, identity, store } = await fresh();
		const squatters = 'the password of whoever used the link';
		const made = await identity.accounts.createUser({ email, name: 'Olga', password: squatters });
		if (!made.ok) throw new Error(made.error);
		const [userId, tenantId] = [made.value.id, v7()];
		const by = { actor: { kind: 'system' } } as const;
		await store.createTenant({ id: tenantId, slug: 'acme', name: 'Acme' }, by);
		await store.addMember({ id: v7(), tenantId, userId, role: 'MEMBER' }, by);
		await database.query('INSERT INTO account_origin (user_id, tenant_id) VALUES ($1, $2)', [userId, tenantId]);
		await database.query(
			`INSERT INTO portal_token (id, tenant_id, user_id, name, hash, scopes, created_at, expires_at)
			VALUES ($1, $2, $3, 'ci', 'a hash', '{read}', now(), now() + interval '1 day')`,
			[v7(), tenantId, userId],
		);
		const cookie = cookieOf(await signIn(email, squatters));

		expect(await admins.fromEnvironment({ email, password })).toEqual({ userId, tookOver: { tenantId, tokens: 1 } });
		expect(await whoIs({ cookie })).toBeNull();
		expect(await whoSignsIn(squatters)).toBeNull();
		expect(await whoSignsIn(password)).toMatchObject({ platformAdmin: true, person: { id: userId } });
		expect(await store.tokens(tenantId)).toEqual([]);
		expect(await database.query('SELECT 1 FROM account_origin')).toEqual([]);
		expect((await rows()).at(-1)).toMatchObject({
			action: 'access.platform-admin.set',
			detail: { old: null, new: { userId }, by: 'environment', tookOver: { tenantId, tokens: 1 } },
		});
		expect(JSON.stringify([await rows(), lines])).not.toContain(password);
	});

	it('a link makes the account with the name and password that were typed', async () => {
		const { admins, whoSignsIn } = await fresh();
		expect(await admins.fromLink({ email, name: 'Olga Prin', password })).toMatchObject({ ok: true });
		expect(await whoSignsIn(password)).toMatchObject({ platformAdmin: true, person: { name: 'Olga Prin' } });
	});

	it('a link for an account that exists asks for its password, and changes nothing without it', async () => {
		const { admins, identity, count } = await fresh();
		await identity.accounts.createUser({ email, name: 'Olga', password: 'the password of before' });
		expect(await admins.fromLink({ email, name: 'Eve', password })).toEqual({ ok: false, error: 'wrong_password' });
		expect(await count()).toBe(0);
		expect(await admins.fromLink({ email, name: 'Eve', password: 'the password of before' })).toMatchObject({
			ok: true,
		});
	});

	it('once there is one, link and environment do nothing: no account, no row', async () => {
		const { admins, rows, identity, count } = await fresh();
		await admins.fromEnvironment({ email, password });
		expect(await admins.fromEnvironment({ email: 'eve@example.com', password })).toBeNull();
		expect(await admins.fromLink({ email: 'eve@example.com', name: 'Eve', password })).toEqual({
			ok: false,
			error: 'admin_exists',
		});
		expect(await identity.accounts.userByEmail('eve@example.com')).toBeNull();
		expect(await rows()).toHaveLength(1);
		expect(await count()).toBe(1);
	});
});

const server = databases.filter(({ name }) => name === 'PostgreSQL');

// The embedded one has a single connection: nothing is ever at the same time there.
describe.runIf(server.length > 0).each(server)('[first-admin] on $name, meanwhile', ({ open }) => {
	it('waits for an admin who is just being made some other way, and then makes none', async () => {
		const { admins, database, identity, count } = await over(await open());
		const other = await identity.accounts.createUser({ email: 'first@example.com', name: 'First', password });
		if (!other.ok) throw new Error(other.error);
		let late: Promise<unknown> | undefined;
		await database.transaction(async ({ query }) => {
			await query('INSERT INTO platform_admin (user_id) VALUES ($1)', [other.value.id]);
			late = admins.fromEnvironment({ email, password });
			await lockAwaited(database);
		});
		expect(await late).toBeNull();
		expect(await count()).toBe(1);
	});
});

/** Until some transaction stands waiting for the table of platform admins. */
async function lockAwaited(database: { query: (sql: string) => Promise<Record<string, unknown>[]> }): Promise<void> {
	const deadline = Date.now() + 10_000;
	const waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'platform_admin'::regclass";
	while ((await database.query(waiting)).length === 0) {
		if (Date.now() > deadline) throw new Error('nobody waits for the table');
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}
