import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { appendAll } from '#adapters/store/audit-statement';
import type { Database, Query } from '#adapters/store/database';
import { openEntry } from '#core/audit/entry';
import type { SettleInput } from '#gateway/ports/executions';
import { anotherPool, testDatabases } from '#test/support/database';
import { type Bench, benchOver, draft, mustReserve, newOffice, reservation, settlement, verifyLog } from './fixture.ts';

/** The same database, seen: how many entries each statement of an append brings; `after` may fail what was answered. */
function watched(database: Database) {
	const batches: number[] = [];
	const seen = { batches, after: (_batch: number): void => {} };
	const query: Query = async (text, params, name) => {
		if (name !== 'append') return database.query(text, params, name);
		batches.push((params as string[][])[2]?.length ?? 0);
		const rows = await database.query(text, params, name);
		seen.after(batches.length);
		return rows as never;
	};
	return { bench: benchOver({ ...database, query }), seen };
}

const databases = testDatabases();

describe.each(databases)('settlements that wait together on $name', ({ open }) => {
	let plain: Bench;
	beforeAll(async () => {
		plain = benchOver(await open());
	});
	/** By the store that will settle them: it then knows their tenant and does not ask first. */
	const reserved = async (bench: Bench, office: Awaited<ReturnType<typeof newOffice>>, n: number) => {
		const executions = [];
		for (let i = 0; i < n; i++) executions.push(await mustReserve(bench, reservation(office)));
		return executions;
	};

	it('are one statement and one commit with the appends among them, and each is answered for itself', async () => {
		const { bench, seen } = watched(plain.database);
		const office = await newOffice(plain);
		const log = office.tenant.id;
		const executions = await reserved(bench, office, 12);
		const size = (await plain.store.head(log)).size;
		const results = await Promise.all([
			bench.store.append(log, draft()),
			...executions.map((execution, i) =>
				i % 3 === 0
					? bench.store.append(log, draft())
					: bench.store.settle(settlement(execution, i === 5 ? { epoch: 9 } : {})),
			),
		]);
		expect(seen.batches).toEqual([1, 12]);
		// The one whose fence is shut takes no seq.
		expect(results[6]).toBeNull();
		const seqs = results.flatMap((result) => (result === null ? [] : [result.seq]));
		expect(seqs.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => size + i));
		expect(await verifyLog(plain.store, log)).toMatchObject({ ok: true, size: size + 12 });
		for (const [i, { id }] of executions.entries()) {
			const settled = i % 3 !== 0 && i !== 5;
			expect(await plain.store.execution(log, id)).toMatchObject({
				state: settled ? 'CONFIRMED' : 'RESERVED',
				auditSeq: settled ? results[i + 1]?.seq : null,
			});
		}
	});

	it('[append-only] fail alone: one that the database refuses takes none of the others with it', async () => {
		const { bench } = watched(plain.database);
		const office = await newOffice(plain);
		const log = office.tenant.id;
		const executions = await reserved(bench, office, 6);
		const size = (await plain.store.head(log)).size;
		const results = await Promise.allSettled([
			bench.store.append(log, draft()),
			...executions.map((execution, i) =>
				bench.store.settle(settlement(execution, i === 2 ? { artifactUrl: null } : {})),
			),
		]);
		expect(results.map(({ status }) => status)).toEqual(results.map((_, i) => (i === 3 ? 'rejected' : 'fulfilled')));
		expect(await verifyLog(plain.store, log)).toMatchObject({ ok: true, size: size + 6 });
		expect(await plain.store.execution(log, executions[2]?.id ?? '')).toMatchObject({
			state: 'RESERVED',
			auditSeq: null,
		});
	});

	it('of one execution come one after the other, so that the second sees what the first did', async () => {
		const { bench, seen } = watched(plain.database);
		const office = await newOffice(plain);
		const [execution] = await reserved(bench, office, 1);
		if (execution === undefined) throw new Error('nothing reserved');
		const unknown = { to: 'INDETERMINATE', code: 'outcome_unknown', artifactUrl: null } as const;
		const [, first, second, third] = await Promise.all([
			bench.store.append(office.tenant.id, draft()),
			bench.store.settle(settlement(execution, unknown)),
			bench.store.settle(settlement(execution, { from: ['INDETERMINATE'], isAttemptRow: false })),
			bench.store.settle(settlement(execution)),
		]);
		expect(second?.seq).toBe((first?.seq ?? 0) + 1);
		expect(third).toBeNull();
		expect(seen.batches).toEqual([1, 1, 1, 1]);
		expect(await plain.store.execution(office.tenant.id, execution.id)).toMatchObject({
			state: 'CONFIRMED',
			auditSeq: first?.seq,
		});
	});

	it('[once] whose answer is lost are not tried again here: each fails, and each has happened once', async () => {
		const { bench, seen } = watched(plain.database);
		const office = await newOffice(plain);
		const log = office.tenant.id;
		const executions = await reserved(bench, office, 4);
		const size = (await plain.store.head(log)).size;
		seen.after = (batch) => {
			if (batch === 2) throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
		};
		const results = await Promise.allSettled([
			bench.store.append(log, draft()),
			...executions.map((execution) => bench.store.settle(settlement(execution))),
		]);
		expect(results.map(({ status }) => status)).toEqual(['fulfilled', ...executions.map(() => 'rejected')]);
		expect(seen.batches).toEqual([1, 4]);
		expect(await verifyLog(plain.store, log)).toMatchObject({ ok: true, size: size + 5 });
		// Asked once more, as send.ts does, the fence is shut: nothing happens twice.
		for (const execution of executions) expect(await bench.store.settle(settlement(execution))).toBeNull();
		expect((await plain.store.head(log)).size).toBe(size + 5);
	});

	it('of two portals, in whatever order, never wait for each other in a circle', async () => {
		const rival = benchOver((await anotherPool(plain.database)) ?? plain.database);
		const office = await newOffice(plain);
		const log = office.tenant.id;
		for (let turn = 0; turn < 5; turn++) {
			const executions = await reserved(plain, office, 20);
			const before = (await plain.store.head(log)).size;
			const settleAll = (bench: Bench, some: typeof executions) =>
				[bench.store.append(log, draft()), ...some.map((one) => bench.store.settle(settlement(one)))] as const;
			const results = await Promise.all([
				...settleAll(plain, executions),
				...settleAll(rival, executions.toReversed()),
			]);
			expect(results.filter((position) => position !== null)).toHaveLength(22);
			expect(await verifyLog(plain.store, log)).toMatchObject({ ok: true, size: before + 22 });
		}
	});
});

