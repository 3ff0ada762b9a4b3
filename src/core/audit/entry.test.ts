import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex, utf8 } from '#core/sha256';
import { sha256 } from '#core/sha256.testing';
import vectors from '../../../test/vectors/audit/chain.json' with { type: 'json' };
import { actorCommit } from './actor-commit.ts';
import { buildEntry, type EntryDraft, entrySchema } from './entry.ts';
import { EMPTY_HEAD, MAX_ENTRY_BYTES } from './hash.ts';
import { AT_PATTERN, formatMicros, nextAt } from './timestamp.ts';

const place = { log: 'demo', seq: 0, prev: EMPTY_HEAD, at: '2026-11-23T02:00:00.123456Z' };
const draft: EntryDraft = { action: 'flag.set', actor: { kind: 'system' }, ok: true };

describe('the golden log', () => {
	it('is written byte for byte again from what the use cases gave', () => {
		let prev = EMPTY_HEAD;
		for (const [seq, { draft: given, at, entry, leaf, entryHash }] of vectors.entries.entries()) {
			expect(buildEntry(given as EntryDraft, { log: vectors.log, seq, prev, at }, sha256)).toEqual({
				entry,
				leaf,
				entryHash,
			});
			prev = entryHash;
		}
		expect(prev).toBe(vectors.head);
	});
	it('names a person by a commitment that the directory can open', () => {
		const [person] = vectors.directory;
		if (!person) throw new Error('no person');
		const salt = Uint8Array.from(person.salt.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
		expect(vectors.entries[0]?.entry).toContain(`"commit":"${actorCommit(person, salt, sha256)}"`);
		expect(actorCommit({ ...person, name: 'Eve' }, salt, sha256)).not.toBe(actorCommit(person, salt, sha256));
		expect(() => actorCommit(person, salt.slice(1), sha256)).toThrow(RangeError);
	});
});

describe('an entry', () => {
	it('leaves out what does not apply', () => {
		const loose = { ...draft, code: undefined, reason: undefined } as unknown as EntryDraft;
		expect(buildEntry(loose, place, sha256).entry).toBe(
			`{"action":"flag.set","actor":{"kind":"system"},"at":"${place.at}","log":"demo","ok":true,"prev":"${EMPTY_HEAD}","seq":0,"v":1}`,
		);
	});
	it('holds at most 500 code points of a reason, never half of one', () => {
		const { entry } = buildEntry({ ...draft, reason: '😀'.repeat(600) }, place, sha256);
		expect((JSON.parse(entry) as { reason: string }).reason).toBe('😀'.repeat(500));
		const odd = buildEntry({ ...draft, reason: `\ud800${'x'.repeat(9)}` }, place, sha256);
		expect((JSON.parse(odd.entry) as { reason: string }).reason).toBe(`\ufffd${'x'.repeat(9)}`);
	});
	it('is refused past 65,535 bytes, and taken at exactly that many', () => {
		const empty = utf8(buildEntry({ ...draft, detail: { why: '' } }, place, sha256).entry).length;
		const fill = (bytes: number): EntryDraft => ({ ...draft, detail: { why: 'x'.repeat(bytes) } });
		expect(utf8(buildEntry(fill(MAX_ENTRY_BYTES - empty), place, sha256).entry).length).toBe(65_535);
		expect(() => buildEntry(fill(MAX_ENTRY_BYTES - empty + 1), place, sha256)).toThrow(RangeError);
	});
	it.each<[string, object, object]>([
		['an unknown key', { args: {} }, {}],
		[
			'an unknown key of the actor',
			{ actor: { kind: 'user', id: 'u', commit: 'ab'.repeat(32), role: 'ADMIN', name: 'Ada' } },
			{},
		],
		['an actor of no known kind', { actor: { kind: 'agent' } }, {}],
		['a system actor with a request', { requestId: 'r' }, {}],
		['a malformed argsSha', { argsSha: 'AB'.repeat(32) }, {}],
		['an action with a space', { action: 'mcp.tool x' }, {}],
		['a detail that is a list', { detail: [] }, {}],
		['a negative seq', {}, { seq: -1 }],
		['a time of milliseconds', {}, { at: '2026-11-23T02:00:00.123Z' }],
		['a short prev', {}, { prev: '00' }],
	])('is never written with %s', (_, change, where) => {
		expect(() => buildEntry({ ...draft, ...change } as EntryDraft, { ...place, ...where }, sha256)).toThrow();
	});
	it('has the hashes that docs/audit-log-format.md describes', () => {
		const { entry, leaf, entryHash } = buildEntry(draft, place, sha256);
		const expected = sha256(Uint8Array.from([0, ...utf8(entry)]));
		expect(leaf).toBe(toHex(expected));
		expect(entryHash).toBe(
			toHex(sha256(Uint8Array.from([...utf8('sarc-audit-v1\n'), ...new Uint8Array(32), ...expected]))),
		);
		expect(entrySchema.safeParse(JSON.parse(entry)).success).toBe(true);
	});
});

describe('time', () => {
	it('is always written with microseconds', () => {
		expect(formatMicros(0, 0)).toBe('1970-01-01T00:00:00.000000Z');
		expect(formatMicros(Date.UTC(2026, 10, 23, 2, 0, 0, 123), 456)).toBe('2026-11-23T02:00:00.123456Z');
		for (const [ms, micros] of [
			[0.5, 0],
			[0, 1000],
			[0, -1],
			[Number.NaN, 0],
			[8.64e15, 0],
		] as const) {
			expect(() => formatMicros(ms, micros)).toThrow(RangeError);
		}
	});
	it('goes on by one microsecond when the clock stands still or was set back', () => {
		const now = new Date('2026-11-23T02:00:00.000Z');
		expect(nextAt(now, null)).toBe('2026-11-23T02:00:00.000000Z');
		expect(nextAt(now, '2026-11-23T02:00:00.000000Z')).toBe('2026-11-23T02:00:00.000001Z');
		expect(nextAt(now, '2026-12-31T23:59:59.999999Z')).toBe('2027-01-01T00:00:00.000000Z');
		expect(nextAt(now, '2026-11-23T01:59:59.999999Z')).toBe('2026-11-23T02:00:00.000000Z');
		expect(() => nextAt(now, 'yesterday… or tomorrow')).toThrow(TypeError);
	});
	it('strictly increases as text, whatever the clock does', () => {
		const clock = fc.array(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }), {
			maxLength: 20,
		});
		fc.assert(
			fc.property(clock, (readings) => {
				let last: string | null = null;
				for (const now of readings) {
					const at = nextAt(now, last);
					expect(at).toMatch(AT_PATTERN);
					if (last !== null) expect(at > last).toBe(true);
					last = at;
				}
			}),
		);
	});
});
