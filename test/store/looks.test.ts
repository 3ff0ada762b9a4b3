import { beforeAll, describe, expect, it } from 'vitest';
import type { Execution } from '#gateway/ports/executions';
import { anotherPool, testDatabases } from '#test/support/database';
import { passTime } from '#test/support/pass-time';
import { type Bench, benchOver, ever, mustReserve, newOffice, reservation, settlement } from './fixture.ts';

const unknown = { to: 'INDETERMINATE', code: 'outcome_unknown', reason: 'test', artifactUrl: null } as const;
const LEASE_MS = 60_000;

describe.each(testDatabases())('looks on $name', ({ open }) => {
	let bench: Bench;
	let stores: Bench['store'][];
	beforeAll(async () => {
		bench = benchOver(await open());
		const second = await anotherPool(bench.database);
		stores = [bench.store, second === null ? bench.store : benchOver(second).store];
	});

	/** An execution whose outcome is unknown, due so many milliseconds from now. */
	async function unknownOne(nextCheckInMs: number): Promise<Execution> {
		const execution = await mustReserve(bench, reservation(await newOffice(bench)));
		expect(await bench.store.settle(settlement(execution, { ...unknown, nextCheckInMs }))).not.toBeNull();
		return execution;
	}

	const read = async ({ tenantId, id }: Execution) => {
		const execution = await bench.store.execution(tenantId, id);
		if (execution === null) throw new Error('it is gone');
		return execution;
	};

	/** Takes every look that is due, so that none of an earlier test is left. */
	async function settleAll(): Promise<void> {
		await bench.database.query("UPDATE execution SET state = 'REJECTED', next_check_at = NULL");
	}

	it('[looks-fenced] are given out once each, however many ask at once', async () => {
		await settleAll();
		const due = await Promise.all(Array.from({ length: 8 }, () => unknownOne(0)));
		const claims = await Promise.all(
			Array.from({ length: 20 }, (_, i) => (stores[i % stores.length] ?? bench.store).claimLook(LEASE_MS)),
		);
		const given = claims.flatMap((claim) => (claim === null ? [] : [claim.id]));
		expect(given.sort()).toEqual(due.map(({ id }) => id).sort());
		expect(await bench.store.claimLook(LEASE_MS)).toBeNull();
	});

	it('are given out when they are due by the database’s clock, not before, the longest due first', async () => {
		await settleAll();
		const later = await unknownOne(10_000);
		const sooner = await unknownOne(5_000);
		bench.now = new Date(bench.now.getTime() + 3_600_000);
		expect(await bench.store.claimLook(LEASE_MS)).toBeNull();
		await passTime(bench.database.query, 10_000);
		expect(await bench.store.claimLook(LEASE_MS)).toMatchObject({ id: sooner.id, checks: 1 });
		expect(await bench.store.claimLook(LEASE_MS)).toMatchObject({ id: later.id, checks: 1 });
	});

	it('[looks-fenced] go to another when the lease has run out, and what the first finds then changes nothing', async () => {
		await settleAll();
		const execution = await unknownOne(0);
		const first = await bench.store.claimLook(LEASE_MS);
		await passTime(bench.database.query, LEASE_MS - 5_000);
		expect(await bench.store.claimLook(LEASE_MS)).toBeNull();
		await passTime(bench.database.query, 5_001);
		const second = await bench.store.claimLook(LEASE_MS);
		expect([first?.checks, second?.checks]).toEqual([1, 2]);

		const size = (await bench.store.head(execution.tenantId)).size;
		const found = { from: ['INDETERMINATE'], isAttemptRow: false } as const;
		expect(await bench.store.settle(settlement(execution, { ...found, look: 1 }))).toBeNull();
		const { id: executionId, epoch } = execution;
		await bench.store.postpone({ executionId, epoch, look: 1, nextCheckAfterMs: 0, cleanLooks: 9 });
		expect(await read(execution)).toMatchObject({ state: 'INDETERMINATE', cleanLooks: 0 });
		expect(await bench.store.claimLook(LEASE_MS), 'the second still has its lease').toBeNull();
		expect((await bench.store.head(execution.tenantId)).size).toBe(size);

		expect(await bench.store.settle(settlement(execution, { ...found, look: 2 }))).toMatchObject({ seq: size });
		expect(await read(execution)).toMatchObject({ state: 'CONFIRMED', nextCheckAt: null });
	});

	it('that brought nothing are put off to a time after the outcome became unknown, and end their lease', async () => {
		await settleAll();
		const execution = await unknownOne(0);
		const { id: executionId, epoch } = execution;
		await bench.store.claimLook(LEASE_MS);
		const since = (await read(execution)).unknownSince?.getTime() ?? Number.NaN;
		await bench.store.postpone({ executionId, epoch: epoch + 1, look: 1, nextCheckAfterMs: 0, cleanLooks: 1 });
		expect(await bench.store.claimLook(LEASE_MS)).toBeNull();
		await bench.store.postpone({ executionId, epoch, look: 1, nextCheckAfterMs: 300_000, cleanLooks: 1 });
		const put = await read(execution);
		expect(put).toMatchObject({ cleanLooks: 1, checks: 1, unknownSince: new Date(since) });
		expect((put.nextCheckAt?.getTime() ?? 0) - since).toBe(300_000);
		expect(await bench.store.claimLook(LEASE_MS)).toBeNull();
		await passTime(bench.database.query, 300_000);
		expect(await bench.store.claimLook(LEASE_MS)).toMatchObject({ id: executionId, checks: 2, cleanLooks: 1 });
	});

	it('put off to a time that is past come at once, not before', async () => {
		await settleAll();
		const execution = await unknownOne(0);
		await bench.store.claimLook(LEASE_MS);
		await passTime(bench.database.query, 50_000);
		const { id: executionId, epoch } = execution;
		await bench.store.postpone({ executionId, epoch, look: 1, nextCheckAfterMs: 10_000, cleanLooks: 0 });
		expect(await bench.store.claimLook(LEASE_MS)).toMatchObject({ id: executionId, checks: 2 });
	});

	it('are for what is unknown only', async () => {
		await settleAll();
		const office = await newOffice(bench);
		await mustReserve(bench, reservation(office, { leaseMs: -1 }));
		const human = await mustReserve(bench, reservation(office));
		await bench.store.settle(settlement(human, { ...unknown, to: 'NEEDS_HUMAN', nextCheckInMs: 0 }));
		expect(await bench.store.claimLook(LEASE_MS)).toBeNull();
		expect(await bench.store.claimLook(LEASE_MS)).toBeNull();
	});

	it('keep since when the outcome is unknown, and an address that proved nothing', async () => {
		const execution = await unknownOne(2_000);
		const claimedUrl = 'https://github.com/acme/elsewhere/issues/1';
		const again = { ...unknown, from: ['INDETERMINATE'], to: 'NEEDS_HUMAN', claimedUrl, isAttemptRow: false } as const;
		const before = await read(execution);
		expect(before.unknownSince?.getTime()).toBeGreaterThanOrEqual(before.reservedAt.getTime());
		expect(before.nextCheckAt?.getTime()).toBeGreaterThanOrEqual((before.unknownSince?.getTime() ?? 0) + 2_000);
		await bench.store.settle(settlement(execution, again));
		await bench.store.settle(settlement(execution, { from: ['NEEDS_HUMAN'], isAttemptRow: false }));
		const { unknownSince, claimedUrl: kept, state } = await read(execution);
		expect({ unknownSince, kept, state }).toEqual({
			unknownSince: before.unknownSince,
			kept: claimedUrl,
			state: 'CONFIRMED',
		});
	});

	it('[absent-proved] know the artifacts, not the labels, of every tenant’s executions', async () => {
		const [one, two] = [await newOffice(bench), await newOffice(bench)];
		const artifactUrl = 'https://github.com/acme/payments-api/issues/4711';
		const confirmed = await mustReserve(bench, reservation(one));
		await bench.store.settle(settlement(confirmed, { artifactUrl }));
		const reserved = await mustReserve(bench, reservation(two));

		const labelled = 'https://github.com/acme/payments-api/issues/4713';
		const labels = await mustReserve(bench, reservation(one, { afterSha: 'a'.repeat(64) }));
		await bench.store.settle(settlement(labels, { artifactUrl: labelled }));
		expect(await bench.store.knownArtifacts([ever(labelled)])).toEqual(new Set());

		const elsewhere = 'https://github.com/acme/payments-api/issues/4712';
		await bench.store.settle(settlement(reserved, { ...unknown, to: 'NEEDS_HUMAN', artifactUrl: elsewhere }));
		expect(await bench.store.knownArtifacts([ever(artifactUrl), ever(elsewhere)])).toEqual(new Set([artifactUrl]));
		expect(await bench.store.knownArtifacts([])).toEqual(new Set());
	});
});
