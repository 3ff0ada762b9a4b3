import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '#core/sha256';
import { sha256 } from '#core/sha256.testing';
import vectors from '../../../test/vectors/audit/chain.json' with { type: 'json' };
import { chainOf } from './chain.testing.ts';
import { exportLine, verifyExport } from './export.ts';
import type { ChainVerdict } from './verify.ts';

declare const TextDecoder: new (label: string, options: object) => { decode(bytes: Uint8Array): string };

const SIZE = 5;
const { rows, head } = chainOf(SIZE);
const file = rows.map((row) => exportLine(row.entry)).join('');
const known = { log: 'demo', size: SIZE, head };

describe('the golden log', () => {
	const { log, size, head: goldenHead } = vectors;
	it('is good from its export alone', () => {
		const text = vectors.entries.map(({ entry }) => exportLine(entry)).join('');
		expect(verifyExport([text], { log, size, head: goldenHead }, sha256)).toEqual({ ok: true, size, head: goldenHead });
	});
	it.each(vectors.broken)('is bad when $what', ({ export: text, firstBad }) => {
		expect(verifyExport([text], { log, size, head: goldenHead }, sha256).firstBad).toEqual(firstBad);
	});
});

it('does not depend on where the file is cut into pieces', () => {
	fc.assert(
		fc.property(fc.array(fc.nat({ max: file.length })), (cuts) => {
			const ends = [...cuts.sort((a, b) => a - b), file.length];
			const pieces = ends.map((end, n) => file.slice(ends[n - 1] ?? 0, end));
			expect(verifyExport(pieces, known, sha256)).toEqual({ ok: true, size: SIZE, head });
		}),
	);
});

describe('any one byte of the file is changed, added or removed', () => {
	const bytes = utf8(file);
	const lineOf = (at: number): number => bytes.subarray(0, at).filter((byte) => byte === 0x0a).length;
	/** null = not even UTF-8, which a reader refuses before any of this. */
	const check = (changed: Uint8Array): ChainVerdict | null => {
		try {
			return verifyExport([new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(changed)], known, sha256);
		} catch {
			return null;
		}
	};
	it('and it is found in that line or by the link to it', () => {
		const edit = fc.constantFrom('change', 'add', 'remove');
		fc.assert(
			fc.property(fc.nat({ max: bytes.length - 1 }), edit, fc.nat({ max: 255 }), (at, how, byte) => {
				const middle = how === 'remove' ? [] : [byte];
				const changed = Uint8Array.from([
					...bytes.subarray(0, at),
					...middle,
					...bytes.subarray(how === 'add' ? at : at + 1),
				]);
				fc.pre(changed.some((value, n) => value !== bytes[n]) || changed.length !== bytes.length);
				const found = check(changed);
				if (found === null) return;
				expect(found.ok).toBe(false);
				const line = lineOf(at);
				expect([line, line + 1]).toContain(found.firstBad?.seq);
			}),
			{ numRuns: 2_000 },
		);
	});
	it('or the file is cut short anywhere, and what is missing first is named', () => {
		fc.assert(
			fc.property(fc.nat({ max: file.length - 1 }), (length) => {
				const text = file.slice(0, length);
				const whole = text.split('\n').length - 1;
				const found = verifyExport([text], known, sha256);
				expect(found.ok).toBe(false);
				expect(found.firstBad).toEqual({ seq: whole, reason: text === '' || text.endsWith('\n') ? 'head' : 'bytes' });
			}),
		);
	});
});

it('a line that never ends is bad, and is not kept', () => {
	const endless = function* () {
		for (let n = 0; n < 200; n++) yield 'x'.repeat(10_000);
	};
	expect(verifyExport(endless(), known, sha256)).toMatchObject({ ok: false, firstBad: { seq: 0, reason: 'bytes' } });
});

it('an empty line is no entry', () => {
	expect(verifyExport([`\n${file}`], known, sha256).firstBad).toEqual({ seq: 0, reason: 'bytes' });
	expect(verifyExport([`${file}\n`], known, sha256).ok).toBe(false);
});
