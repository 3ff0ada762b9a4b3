import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '#core/sha256.testing';
import { buildEntry, type EntryDraft, openEntry } from './entry.ts';
import { MAX_ENTRY_BYTES } from './hash.ts';
import { formatMicros } from './timestamp.ts';

const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const role = fc.constantFrom('ADMIN', 'MEMBER');
const text = fc.string({ unit: 'grapheme' });

/** Also of keys and texts that look like what is left open. */
const detail = fc.dictionary(
	fc.oneof(text, fc.constantFrom('at', 'prev', 'seq', '"at":"', 'v')),
	fc.oneof(text, fc.integer(), fc.constantFrom('","prev":"', '"seq":0,', '"at":"')),
);

const drafts = fc.record(
	{
		action: fc.constantFrom('mcp.tool.github.issue_write', 'a.b', 'zz.Z_-9'),
		actor: fc.oneof(
			fc.constant({ kind: 'system' } as const),
			fc.record({ kind: fc.constant('user' as const), id, commit: hex, role }),
			fc.record({ kind: fc.constant('token' as const), id, by: id, commit: hex, role }),
		),
		ok: fc.boolean(),
		code: fc.constantFrom('replayed', 'outcome_unknown'),
		argsSha: hex,
		executionId: id,
		artifact: fc.record({ url: fc.webUrl() }),
		reason: fc.string({ unit: 'binary', maxLength: 600 }),
		detail,
	},
	{ requiredKeys: ['action', 'actor', 'ok'] },
) as fc.Arbitrary<EntryDraft>;

describe('an entry whose place is given later', () => {
	const placedIn = (draft: EntryDraft, place: { log: string; seq: number; prev: string; at: string }): string => {
		const open = openEntry(draft, place.log);
		return open[0] + place.at + open[1] + place.prev + open[2] + place.seq + open[3];
	};

	it('[append-only] is, with its place, to the byte what is built in one go', () => {
		fc.assert(
			fc.property(drafts, hex, fc.maxSafeNat(), fc.nat(999), (draft, prev, seq, micros) => {
				const place = { log: 'demo', seq, prev, at: formatMicros(1_795_000_000_000, micros) };
				expect(placedIn(draft, place)).toBe(buildEntry(draft, place, sha256).entry);
			}),
		);
	});

	it('is refused as it would be in its place: what is no entry, and what might be too long for one', () => {
		const draft: EntryDraft = { action: 'a.b', actor: { kind: 'system' }, ok: true };
		expect(() => openEntry({ ...draft, action: 'NOPE' }, 'demo')).toThrow();
		expect(() => openEntry(draft, 'No Log')).toThrow();
		expect(() => openEntry({ ...draft, detail: { half: '\ud800' } }, 'demo')).toThrow(TypeError);
		const place = { log: 'demo', seq: Number.MAX_SAFE_INTEGER, prev: '0'.repeat(64), at: formatMicros(0, 0) };
		const fill = (length: number): EntryDraft => ({ ...draft, detail: { why: 'x'.repeat(length) } });
		const room = MAX_ENTRY_BYTES - placedIn(fill(0), place).length;
		expect(placedIn(fill(room), place)).toHaveLength(MAX_ENTRY_BYTES);
		expect(() => openEntry(fill(room + 1), 'demo')).toThrow(RangeError);
	});
});
