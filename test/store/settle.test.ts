import { beforeAll, describe, expect, it } from 'vitest';
import type { Execution } from '#gateway/ports/executions';
import { anotherPool, testDatabases } from '#test/support/database';
import {
	artifactOf,
	type Bench,
	benchOver,
	draft,
	ever,
	mustReserve,
	newOffice,
	reservation,
	settlement,
	verifyLog,
} from './fixture.ts';

describe.each(testDatabases())('settling on $name', ({ open }) => {
	let bench: Bench;
	beforeAll(async () => {
		bench = benchOver(await open());
	});

	it('moves the state and appends its row together, and the execution names that row', async () => {
		const office = await newOffice(bench);
		const execution = await mustReserve(bench, reservation(office));
		const position = await bench.store.settle(settlement(execution));
		expect(await bench.store.execution(office.tenant.id, execution.id)).toMatchObject({
			state: 'CONFIRMED',
			artifactUrl: artifactOf(execution),
			auditSeq: position?.seq,
			settledAt: expect.any(Date),
		});
		const { entries } = await bench.store.page({ log: office.tenant.id, limit: 1, order: 'desc' });
		expect(entries[0]).toMatchObject({ seq: position?.seq, entryHash: position?.entryHash });
		expect(entries[0]?.entry).toContain(execution.id);
		expect(await verifyLog(bench.store, office.tenant.id)).toMatchObject({ ok: true });
	});

	it('[once] refuses an artifact that another execution, of whatever tenant, has made; labels of it are no artifact', async () => {
		const { store } = bench;
		const [one, two] = [await newOffice(bench), await newOffice(bench)];
		const first = await mustReserve(bench, reservation(one));
		const artifactUrl = artifactOf(first);
		await store.settle(settlement(first));
		const second = await mustReserve(bench, reservation(two));
		const before = await store.head(two.tenant.id);
		expect(await store.settle(settlement(second, { artifactUrl }))).toBeNull();
		expect(await store.head(two.tenant.id)).toEqual(before);
		const labels = await mustReserve(bench, reservation(two, { afterSha: 'a'.repeat(64) }));
		expect(await store.settle(settlement(labels, { artifactUrl }))).not.toBeNull();
		expect(await store.settle(settlement(second))).not.toBeNull();
	});

	it('[once] lets one of many have an artifact, settled at once through two portals and however it is spelled', async () => {
		const second = await anotherPool(bench.database);
		const stores = second === null ? [bench.store] : [bench.store, benchOver(second).store];
		const offices = [await newOffice(bench), await newOffice(bench)];
		const asked = Array.from({ length: 12 }, (_, i) => reservation(offices[i % 2] ?? mustNot()));
		const executions: Execution[] = [];
		for (const input of asked) executions.push(await mustReserve(bench, input));
		const [first] = executions;
		const number = artifactOf(first ?? mustNot())
			.split('/')
			.at(-1);
		const spelled = ['acme/payments-api/issues', 'Acme/Payments-API/issues', 'acme/payments-api/pull'];
		const positions = await Promise.all(
			executions.map((execution, i) =>
				(stores[i % stores.length] ?? bench.store).settle(
					settlement(execution, { artifactUrl: `https://github.com/${spelled[i % 3]}/${number}` }),
				),
			),
		);
		expect(positions.filter((position) => position !== null)).toHaveLength(1);
		const states = await Promise.all(executions.map(({ id, tenantId }) => bench.store.execution(tenantId, id)));
		expect(states.filter((each) => each?.state === 'CONFIRMED')).toHaveLength(1);
		expect(states.filter((each) => each?.state === 'RESERVED')).toHaveLength(11);
		for (const { tenant } of offices) expect(await verifyLog(bench.store, tenant.id)).toMatchObject({ ok: true });
		const spellings = spelled.map((each) => `https://github.com/${each}/${number}`);
		expect(await bench.store.knownArtifacts(spellings.map(ever))).toEqual(new Set(spellings));
	});

	it('[once] knows an artifact that was recorded before there was a key', async () => {
		const office = await newOffice(bench);
		const [old, other] = [await mustReserve(bench, reservation(office)), await mustReserve(bench, reservation(office))];
		await bench.store.settle(settlement(old));
		await bench.database.query('UPDATE execution SET artifact_key = NULL WHERE id = $1', [old.id]);
		const artifactUrl = artifactOf(old);
		expect(await bench.store.knownArtifacts([ever(artifactUrl)])).toEqual(new Set([artifactUrl]));
		expect(await bench.store.settle(settlement(other, { artifactUrl }))).toBeNull();
	});

	it('[once] frees an address for what was made there after all that was settled about it: a repository made anew', async () => {
		const { store } = bench;
		const office = await newOffice(bench);
		const [old, fresh, third] = [
			await mustReserve(bench, reservation(office)),
			await mustReserve(bench, reservation(office)),
			await mustReserve(bench, reservation(office)),
		];
		const artifactUrl = artifactOf(old);
		await store.settle(settlement(old));
		const settledAt = (await store.execution(office.tenant.id, old.id))?.settledAt ?? new Date(0);
		const later = new Date(settledAt.getTime() + 1);
		expect(await store.knownArtifacts([{ url: artifactUrl, settledSince: settledAt }])).toEqual(new Set([artifactUrl]));
		expect(await store.knownArtifacts([{ url: artifactUrl, settledSince: later }])).toEqual(new Set());

		await store.supersede({ url: artifactUrl, settledSince: settledAt });
		expect(await store.settle(settlement(fresh, { artifactUrl }))).toBeNull();
		await store.supersede({ url: artifactUrl, settledSince: later });
		expect(await store.settle(settlement(fresh, { artifactUrl }))).not.toBeNull();
		expect(await store.settle(settlement(third, { artifactUrl }))).toBeNull();
		expect(await store.execution(office.tenant.id, old.id)).toMatchObject({ state: 'CONFIRMED', artifactUrl });
	});

	it('lets one of fifty simultaneous settlements through; the others get null and leave no row', async () => {
		const office = await newOffice(bench);
		const second = await anotherPool(bench.database);
		const stores = second === null ? [bench.store] : [bench.store, benchOver(second).store];
		const execution = await mustReserve(bench, reservation(office));
		const before = (await bench.store.head(office.tenant.id)).size;
		const positions = await Promise.all(
			Array.from({ length: 50 }, (_, i) => (stores[i % stores.length] ?? bench.store).settle(settlement(execution))),
		);
		expect(positions.filter((position) => position !== null)).toHaveLength(1);
		expect((await bench.store.head(office.tenant.id)).size).toBe(before + 1);
		expect(await verifyLog(bench.store, office.tenant.id)).toMatchObject({ ok: true });
	});

	it('refuses a settlement with another epoch, from another state, or of no execution: nothing changes', async () => {
		const office = await newOffice(bench);
		const execution = await mustReserve(bench, reservation(office));
		const { store } = bench;
		const before = await store.head(office.tenant.id);
		expect(await store.settle(settlement({ ...execution, epoch: 2 }))).toBeNull();
		expect(await store.settle(settlement(execution, { from: ['INDETERMINATE', 'NEEDS_HUMAN'] }))).toBeNull();
		expect(await store.settle(settlement({ ...execution, id: office.tenant.id }))).toBeNull();
		expect(await store.head(office.tenant.id)).toEqual(before);
		expect(await store.execution(office.tenant.id, execution.id)).toMatchObject({ state: 'RESERVED', auditSeq: null });
	});

	it('does not change the state when the row cannot be built', async () => {
		const office = await newOffice(bench);
		const execution = await mustReserve(bench, reservation(office));
		const before = await bench.store.head(office.tenant.id);
		const broken = settlement(execution, { entry: draft({ action: 'Not An Action' }) });
		await expect(bench.store.settle(broken)).rejects.toThrow();
		expect(await bench.store.execution(office.tenant.id, execution.id)).toMatchObject({ state: 'RESERVED' });
		expect(await bench.store.head(office.tenant.id)).toEqual(before);
		// And the log goes on.
		expect(await bench.store.settle(settlement(execution))).toMatchObject({ seq: before.size });
	});

	it('appends nothing when the database refuses the state', async () => {
		const office = await newOffice(bench);
		const execution = await mustReserve(bench, reservation(office));
		const before = await bench.store.head(office.tenant.id);
		await expect(bench.store.settle(settlement(execution, { artifactUrl: null }))).rejects.toThrow();
		expect(await bench.store.head(office.tenant.id)).toEqual(before);
		expect(await bench.store.execution(office.tenant.id, execution.id)).toMatchObject({ state: 'RESERVED' });
	});

	it('keeps the attempt’s own row as the execution’s auditSeq when a verdict follows', async () => {
		const office = await newOffice(bench);
		const execution = await mustReserve(bench, reservation(office));
		const unknown = { to: 'INDETERMINATE', code: 'outcome_unknown', artifactUrl: null } as const;
		const attempt = await bench.store.settle(settlement(execution, { ...unknown, nextCheckInMs: 2_000 }));
		expect(await bench.store.execution(office.tenant.id, execution.id)).toMatchObject({ settledAt: null });
		const verdict = await bench.store.settle(settlement(execution, { from: ['INDETERMINATE'], isAttemptRow: false }));
		expect(verdict?.seq).toBe((attempt?.seq ?? 0) + 1);
		expect(await bench.store.execution(office.tenant.id, execution.id)).toMatchObject({
			state: 'CONFIRMED',
			code: null,
			auditSeq: attempt?.seq,
			nextCheckAt: null,
			settledAt: expect.any(Date),
		});
	});

	it('takes the slow way to the same end when another process has moved the head', async () => {
		const other = await anotherPool(bench.database);
		// On the embedded database there is no other process; a second store on the same handle believes as wrongly.
		const rival = other === null ? benchOver(bench.database).store : benchOver(other).store;
		const office = await newOffice(bench);
		const log = office.tenant.id;
		const executions = [];
		for (let i = 0; i < 6; i++) executions.push(await mustReserve(bench, reservation(office)));
		const seqs: unknown[] = [];
		for (const execution of executions) {
			await rival.append(log, draft());
			seqs.push((await bench.store.settle(settlement(execution)))?.seq);
			// A shut gate on a head that has moved: nothing is appended on the slow way either.
			await rival.append(log, draft());
			expect(await bench.store.settle(settlement(execution))).toBeNull();
		}
		const first = Number(seqs[0]);
		expect(seqs).toEqual([0, 3, 6, 9, 12, 15].map((step) => first + step));
		expect(await verifyLog(bench.store, log)).toMatchObject({ ok: true });
		for (const [i, execution] of executions.entries()) {
			expect(await bench.store.execution(log, execution.id)).toMatchObject({ state: 'CONFIRMED', auditSeq: seqs[i] });
		}
	});

	describe('leases', () => {
		it('gives a reservation up for taking over only when its lease has run out, or after an exclusive start', async () => {
			const office = await newOffice(bench);
			const held = await mustReserve(bench, reservation(office));
			const lapsed = await mustReserve(bench, reservation(office, { leaseMs: -1 }));
			const mine = async (everything: boolean) => {
				const found = await bench.store.orphans({ everything, limit: 1_000 });
				return found.filter(({ tenantId }) => tenantId === office.tenant.id).map(({ id }) => id);
			};
			expect(await mine(false)).toEqual([lapsed.id]);
			expect(new Set(await mine(true))).toEqual(new Set([held.id, lapsed.id]));
			await bench.store.settle(settlement(lapsed));
			expect(await mine(false)).toEqual([]);
		});

		it('lets the holder send while the lease runs, the row is RESERVED in its epoch, and everything is on', async () => {
			const office = await newOffice(bench);
			const { store } = bench;
			const execution = await mustReserve(bench, reservation(office));
			expect(await store.mayStillSend(execution)).toEqual({ ok: true });
			const lost = { ok: false, code: 'outcome_unknown' };
			expect(await store.mayStillSend({ ...execution, epoch: 2 })).toEqual(lost);
			const lapsed = await mustReserve(bench, reservation(office, { leaseMs: -1 }));
			expect(await store.mayStillSend(lapsed)).toEqual(lost);

			const asToken = { ...execution, actor: { ...office.actor, kind: 'token', by: office.ada.id } as never };
			expect(await store.mayStillSend(asToken)).toEqual({ ok: false, code: 'scope_required' });

			const dispatch = (enabled: boolean) =>
				store.setDispatch({ tenantId: office.tenant.id, enabled, by: 'Ada', reason: 'x', entry: () => draft() });
			const gateway = (enabled: boolean) =>
				store.setFlag({
					tenantId: office.tenant.id,
					flag: 'mcp.gateway',
					enabled,
					by: 'Ada',
					reason: 'x',
					entry: () => draft(),
				});
			await dispatch(false);
			expect(await store.mayStillSend(execution)).toEqual({ ok: false, code: 'agent_dispatch_disabled' });
			await gateway(false);
			expect(await store.mayStillSend(execution)).toEqual({ ok: false, code: 'feature-disabled' });
			await gateway(true);
			await dispatch(true);
			expect(await store.mayStillSend(execution)).toEqual({ ok: true });

			await store.settle(settlement(execution));
			expect(await store.mayStillSend(execution)).toEqual(lost);
		});
	});

	it('lists executions newest first, page by page', async () => {
		const office = await newOffice(bench);
		const ids: string[] = [];
		for (let i = 0; i < 5; i++) ids.unshift((await mustReserve(bench, reservation(office))).id);
		const page = async (cursor?: string) =>
			(await bench.store.executions(office.tenant.id, { limit: 2, ...(cursor === undefined ? {} : { cursor }) })).map(
				({ id }) => id,
			);
		expect(await page()).toEqual(ids.slice(0, 2));
		expect(await page(ids[1])).toEqual(ids.slice(2, 4));
		expect(await page(ids[4])).toEqual([]);
		expect(await page('no-uuid')).toEqual([]);
		expect(await bench.store.execution(office.tenant.id, 'no-uuid')).toBeNull();
	});
});

function mustNot(): never {
	throw new Error('there is one');
}
