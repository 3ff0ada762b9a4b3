import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildEntry, type EntryDraft } from '#core/audit/entry';
import { nextAt } from '#core/audit/timestamp';
import { anotherPool, testDatabases } from '#test/support/database';
import {
	type Bench,
	benchOver,
	draft,
	mustReserve,
	newOffice,
	reservation,
	settlement,
	sha256,
	verifyLog,
} from './fixture.ts';

describe.each(testDatabases())('appending under contention on $name', ({ open }) => {
	let bench: Bench;
	/** Each as another portal process has it: a store, and where there is a server a pool, of its own. */
	let portals: Bench[];
	beforeAll(async () => {
		bench = benchOver(await open());
		portals = [bench];
		for (let i = 0; i < 3; i++) portals.push(benchOver((await anotherPool(bench.database)) ?? bench.database));
	});
	const portal = (i: number): Bench => portals[i % portals.length] ?? bench;

	it('[append-only] stores what buildEntry would have built in that place, byte for byte and hash for hash', async () => {
		let logs = 0;
		const details = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }));
		const given = fc.array(fc.record({ detail: details, ok: fc.boolean(), back: fc.integer({ min: -3, max: 3 }) }), {
			minLength: 1,
			maxLength: 12,
		});
		await fc.assert(
			fc.asyncProperty(given, async (entries) => {
				const log = `bytes-${++logs}`;
				const drafts = entries.map(({ detail, ok }): EntryDraft => draft({ detail, ok }));
				// One after the other, so that each has its clock; the last three together.
				for (const [i, one] of drafts.slice(0, -3).entries()) {
					bench.now = new Date(bench.now.getTime() + (entries[i]?.back ?? 0));
					await bench.store.append(log, one);
				}
				await Promise.all(drafts.slice(-3).map((one) => bench.store.append(log, one)));
				const { entries: stored } = await bench.store.page({ log, limit: 100, order: 'asc' });
				let prev = '0'.repeat(64);
				let last: string | null = null;
				for (const [seq, row] of stored.entries()) {
					const { at } = JSON.parse(row.entry) as { at: string };
					expect(row).toEqual({ seq, ...buildEntry(drafts[seq] as EntryDraft, { log, seq, prev, at }, sha256) });
					// Either the clock's millisecond, or a microsecond after the entry before.
					expect(at).toBe(at.endsWith('000Z') ? at : nextAt(new Date(0), last));
					expect(last === null || at > last).toBe(true);
					prev = row.entryHash;
					last = at;
				}
				expect(stored).toHaveLength(drafts.length);
			}),
			{ numRuns: 25 },
		);
	});

	it('[append-only] [one-row] portals that append, settle and change at once leave one unforked chain of exactly the rows owed', async () => {
		const step = fc.record({
			portal: fc.nat(3),
			what: fc.constantFrom('append', 'settle', 'settle', 'unknown', 'broken', 'change', 'rolled back'),
			/** Which execution: several steps want the same one. */
			of: fc.nat(5),
		});
		await fc.assert(
			fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 40 }), async (steps) => {
				const office = await newOffice(bench);
				const log = office.tenant.id;
				const executions = await Promise.all(Array.from({ length: 6 }, () => mustReserve(bench, reservation(office))));
				const before = (await bench.store.head(log)).size;
				const change = (store: Bench['store'], fail: boolean) =>
					store.setDispatch({
						tenantId: log,
						enabled: true,
						by: 'Ada',
						reason: null,
						entry: () => draft({ action: fail ? 'NOT AN ACTION' : 'dispatch.set' }),
					});
				const results = await Promise.allSettled(
					steps.map(({ portal: which, what, of }, i) => {
						const { store } = portal(which);
						const execution = executions[of];
						if (execution === undefined) throw new Error('no such execution');
						switch (what) {
							case 'append':
								return store.append(log, draft({ detail: { i } }));
							case 'settle':
								return store.settle(settlement(execution));
							case 'unknown':
								return store.settle(
									settlement(execution, { to: 'INDETERMINATE', code: 'outcome_unknown', artifactUrl: null }),
								);
							case 'broken': // the database refuses a confirmation without an address
								return store.settle(settlement(execution, { artifactUrl: null }));
							default:
								return change(store, what === 'rolled back');
						}
					}),
				);
				const positions = results.flatMap((each) =>
					each.status === 'fulfilled' && each.value !== null ? [each.value] : [],
				);
				const seqs = positions.map(({ seq }) => seq).sort((a, b) => a - b);
				expect(seqs).toEqual(seqs.map((_, i) => before + i));
				expect(await verifyLog(bench.store, log)).toMatchObject({ ok: true, size: before + seqs.length });

				const { entries } = await bench.store.page({ log, limit: 1_000, order: 'asc' });
				for (const { seq, entryHash } of positions) expect(entries[seq]).toMatchObject({ seq, entryHash });
				for (const [i, { what, of }] of steps.entries()) {
					const result = results[i];
					if (what === 'append' || what === 'change') expect(result).toMatchObject({ status: 'fulfilled' });
					if (what === 'rolled back') expect(result).toMatchObject({ status: 'rejected' });
					if (what === 'broken' && result?.status === 'fulfilled') {
						// Only behind a shut fence is it no failure.
						expect(result.value).toBeNull();
						expect(steps.some((each) => each.of === of && (each.what === 'settle' || each.what === 'unknown'))).toBe(
							true,
						);
					}
				}
				for (const [of, { id }] of executions.entries()) {
					const now = await bench.store.execution(log, id);
					const its = entries.filter(({ entry }) => entry.includes(id));
					const asked = steps.some((each) => each.of === of && (each.what === 'settle' || each.what === 'unknown'));
					expect(its).toHaveLength(asked ? 1 : 0);
					expect(now?.state === 'RESERVED').toBe(!asked);
					expect(now?.auditSeq).toBe(its[0]?.seq ?? null);
				}
			}),
			{ numRuns: 15 },
		);
	});
});
