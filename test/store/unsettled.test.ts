import { beforeAll, describe, expect, it } from 'vitest';
import { testDatabases } from '#test/support/database';
import { type Bench, benchOver, mustReserve, newOffice, reservation, settlement } from './fixture.ts';

describe.each(testDatabases())('what is unsettled on $name', ({ open }) => {
	let bench: Bench;
	beforeAll(async () => {
		bench = benchOver(await open());
	});

	it('is counted over all tenants, by state, with the age of the oldest; what has ended is not', async () => {
		expect(await bench.store.unsettled()).toEqual([]);
		const open = { artifactUrl: null, code: 'outcome_unknown', reason: 'test' } as const;
		for (const office of [await newOffice(bench), await newOffice(bench)]) {
			const sha = (digit: string) => ({ argsSha: digit.repeat(64) });
			await mustReserve(bench, reservation(office, sha('1')));
			const ends = [
				settlement(await mustReserve(bench, reservation(office, sha('2'))), { ...open, to: 'INDETERMINATE' }),
				settlement(await mustReserve(bench, reservation(office, sha('3'))), { ...open, to: 'NEEDS_HUMAN' }),
				settlement(await mustReserve(bench, reservation(office, sha('4'))), { ...open, to: 'REJECTED' }),
				settlement(await mustReserve(bench, reservation(office, sha('5')))),
			];
			for (const end of ends) expect(await bench.store.settle(end)).not.toBeNull();
		}
		await bench.database.query("UPDATE execution SET reserved_at = now() - interval '1 hour' WHERE args_sha = $1", [
			'3'.repeat(64),
		]);
		const found = Object.fromEntries((await bench.store.unsettled()).map((row) => [row.state, row]));
		expect(Object.keys(found).sort()).toEqual(['INDETERMINATE', 'NEEDS_HUMAN', 'RESERVED']);
		expect(Object.values(found).map((row) => row.count)).toEqual([2, 2, 2]);
		expect(found.NEEDS_HUMAN?.oldestSeconds).toBeGreaterThanOrEqual(3_600);
		expect(found.RESERVED?.oldestSeconds).toBeLessThan(3_600);
	});
});
