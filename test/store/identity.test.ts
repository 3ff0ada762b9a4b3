import { v7 } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TokenInfo } from '#gateway/ports/identity';
import { testDatabases } from '#test/support/database';
import { latestExecution } from '#test/support/latest-execution';
import {
	type Bench,
	benchOver,
	draft,
	mustReserve,
	newOffice,
	newPerson,
	newSha,
	type Office,
	reservation,
} from './fixture.ts';

describe.each(testDatabases())('identities on $name', ({ open }) => {
	let bench: Bench;
	beforeAll(async () => {
		bench = benchOver(await open());
	});
	const later = (ms: number) => new Date(bench.now.getTime() + ms);

	async function newToken(office: Office, more: Partial<TokenInfo> = {}): Promise<{ token: TokenInfo; hash: string }> {
		const hash = newSha();
		const token: TokenInfo = {
			id: v7(),
			name: 'ci',
			scopes: ['read', 'propose'],
			ownerId: office.ada.id,
			owner: office.ada.name,
			createdAt: bench.now,
			expiresAt: later(3_600_000),
			lastUsedAt: null,
			...more,
		};
		const entry = draft({ action: 'token.created' });
		await bench.store.createToken({ tenantId: office.tenant.id, token, hash, entry });
		return { token, hash };
	}

	it('finds tenants and memberships as they are now', async () => {
		const { tenant, ada, caller } = await newOffice(bench);
		const { store } = bench;
		expect(await store.tenantBySlug(tenant.slug)).toEqual(tenant);
		expect(await store.tenantBySlug('nobody')).toBeNull();
		expect(await store.tenant(tenant.id)).toEqual(tenant);
		expect(await store.tenant('no-uuid')).toBeNull();
		expect(await store.membership(tenant.id, ada.id)).toEqual({ memberId: caller.memberId, role: 'ADMIN' });
		expect(await store.memberships(ada.id)).toEqual([{ tenant, memberId: caller.memberId, role: 'ADMIN' }]);
		await bench.database.query("UPDATE membership SET role = 'AUDITOR' WHERE id = $1", [caller.memberId]);
		expect(await store.membership(tenant.id, ada.id)).toMatchObject({ role: 'AUDITOR' });
		const stranger = await newOffice(bench);
		expect(await store.membership(tenant.id, stranger.ada.id)).toBeNull();
		expect(await store.memberBySlug(tenant.slug, ada.id)).toEqual({
			tenant,
			memberId: caller.memberId,
			role: 'AUDITOR',
		});
		expect(await store.memberBySlug(tenant.slug, stranger.ada.id)).toBeNull();
		expect(await store.memberBySlug('nobody', ada.id)).toBeNull();
	});

	it('gives a person as named now one salt, also when asked many times at once, and a renamed one another', async () => {
		const ada = await newPerson(bench.database);
		const salts = await Promise.all(Array.from({ length: 20 }, () => bench.store.directorySalt(ada)));
		const hex = new Set(salts.map((salt) => Buffer.from(salt).toString('hex')));
		expect(hex.size).toBe(1);
		expect(salts[0]).toHaveLength(16);
		const renamed = await bench.store.directorySalt({ ...ada, name: 'Ada Lovelace' });
		expect(hex.has(Buffer.from(renamed).toString('hex'))).toBe(false);
	});

	it('finds a live token by its hash alone, with owner and tenant', async () => {
		const office = await newOffice(bench);
		const { token, hash } = await newToken(office);
		expect(await bench.store.tokenByHash(hash, bench.now)).toEqual({
			token,
			tenantId: office.tenant.id,
			person: office.ada,
		});
		expect(await bench.store.tokenByHash(newSha(), bench.now)).toBeNull();
		expect(await bench.store.tokenByHash(hash, new Date(token.expiresAt.getTime() - 1))).not.toBeNull();
		expect(await bench.store.tokenByHash(hash, token.expiresAt)).toBeNull();
	});

	it('notes a token’s use at most once a minute', async () => {
		const office = await newOffice(bench);
		const { hash } = await newToken(office);
		const usedAt = async () => (await bench.store.tokens(office.tenant.id))[0]?.lastUsedAt;
		expect(await usedAt()).toBeNull();
		await bench.store.tokenByHash(hash, later(0));
		expect(await usedAt()).toEqual(later(0));
		await bench.store.tokenByHash(hash, later(59_999));
		expect(await usedAt()).toEqual(later(0));
		await bench.store.tokenByHash(hash, later(60_000));
		expect(await usedAt()).toEqual(later(60_000));
	});

	it('lists live tokens newest first, of all or of one owner', async () => {
		const office = await newOffice(bench);
		const ben = await newPerson(bench.database);
		const old = await newToken(office, { createdAt: later(-2000) });
		const bens = await newToken(office, { createdAt: later(-1000), ownerId: ben.id });
		const gone = await newToken(office, { expiresAt: bench.now });
		const young = await newToken(office);
		const ids = async (ownerId?: string) => (await bench.store.tokens(office.tenant.id, ownerId)).map(({ id }) => id);
		expect(await ids()).toEqual([young.token.id, bens.token.id, old.token.id]);
		expect(await ids(ben.id)).toEqual([bens.token.id]);
		expect(await ids()).not.toContain(gone.token.id);
	});

	it('revokes a token once, with a row; then its hash finds nothing', async () => {
		const office = await newOffice(bench);
		const ben = await newPerson(bench.database);
		const { token, hash } = await newToken(office);
		const { size } = await bench.store.head(office.tenant.id);
		const revoke = (more: { ownerId?: string; tenantId?: string; tokenId?: string } = {}) =>
			bench.store.revokeToken({
				tenantId: office.tenant.id,
				tokenId: token.id,
				entry: draft({ action: 'token.revoked' }),
				...more,
			});
		expect(await revoke({ ownerId: ben.id })).toBe(false);
		expect(await revoke({ tenantId: (await newOffice(bench)).tenant.id })).toBe(false);
		expect(await revoke({ tokenId: 'no-uuid' })).toBe(false);
		expect((await bench.store.head(office.tenant.id)).size).toBe(size);
		expect(await revoke({ ownerId: office.ada.id })).toBe(true);
		expect(await revoke()).toBe(false);
		expect((await bench.store.head(office.tenant.id)).size).toBe(size + 1);
		expect(await bench.store.tokenByHash(hash, bench.now)).toBeNull();
		expect(await bench.store.tokens(office.tenant.id)).toEqual([]);
	});

	it('shows one tenant nothing of another, whatever id is asked for', async () => {
		const [one, two] = [await newOffice(bench), await newOffice(bench)];
		const { store } = bench;
		const execution = await mustReserve(bench, reservation(one));
		await newToken(one);
		const { id } = two.tenant;
		expect(await store.execution(id, execution.id)).toBeNull();
		expect(await latestExecution(store, id, execution.argsSha)).toBeNull();
		expect(await store.executions(id, { limit: 10 })).toEqual([]);
		expect(await store.executions(id, { limit: 10, cursor: execution.id })).toEqual([]);
		expect(await store.tokens(id)).toEqual([]);
		expect(await store.mayStillSend({ ...execution, tenantId: id })).toMatchObject({ ok: false });
		expect(await store.guardFacts(id, 'github')).toMatchObject({ credential: { id: two.credentialId } });
		expect((await store.credentials(id)).map((credential) => credential.id)).toEqual([two.credentialId]);
	});
});
