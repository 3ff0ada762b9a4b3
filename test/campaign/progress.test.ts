import { describe, expect, it } from 'vitest';
import { type Plan, planOf } from './plan.ts';
import { freshProgress, isDone, noted, readProgress, report, tallies } from './progress.ts';
import { type Tally, table } from './table.ts';

const MODES = ['pglite', 'postgres'] as const;
const plan = (number: number): Plan => planOf(5, number, MODES);
const fine = (number: number): Tally => ({ plan: plan(number), violations: [] });
const broken = (number: number): Tally => ({ ...fine(number), broken: 'no portal lives' });
const wrong = (number: number): Tally => ({ ...fine(number), violations: [{ kind: 'duplicate', what: 'two' }] });
const progressOf = (...all: Tally[]) => all.reduce(noted, freshProgress({ seed: 5, modes: MODES, runs: 4 }));

describe('what is kept of a campaign', () => {
	it('a run that broke is made again, and told of whatever becomes of it', () => {
		const begun = progressOf(fine(0), broken(1), broken(2), broken(2));
		expect([0, 1, 2, 3].filter((number) => !isDone(begun, number))).toEqual([1, 2, 3]);
		expect(report(begun)).toMatchObject({ wrong: [{ plan: { number: 1 } }, { plan: { number: 2 } }], mended: [] });
		expect(tallies(begun)).toHaveLength(3);

		const resumed = readProgress(JSON.stringify([fine(1), wrong(2)].reduce(noted, begun)));
		expect([0, 1, 2, 3].filter((number) => !isDone(resumed, number))).toEqual([3]);
		expect(report(resumed)).toMatchObject({ wrong: [wrong(2)], mended: [1, 2] });
		expect(tallies(resumed)).toEqual([fine(0), fine(1), wrong(2)]);
	});

	it('a file that counted it as done is read so that it is made again', () => {
		const { broke: _, ...old } = { ...progressOf(), done: [fine(0), broken(1)] };
		const read = readProgress(JSON.stringify(old));
		expect([isDone(read, 0), isDone(read, 1)]).toEqual([true, false]);
		expect(report(read).wrong).toMatchObject([{ broken: 'no portal lives' }]);
	});
});

describe('the table of a campaign', () => {
	const lines = (...all: Tally[]) =>
		table(all, MODES)
			.split('\n')
			.map((line) => line.split(/\s{2,}/));
	const cellsOf = (title: string, all: readonly Tally[]) =>
		lines(...all)
			.find(([first]) => first === title)
			?.slice(1);

	it('what was not tried is a dash, not a nought', () => {
		expect(plan(0)).toMatchObject({ mode: 'pglite', point: 'before the reservation' });
		expect(cellsOf('before the reservation', [fine(0)])).toEqual(['1', '–']);
		expect(cellsOf('after the reservation', [fine(0)])).toEqual(['–', '–']);
		expect(cellsOf('runs', [fine(0)])).toEqual(['1', '–']);
		expect(cellsOf('duplicates', [fine(0)])).toEqual(['0', '–']);
		expect(cellsOf('runs that broke', [fine(0)])).toEqual(['0', '–']);
	});

	it('nor does a run that broke count as one that found nothing', () => {
		expect(cellsOf('before the reservation', [wrong(0), broken(1)])).toEqual(['1 (1 ✗)', '1 (1 ✗)']);
		expect(cellsOf('duplicates', [wrong(0), broken(1)])).toEqual(['1', '–']);
		expect(cellsOf('runs that broke', [wrong(0), broken(1)])).toEqual(['0', '1']);
	});
});
