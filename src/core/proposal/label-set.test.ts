import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '#core/sha256.testing';
import { afterShaOf, beforeShaOf, hasLabelTwice, labelChange, sameLabels } from './label-set.ts';

describe('the difference between two sets of labels', () => {
	it('[state-as-seen] is told without letter case; what stays keeps the spelling that stands there', () => {
		expect(labelChange(['bug', 'Triage', 'docs'], ['BUG', 'Security', 'docs'])).toEqual({
			before: ['Triage', 'bug', 'docs'],
			after: ['Security', 'bug', 'docs'],
			added: ['Security'],
			removed: ['Triage'],
		});
	});

	it('is sorted by UTF-16 code units, whatever the locale', () => {
		const names = ['z', 'ä', 'Z', '\ufb01', '😀', 'a'];
		expect(labelChange(names, ['x']).before).toEqual(['Z', 'a', 'z', 'ä', '😀', '\ufb01']);
	});

	const lower = (name: string) => name.toLowerCase();
	const scrambled = (name: string) => fc.mixedCase(fc.constant(name));
	const set = fc
		.uniqueArray(fc.string({ unit: fc.constantFrom(...'abcdé ж😀-'), minLength: 1, maxLength: 4 }), { maxLength: 12 })
		.chain((names) => fc.tuple(...names.map(scrambled)));

	it('[state-as-seen] agrees with what stands there and what is wanted, whatever the letter case', () => {
		fc.assert(
			fc.property(set, set, (present, wanted) => {
				const { before, after, added, removed } = labelChange(present, wanted);
				expect([...before].sort()).toEqual([...present].sort());
				expect(after.map(lower).sort()).toEqual(wanted.map(lower).sort());
				expect(added.every((name) => after.includes(name) && wanted.includes(name))).toBe(true);
				expect(removed.every((name) => before.includes(name))).toBe(true);
				// What is left of the one is what is left of the other: in the spelling that stands there.
				expect(before.filter((name) => !removed.includes(name))).toEqual(after.filter((name) => !added.includes(name)));
				expect(added.some((name) => present.map(lower).includes(lower(name)))).toBe(false);
				expect(removed.some((name) => wanted.map(lower).includes(lower(name)))).toBe(false);
				expect(sameLabels(present, wanted)).toBe(added.length + removed.length === 0);
				for (const names of [before, after, added, removed]) expect(names).toEqual([...names].sort());
			}),
		);
	});

	it('[read-back] two sets have one hash of what is approved exactly when they are the same labels', () => {
		fc.assert(
			fc.property(set, set, (a, b) => {
				expect(afterShaOf(a, sha256) === afterShaOf(b, sha256)).toBe(sameLabels(a, b));
				expect(afterShaOf(a.map(lower).reverse(), sha256)).toBe(afterShaOf(a, sha256));
				expect(afterShaOf(labelChange(b, a).after, sha256)).toBe(afterShaOf(a, sha256));
			}),
		);
	});

	it('[state-as-seen] what was seen has one hash whatever its order, and another in another spelling', () => {
		expect(beforeShaOf(['b', 'a'], sha256)).toBe(beforeShaOf(['a', 'b'], sha256));
		expect(beforeShaOf(['A', 'b'], sha256)).not.toBe(beforeShaOf(['a', 'b'], sha256));
		expect(beforeShaOf(['a,b'], sha256)).not.toBe(beforeShaOf(['a', 'b'], sha256));
	});

	it('the hash is that of the JCS of the sorted array', () => {
		// printf '["bug","triage"]' | sha256sum; printf '[]' | sha256sum
		expect(beforeShaOf(['triage', 'bug'], sha256)).toBe(
			'42ece79b67be47cd1d101775d17ce00e70e5a54ea74d4fa4b83288c8c4bf4bcd',
		);
		expect(beforeShaOf([], sha256)).toBe('4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945');
	});

	it('a label twice is one in other letters too', () => {
		expect(hasLabelTwice(['Bug', 'bUG'])).toBe(true);
		expect(hasLabelTwice(['bug', 'bug '])).toBe(false);
	});
});
