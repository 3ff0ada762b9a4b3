import { describe, expect, it } from 'vitest';
import { hiddenSince, newestGiven, type Seen } from '#gateway/reconcile-numbers';

/** What stands at 1, 2, 3 …: `o`lder, `s`ince, `g`one, `u`ndated, `.` nothing; above them nothing. */
function numbers(row: string) {
	const as: Record<string, Seen> = { o: 'older', s: 'since', g: 'gone', u: 'undated', '?': null };
	const asked: number[] = [];
	const see = async (number: number): Promise<Seen> => {
		asked.push(number);
		const at = row[number - 1];
		return at === undefined || at === '.' ? 'nothing' : (as[at] ?? null);
	};
	return { see, asked };
}

describe('the newest number that was given out', () => {
	it.each([
		['', 0, 0],
		['ooo', 3, 3],
		['ooos', 3, 4],
		['ooog', 3, 4],
		['ooou', 3, 4],
		['ooo..s', 3, 6],
		['ooo.s.s', 3, 7],
		[`o${'o'.repeat(300)}s`, 1, 302],
		[`o${'o'.repeat(255)}`, 1, 256],
		['', 7, 7],
	])('of %s, from %i on, is %i', async (row, from, newest) => {
		const { see, asked } = numbers(row);
		expect(await newestGiven(see, from)).toBe(newest);
		expect(asked.length).toBeLessThan(30);
	});

	it('on a quiet repository three are asked for', async () => {
		const { see, asked } = numbers('ooo');
		await newestGiven(see, 3);
		expect(asked).toEqual([4, 5, 6]);
	});

	it('ends where nothing can be read any more', async () => {
		expect(await newestGiven(numbers('oo?s').see, 2)).toBe(4);
		expect(await newestGiven(numbers('oo???s').see, 2)).toBe(2);
	});
});

describe('a number that shows nothing', () => {
	it.each<[what: string, row: string, hidden: number | null]>([
		['none', 'ooosss', null],
		['below a new one', 'ooo.s', 4],
		['below a new one, deleted', 'ooogs', 4],
		['the newest, deleted', 'ooog', 4],
		['between two new ones', 'ooos.s', 5],
		['from before the reservation', 'o.os', null],
		['older still', '.ooos', null],
		['above one that was moved in and looks old', 'oos.os', 4],
		['below one that was moved in last', 'ooos.o', 5],
		['which only may not be read', 'ooous', null],
		['in an empty repository', '', null],
	])('%s: %s', async (_, row, hidden) => {
		expect(await hiddenSince(numbers(row).see, row.length)).toBe(hidden);
	});

	it('reads on until ten in a row are older, and no further', async () => {
		const { see, asked } = numbers(`${'o'.repeat(14)}s`);
		await hiddenSince(see, 15);
		expect(asked).toEqual([15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5]);
	});
});
