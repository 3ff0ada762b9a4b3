import { v7 } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ReserveResult } from '#gateway/ports/reservation';
import { anotherPool, testDatabases } from '#test/support/database';
import { latestExecution } from '#test/support/latest-execution';
import {
	type Bench,
	benchOver,
	draft,
	mustReserve,
	newOffice,
	newPerson,
	newSha,
	reservation,
	setFlagEverywhere,
	settlement,
	tokenCaller,
} from './fixture.ts';

describe.each(testDatabases())('reserving on $name', ({ open }) => {
	let bench: Bench;
	beforeAll(async () => {
		bench = benchOver(await open());
	});

	it('gives one of a hundred simultaneous executes of the same bytes the reservation, and the rest that same one', async () => {
		const office = await newOffice(bench);
		const second = await anotherPool(bench.database);
		const stores = second === null ? [bench.store] : [bench.store, benchOver(second).store];
		const argsSha = newSha();
		const results = await Promise.all(
			Array.from({ length: 100 }, (_, i) => {
				const store = stores[i % stores.length] ?? bench.store;
				return store.reserve(reservation(office, { argsSha }));
			}),
		);
		const winners = results.filter((result) => result.kind === 'reserved');
		expect(winners).toHaveLength(1);
		const ids = new Set(results.map((result) => (result.kind === 'refused' ? result.code : result.execution.id)));
		expect([...ids]).toEqual([winners[0]?.execution.id]);
		expect(await bench.store.executions(office.tenant.id, { limit: 10 })).toHaveLength(1);
	});

	it('hands back everything that was stored, and the sealed credential', async () => {
		const office = await newOffice(bench);
		const input = reservation(office, { target: { owner: 'acme', repo: 'ledger', number: 12 } });
		const result = await bench.store.reserve(input);
		expect(result).toMatchObject({
			kind: 'reserved',
			execution: {
				id: input.executionId,
				tenantId: office.tenant.id,
				argsSha: input.argsSha,
				epoch: 1,
				state: 'RESERVED',
				target: { owner: 'acme', repo: 'ledger', number: 12 },
				method: 'create',
				credentialId: office.credentialId,
				credentialLogin: 'acme-bot',
				actor: office.actor,
				approver: office.ada.name,
				requestId: 'req-1',
				auditSeq: null,
				settledAt: null,
				checks: 0,
			},
			credential: { id: office.credentialId, sealed: `sealed-${office.credentialId}`, fingerprint: '7c1e·94d0' },
		} satisfies Partial<ReserveResult> | object);
		const read = await bench.store.execution(office.tenant.id, input.executionId);
		expect(result).toMatchObject({ execution: read });
	});

	it.each(['REJECTED', 'ABSENT'] as const)(
		'starts a new epoch with a new id after %s, and the old id still answers',
		async (to) => {
			const office = await newOffice(bench);
			const first = await mustReserve(bench, reservation(office));
			await bench.store.settle(settlement(first, { to, code: 'upstream_rejected', reason: 'no', artifactUrl: null }));
			const second = await mustReserve(bench, reservation(office, { argsSha: first.argsSha }));
			expect(second).toMatchObject({ epoch: 2, state: 'RESERVED' });
			expect(second.id).not.toBe(first.id);
			expect(await bench.store.execution(office.tenant.id, first.id)).toMatchObject({
				state: to,
				epoch: 1,
				reason: 'no',
			});
			expect(await latestExecution(bench.store, office.tenant.id, first.argsSha)).toMatchObject({ id: second.id });
		},
	);

	it.each(['CONFIRMED', 'INDETERMINATE', 'NEEDS_HUMAN'] as const)(
		'never reserves bytes again that are %s',
		async (to) => {
			const office = await newOffice(bench);
			const first = await mustReserve(bench, reservation(office));
			await bench.store.settle(settlement(first, { to }));
			const again = await bench.store.reserve(reservation(office, { argsSha: first.argsSha }));
			expect(again).toMatchObject({ kind: 'exists', execution: { id: first.id, state: to } });
		},
	);

	it('keeps the same bytes of two tenants apart', async () => {
		const [one, two] = [await newOffice(bench), await newOffice(bench)];
		const argsSha = newSha();
		await mustReserve(bench, reservation(one, { argsSha }));
		const other = await mustReserve(bench, reservation(two, { argsSha }));
		expect(other.credentialId).toBe(two.credentialId);
	});

	describe('refuses, storing nothing, what is no longer allowed at that moment:', () => {
		type Undo = () => Promise<unknown>;
		const cases: [string, (office: Awaited<ReturnType<typeof newOffice>>) => Promise<Undo | undefined>, string][] = [
			[
				'the gateway is off for the tenant',
				async ({ tenant }) => {
					await gateway(tenant.id, false);
					return undefined;
				},
				'feature-disabled',
			],
			[
				'the gateway is off for all',
				async () => {
					await gateway(null, false);
					return () => gateway(null, true);
				},
				'feature-disabled',
			],
			[
				'agent dispatch is off',
				async ({ tenant }) => {
					const off = { tenantId: tenant.id, enabled: false, by: 'Ada', reason: null };
					await bench.store.setDispatch({ ...off, entry: () => draft() });
					return undefined;
				},
				'agent_dispatch_disabled',
			],
			[
				'the approver is no ADMIN any more',
				async ({ tenant, ada }) => {
					const other = await newPerson(bench.database);
					const by = { actor: { kind: 'system' } } as const;
					await bench.store.addMember({ id: v7(), tenantId: tenant.id, userId: other.id, role: 'ADMIN' }, by);
					await bench.store.addMember({ id: v7(), tenantId: tenant.id, userId: ada.id, role: 'MEMBER' }, by);
					return undefined;
				},
				'role_required',
			],
			[
				'the approver is no member any more',
				async ({ tenant }) => {
					await bench.database.query('DELETE FROM membership WHERE tenant_id = $1', [tenant.id]);
					return undefined;
				},
				'role_required',
			],
			[
				'the credential is gone',
				async ({ tenant }) => {
					await bench.store.deleteCredential({ tenantId: tenant.id, provider: 'github', entry: () => draft() });
					return undefined;
				},
				'credential_missing',
			],
		];
		const gateway = (tenantId: string | null, enabled: boolean) =>
			bench.store.setFlag({ tenantId, flag: 'mcp.gateway', enabled, by: 'Ada', reason: 'x', entry: () => draft() });

		it.each(cases)('%s', async (_, change, code) => {
			const office = await newOffice(bench);
			const undo = await change(office);
			const input = reservation(office);
			try {
				expect(await bench.store.reserve(input)).toEqual({ kind: 'refused', code });
			} finally {
				await undo?.();
			}
			expect(await bench.store.execution(office.tenant.id, input.executionId)).toBeNull();
		});
	});

	describe('for a portal token', () => {
		it('reserves while execute tokens are on here and globally, and refuses while either is off', async () => {
			const office = await newOffice(bench);
			const caller = await tokenCaller(bench, office);
			const ask = () => bench.store.reserve(reservation(office, { caller }));
			const set = (tenantId: string | null, enabled: boolean) =>
				bench.store.setFlag({
					tenantId,
					flag: 'mcp.execute-tokens',
					enabled,
					by: 'Ada',
					reason: 'x',
					entry: () => draft(),
				});
			expect(await ask()).toEqual({ kind: 'refused', code: 'scope_required' });
			await set(office.tenant.id, true);
			expect(await ask()).toEqual({ kind: 'refused', code: 'scope_required' });
			await set(null, true);
			expect(await ask()).toMatchObject({ kind: 'reserved' });
			await set(office.tenant.id, false);
			expect(await ask()).toEqual({ kind: 'refused', code: 'scope_required' });
			await set(null, false);
		});

		it('refuses one without the execute scope, revoked, expired, of another tenant, or whose owner lost the role', async () => {
			const office = await newOffice(bench);
			const other = await newOffice(bench);
			await setFlagEverywhere(bench, office.tenant.id, 'mcp.execute-tokens', true);
			await setFlagEverywhere(bench, other.tenant.id, 'mcp.execute-tokens', true);
			const ask = async (caller: Awaited<ReturnType<typeof tokenCaller>>) => {
				const result = await bench.store.reserve(reservation(office, { caller }));
				return result.kind === 'refused' ? result.code : result.kind;
			};
			expect(await ask(await tokenCaller(bench, office, { scopes: ['read', 'propose'] }))).toBe('scope_required');

			const revoked = await tokenCaller(bench, office);
			expect(await ask(revoked)).toBe('reserved');
			const { tokenId } = revoked.principal as { tokenId: string };
			await bench.store.revokeToken({ tenantId: office.tenant.id, tokenId, entry: draft() });
			expect(await ask(revoked)).toBe('unauthenticated');

			expect(await ask(await tokenCaller(bench, office, { expiresAt: bench.now }))).toBe('unauthenticated');
			const foreign = await tokenCaller(bench, other);
			expect(await ask({ ...foreign, tenant: office.tenant })).toBe('unauthenticated');

			const orphaned = await tokenCaller(bench, office);
			await bench.database.query("UPDATE membership SET role = 'AUDITOR' WHERE tenant_id = $1", [office.tenant.id]);
			expect(await ask(orphaned)).toBe('role_required');
			await setFlagEverywhere(bench, office.tenant.id, 'mcp.execute-tokens', false);
		});
	});
});
