import { v7 } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { testDatabases } from '#test/support/database';
import {
	type Bench,
	benchOver,
	draft,
	newOffice,
	newPerson,
	newTenant,
	putCredential,
	system,
	verifyLog,
} from './fixture.ts';

const failing = (): never => {
	throw new Error('no row can be built');
};

describe.each(testDatabases())('settings on $name', ({ open }) => {
	let bench: Bench;
	beforeAll(async () => {
		bench = benchOver(await open());
	});

	it('start at the defaults: gateway on, execute tokens off, dispatch off, no credential', async () => {
		const tenant = await newTenant(bench);
		const unset = { by: null, at: null, reason: null };
		expect(await bench.store.flags(tenant.id)).toEqual([
			{ flag: 'mcp.gateway', global: { enabled: true, ...unset }, tenant: { enabled: true, ...unset } },
			{ flag: 'mcp.execute-tokens', global: { enabled: false, ...unset }, tenant: { enabled: false, ...unset } },
		]);
		expect(await bench.store.dispatch(tenant.id)).toEqual({ enabled: false, ...unset });
		expect(await bench.store.credential(tenant.id, 'github')).toBeNull();
		expect(await bench.store.guardFacts(tenant.id, 'github')).toEqual({
			gatewayOn: true,
			executeTokensOn: false,
			dispatchOn: false,
			allowedTargets: [],
			credential: null,
		});
	});

	it('of a tenant that does not exist are all off', async () => {
		expect(await bench.store.guardFacts(v7(), 'github')).toEqual({
			gatewayOn: false,
			executeTokensOn: false,
			dispatchOn: false,
			allowedTargets: [],
			credential: null,
		});
	});

	it.each([
		[true, true, true],
		[true, false, false],
		[false, true, false],
		[false, false, false],
	])('global %s and tenant %s make a flag effectively %s: off wins', async (global, own, effective) => {
		const tenant = await newTenant(bench);
		const set = (tenantId: string | null, enabled: boolean) =>
			bench.store.setFlag({ tenantId, flag: 'mcp.gateway', enabled, by: 'Ada', reason: 'x', entry: () => draft() });
		await set(null, global);
		await set(tenant.id, own);
		expect((await bench.store.guardFacts(tenant.id, 'github')).gatewayOn).toBe(effective);
		await set(null, true);
	});

	it('change together with a row that knows the old value: a global one on the platform log', async () => {
		const tenant = await newTenant(bench);
		const olds: boolean[] = [];
		const set = (tenantId: string | null, enabled: boolean) =>
			bench.store.setFlag({
				tenantId,
				flag: 'mcp.gateway',
				enabled,
				by: 'Ada',
				reason: 'drill',
				entry: (old) => {
					olds.push(old);
					return draft({ action: 'flag.set', detail: { old, new: enabled } });
				},
			});
		const { size } = await bench.store.head('platform');
		expect(await set(tenant.id, false)).toMatchObject({ seq: 0 });
		expect(await set(null, false)).toMatchObject({ seq: size });
		await set(null, true);
		expect(olds).toEqual([true, true, false]);
		const [gateway] = await bench.store.flags(tenant.id);
		expect(gateway?.tenant).toEqual({ enabled: false, by: 'Ada', at: bench.now, reason: 'drill' });
		expect(await verifyLog(bench.store, tenant.id)).toMatchObject({ ok: true, size: 1 });
	});

	it('keep where a tenant may write, and each of many changes at once knows the one before', async () => {
		const tenant = await newTenant(bench);
		expect(await bench.store.targets(tenant.id)).toEqual({ allow: [], by: null, at: null });
		const changes = await Promise.all(
			Array.from({ length: 10 }, async (_, i) => {
				let old: readonly string[] = ['never asked'];
				const allow = [`acme/repo-${i}`];
				const position = await bench.store.setTargets({
					tenantId: tenant.id,
					allow,
					by: `Ada ${i}`,
					entry: (was) => {
						old = was;
						return draft({ action: 'targets.set' });
					},
				});
				return { allow, old, seq: position.seq };
			}),
		);
		changes.sort((a, b) => a.seq - b.seq);
		for (const [i, { old }] of changes.entries()) expect(old).toEqual(changes[i - 1]?.allow ?? []);
		const last = changes.at(-1)?.allow;
		expect(await bench.store.targets(tenant.id)).toMatchObject({ allow: last, at: bench.now });
		expect((await bench.store.guardFacts(tenant.id, 'github')).allowedTargets).toEqual(last);
		expect(await bench.store.targets('0196f5a0-0000-7000-8000-000000000000')).toEqual({
			allow: [],
			by: null,
			at: null,
		});
	});

	it('stay as they were when the row cannot be built', async () => {
		const office = await newOffice(bench);
		const tenantId = office.tenant.id;
		const { store } = bench;
		const state = async () => ({
			flags: await store.flags(tenantId),
			dispatch: await store.dispatch(tenantId),
			targets: await store.targets(tenantId),
			credential: await store.credential(tenantId, 'github'),
			tokens: await store.tokens(tenantId),
			head: await store.head(tenantId),
			platform: await store.head('platform'),
		});
		const before = await state();
		const base = { tenantId, enabled: false, by: 'Ada', reason: null, entry: failing };
		const sealed = before.credential;
		if (sealed === null) throw new Error('the office has no credential');
		const broken = draft({ action: 'NOPE' });
		const token = {
			id: v7(),
			name: 'ci',
			scopes: ['read'] as const,
			ownerId: office.ada.id,
			owner: '',
			createdAt: bench.now,
			expiresAt: new Date(bench.now.getTime() + 1000),
			lastUsedAt: null,
		};
		const attempts: (() => Promise<unknown>)[] = [
			() => store.setFlag({ ...base, flag: 'mcp.gateway' }),
			() => store.setFlag({ ...base, tenantId: null, flag: 'mcp.gateway' }),
			() => store.setDispatch(base),
			() => store.setTargets({ tenantId, allow: ['acme/*'], by: 'Ada', entry: failing }),
			() => store.setTargets({ tenantId, allow: ['acme/*'], by: 'Ada', entry: () => broken }),
			() => store.setDispatch({ ...base, entry: () => broken }),
			() => store.putCredential({ tenantId, credential: { ...sealed, sealed: 'other' }, entry: failing }),
			() => store.deleteCredential({ tenantId, provider: 'github', entry: failing }),
			() => store.createToken({ tenantId, token, hash: 'h1', entry: broken }),
		];
		for (const attempt of attempts) await expect(attempt()).rejects.toThrow();
		expect(await state()).toEqual(before);
	});

	it('replace a credential as a whole, tell the row what was there, and take a test’s result only for the tested one', async () => {
		const office = await newOffice(bench);
		const tenantId = office.tenant.id;
		const id = v7();
		await putCredential(bench, tenantId, id, 'second-bot');
		expect(await bench.store.credential(tenantId, 'github')).toMatchObject({ id, login: 'second-bot' });
		const at = new Date('2026-11-24T11:00:00.000Z');
		await bench.store.noteCredentialTest({ tenantId, credentialId: office.credentialId, login: 'late', at });
		expect(await bench.store.credential(tenantId, 'github')).toMatchObject({ login: 'second-bot', testedAt: null });
		await bench.store.noteCredentialTest({ tenantId, credentialId: id, login: 'tested', at });
		const listed = await bench.store.credentials(tenantId);
		expect(listed).toMatchObject([{ id, login: 'tested', testedAt: at }]);
		expect(Object.keys(listed[0] ?? {})).not.toContain('sealed');

		const seen: unknown[] = [];
		const remove = () =>
			bench.store.deleteCredential({
				tenantId,
				provider: 'github',
				entry: (old) => {
					seen.push(old);
					return draft({ action: 'credential.deleted' });
				},
			});
		const before = (await bench.store.head(tenantId)).size;
		expect(await remove()).toMatchObject({ seq: before });
		expect(await remove()).toBeNull();
		expect(seen).toEqual(listed);
		expect((await bench.store.head(tenantId)).size).toBe(before + 1);
	});

	it('of one tenant are never another’s', async () => {
		const [one, two] = [await newOffice(bench), await newOffice(bench)];
		const { store } = bench;
		const before = {
			flags: await store.flags(two.tenant.id),
			dispatch: await store.dispatch(two.tenant.id),
			credential: await store.credential(two.tenant.id, 'github'),
			head: await store.head(two.tenant.id),
		};
		const off = { tenantId: one.tenant.id, enabled: false, by: 'Ada', reason: null, entry: () => draft() };
		await store.setFlag({ ...off, flag: 'mcp.gateway' });
		await store.setDispatch(off);
		await store.noteCredentialTest({
			tenantId: one.tenant.id,
			credentialId: two.credentialId,
			login: 'evil',
			at: bench.now,
		});
		await store.deleteCredential({ tenantId: one.tenant.id, provider: 'github', entry: () => draft() });
		expect({
			flags: await store.flags(two.tenant.id),
			dispatch: await store.dispatch(two.tenant.id),
			credential: await store.credential(two.tenant.id, 'github'),
			head: await store.head(two.tenant.id),
		}).toEqual(before);
	});
});