const server = databases.filter(({ name }) => name === 'PostgreSQL');

describe.runIf(server.length > 0).each(server)('two batches on $name that want the same executions', ({ open }) => {
	it('lock them in one order, whatever order they came in: no circle, and each execution is settled once', async () => {
		const bench = benchOver(await open());
		const other = await anotherPool(bench.database);
		if (other === null) throw new Error('one pool only');
		const office = await newOffice(bench);
		const log = office.tenant.id;
		const low = await mustReserve(bench, reservation(office));
		const high = await mustReserve(bench, reservation(office));
		const batch = (query: Query, inputs: readonly SettleInput[]) =>
			appendAll(
				query,
				log,
				'2026-11-24T09:00:00.000000Z',
				inputs.map((input) => ({ draft: input.entry, text: openEntry(input.entry, log), settles: input })),
			);
		const waiting = async (n: number): Promise<void> => {
			const text = `SELECT count(*) AS n FROM pg_stat_activity
				WHERE datname = current_database() AND wait_event_type = 'Lock'`;
			while (((await bench.database.query<{ n: number }>(text))[0]?.n ?? 0) < n) await delay(5);
		};
		let first: ReturnType<typeof batch> | undefined;
		let second: ReturnType<typeof batch> | undefined;
		await bench.database.transaction(async ({ query }) => {
			await query('SELECT FROM execution WHERE id = $1 FOR UPDATE', [low.id]);
			first = batch(bench.database.query, [settlement(low), settlement(high)]);
			await waiting(1);
			// In the order it came it would hold `high` now, and want `low`, which goes to the first.
			second = batch(other.query, [settlement(high), settlement(low)]);
			await waiting(2);
		});
		const positions = [...((await first) ?? []), ...((await second) ?? [])];
		expect(positions.filter((position) => position !== null)).toHaveLength(2);
		expect(await verifyLog(bench.store, log)).toMatchObject({ ok: true });
	});
});
