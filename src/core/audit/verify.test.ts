import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, type JsonObject } from '#core/canonical-json';
import { toHex } from '#core/sha256';
import { sha256 } from '#core/sha256.testing';
import { chainOf } from './chain.testing.ts';
import { chainHash, EMPTY_HEAD, leafHash } from './hash.ts';
import { type AuditRow, type ChainVerdict, createVerifier } from './verify.ts';

const SIZE = 6;
const { rows, head } = chainOf(SIZE);
const claimed = { size: SIZE, head };

function verdict(given: readonly AuditRow[], end: { size: number; head: string } | undefined = claimed): ChainVerdict {
	const verifier = createVerifier({ log: 'demo' }, sha256);
	for (const row of given) verifier.push(row);
	return verifier.finish(end);
}

/** The row with its entry changed and every stored hash made to fit: what somebody who owns the database writes. */
function forged(row: AuditRow, change: JsonObject): AuditRow {
	const entry = canonicalJson({ ...(JSON.parse(row.entry) as JsonObject), ...change });
	const leaf = leafHash(entry, sha256);
	return {
		seq: row.seq,
		entry,
		leaf: toHex(leaf),
		entryHash: toHex(chainHash((JSON.parse(entry) as { prev: string }).prev, leaf, sha256)),
	};
}

const index = fc.nat({ max: SIZE - 1 });

describe('a log that nobody touched', () => {
	it('is good, whole or empty, with its head or without', () => {
		expect(verdict(rows)).toEqual({ ok: true, size: SIZE, head });
		expect(verdict([], { size: 0, head: EMPTY_HEAD })).toEqual({ ok: true, size: 0, head: EMPTY_HEAD });
		const open = createVerifier({}, sha256);
		for (const { seq, entry } of rows) open.push({ seq, entry });
		expect(open.finish()).toEqual({ ok: true, size: SIZE, head });
	});
	it('is bad as another log', () => {
		const verifier = createVerifier({ log: 'other' }, sha256);
		for (const row of rows) verifier.push(row);
		expect(verifier.finish(claimed).firstBad).toEqual({ seq: 0, reason: 'bytes' });
	});
});

describe('whatever is done to a log is found, at the row where it was done', () => {
	it('any character of a row’s text or hashes changed, added or removed', () => {
		const edit = fc.constantFrom('change', 'add', 'remove');
		fc.assert(
			fc.property(
				index,
				fc.constantFrom('entry' as const, 'leaf' as const, 'entryHash' as const),
				fc.nat(),
				edit,
				fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
				(n, column, at, how, char) => {
					const text = (rows[n] as Required<AuditRow>)[column];
					const place = at % text.length;
					const changed =
						text.slice(0, place) + (how === 'remove' ? '' : char) + text.slice(how === 'add' ? place : place + 1);
					fc.pre(changed !== text);
					const bad = rows.map((row, k) => (k === n ? { ...row, [column]: changed } : row));
					expect(verdict(bad)).toMatchObject({ ok: false, firstBad: { seq: n, reason: 'bytes' } });
				},
			),
			{ numRuns: 2_000 },
		);
	});
	it('rows removed: the first missing seq, or the head when they were the last', () => {
		fc.assert(
			fc.property(index, fc.integer({ min: 1, max: SIZE }), (from, many) => {
				const left = rows.filter((_, k) => k < from || k >= from + many);
				const reason = from + many >= SIZE ? 'head' : 'gap';
				expect(verdict(left).firstBad).toEqual({ seq: from, reason });
			}),
		);
	});
	it('two rows in each other’s place', () => {
		fc.assert(
			fc.property(index, index, (a, b) => {
				fc.pre(a < b);
				const swapped = [...rows];
				[swapped[a], swapped[b]] = [rows[b] as Required<AuditRow>, rows[a] as Required<AuditRow>];
				expect(verdict(swapped).firstBad).toEqual({ seq: a, reason: 'gap' });
				const renumbered = swapped.map((row, seq) => ({ ...row, seq }));
				expect(verdict(renumbered).firstBad).toEqual({ seq: a, reason: 'bytes' });
			}),
		);
	});
	it('a row that comes again', () => {
		fc.assert(
			fc.property(index, (n) => {
				const twice = [...rows.slice(0, n + 1), ...rows.slice(n)];
				expect(verdict(twice).firstBad).toEqual({ seq: n + 1, reason: 'link' });
			}),
		);
	});
	it('a row forged with all its hashes: the next one’s link, or the head when it was the last', () => {
		fc.assert(
			fc.property(index, (n) => {
				const bad = rows.map((row, k) => (k === n ? forged(row, { ok: false }) : row));
				expect(verdict(bad).firstBad).toEqual(
					n === SIZE - 1 ? { seq: SIZE, reason: 'head' } : { seq: n + 1, reason: 'link' },
				);
			}),
		);
	});
	it('a forged link, time, seq, log or version', () => {
		const at = (n: number): string => (JSON.parse(rows[n]?.entry ?? '') as { at: string }).at;
		const tail = (change: JsonObject) => verdict([...rows.slice(0, 3), forged(rows[3] as AuditRow, change)]).firstBad;
		expect(tail({ prev: EMPTY_HEAD })).toEqual({ seq: 3, reason: 'link' });
		expect(tail({ at: at(2) })).toEqual({ seq: 3, reason: 'time' });
		expect(tail({ at: at(1) })).toEqual({ seq: 3, reason: 'time' });
		expect(tail({ seq: 4 })).toEqual({ seq: 3, reason: 'bytes' });
		expect(tail({ log: 'other' })).toEqual({ seq: 3, reason: 'bytes' });
		expect(tail({ v: 2 })).toEqual({ seq: 3, reason: 'bytes' });
		expect(tail({ args: 'secret' })).toEqual({ seq: 3, reason: 'bytes' });
	});
	it('rows beyond the head', () => {
		expect(verdict(rows, { size: SIZE - 1, head: rows[SIZE - 2]?.entryHash ?? '' }).firstBad).toEqual({
			seq: SIZE - 1,
			reason: 'head',
		});
	});
	it('only the first of several', () => {
		const bad = rows.filter((_, k) => k !== 2).map((row) => (row.seq === 4 ? { ...row, leaf: '' } : row));
		expect(verdict(bad).firstBad).toEqual({ seq: 2, reason: 'gap' });
	});
});

it('never throws, whatever a row holds', () => {
	const text = fc.oneof(
		fc.string({ unit: 'binary' }),
		fc.json(),
		fc.constant('['.repeat(100_000)),
		fc.constant('"\ud800"'),
		fc.constant('x'.repeat(70_000)),
	);
	fc.assert(
		fc.property(text, fc.integer(), (entry, seq) => {
			expect(verdict([{ seq, entry }]).ok).toBe(false);
		}),
	);
});