describe.each(testDatabases())('tenancy on $name', ({ open }) => {
	let bench: Bench;
	beforeAll(async () => {
		bench = benchOver(await open());
	});

	it('creates a tenant once per slug, with a row on the platform log and nothing left of a refused one', async () => {
		const tenant = await newTenant(bench);
		const before = await bench.store.head('platform');
		const { entries } = await bench.store.page({ log: 'platform', limit: 1, order: 'desc' });
		expect(JSON.parse(entries[0]?.entry ?? '')).toMatchObject({
			action: 'tenant.created',
			detail: { new: { id: tenant.id } },
		});
		const id = v7();
		expect(await bench.store.createTenant({ ...tenant, id }, system)).toEqual({ ok: false, error: 'slug_taken' });
		expect(await bench.store.tenant(id)).toBeNull();
		expect(await bench.store.head('platform')).toEqual(before);
		await expect(bench.store.createTenant({ id, slug: 'Not-A-Slug', name: '' }, system)).rejects.toThrow();
	});

	it('sets a member’s role with a row, says nothing twice, and keeps the last ADMIN', async () => {
		const tenant = await newTenant(bench);
		const [ada, ben] = [await newPerson(bench.database), await newPerson(bench.database)];
		const set = (userId: string, role: 'ADMIN' | 'MEMBER' | 'AUDITOR') =>
			bench.store.addMember({ id: v7(), tenantId: tenant.id, userId, role }, system);
		expect(await set(ada.id, 'ADMIN')).toMatchObject({ ok: true, value: { seq: 0 } });
		expect(await set(ada.id, 'ADMIN')).toEqual({ ok: true, value: null });
		expect(await set(ada.id, 'MEMBER')).toEqual({ ok: false, error: 'last_admin' });
		await set(ben.id, 'ADMIN');
		const both = await Promise.all([set(ada.id, 'MEMBER'), set(ben.id, 'MEMBER')]);
		expect(both.filter(({ ok }) => ok)).toHaveLength(1);
		const { entries } = await bench.store.page({ log: tenant.id, limit: 9, order: 'asc' });
		expect(entries.map(({ entry }) => JSON.parse(entry).action)).toEqual(Array(3).fill('access.member.set'));
		// What is hashed can never be erased: no name, no address.
		for (const { entry } of entries) expect(entry).not.toMatch(/example\.test|Ada /);
	});

	it('makes a platform admin once, with a row', async () => {
		const ada = await newPerson(bench.database);
		expect(await bench.store.setPlatformAdmin(ada.id, system)).not.toBeNull();
		expect(await bench.store.setPlatformAdmin(ada.id, system)).toBeNull();
		expect(await verifyLog(bench.store, 'platform')).toMatchObject({ ok: true });
	});
});
