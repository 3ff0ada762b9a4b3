import { describe, expect, it } from 'vitest';
import { ProblemError } from '#api/client';
import { UNCHECKED } from '#gateway/unchecked';
import { lookWords } from '#ui/gateway/looks.ts';
import { foundAt, lacks, uncheckedWords, whatAbsenceTakes, wrongOf } from '#ui/gateway/settle.ts';
import { waitText } from '#ui/words.ts';

const refused = (code: string, more: object = {}) => new ProblemError({ code, detail: 'Words.', ...more }, 422);

describe('the finding of a person', () => {
	it('is asked for before the portal is: which, how it is known, and where it stands if it happened', () => {
		expect(Object.keys(lacks({ happened: undefined, url: '', reason: ' ' }))).toEqual(['happened', 'reason']);
		expect(Object.keys(lacks({ happened: true, url: 'acme/x#1', reason: 'r' }))).toEqual(['url']);
		expect(lacks({ happened: false, url: '', reason: 'r' })).toEqual({});
	});

	it('that is not borne out is refused beside what was claimed', () => {
		expect(wrongOf(refused('artifact_not_verified'), true)).toEqual({ url: 'Words.' });
		expect(wrongOf(refused('artifact_not_verified'), false)).toEqual({ happened: 'Words.' });
		expect(wrongOf(refused('reason_required'), false)).toEqual({ reason: 'Words.' });
		const errors = [{ path: 'reason', message: 'must not hold a token' }];
		expect(wrongOf(refused('invalid_request', { errors }), true)).toEqual({ reason: 'It must not hold a token.' });
		expect(wrongOf(refused('execution_settled'), true)).toBeUndefined();
	});

	it('is offered the address at which it turned up', () => {
		const detail = 'It is there: https://github.test/acme/ledger/issues/7 Nothing was settled.';
		expect(foundAt(refused('artifact_not_verified', { detail }))).toBe('https://github.test/acme/ledger/issues/7');
		expect(foundAt(refused('execution_settled', { detail }))).toBeUndefined();
	});
});

describe('[human-settles] that it did not happen', () => {
	const prereqs = (configured: boolean, ok: boolean) => ({ upstream: { configured }, credential: { ok } });
	it('is said to be taken unchecked before it is, when nothing can be read', () => {
		expect(whatAbsenceTakes(prereqs(false, true))).toMatch(/^GitHub is not connected .* unchecked/);
		expect(whatAbsenceTakes(prereqs(true, false))).toMatch(/^This tenant has no GitHub credential.* unchecked/);
		for (const known of [prereqs(true, true), undefined]) {
			expect(whatAbsenceTakes(known)).toMatch(/^The portal looks once more.* refuses .* unchecked/);
		}
	});
	it('and after it was, with the reason', () => {
		const words = UNCHECKED.map(uncheckedWords);
		for (const each of words) expect(each).toMatch(/^Unchecked: /);
		expect(new Set(words).size).toBe(UNCHECKED.length);
	});
});

describe('an absence', () => {
	it('is not yet said while looks go on', () => {
		expect(lookWords(0)).toBe('Not looked yet');
		expect(lookWords(3)).toBe('Not found yet, 3 of 5 looks so far');
		expect(lookWords(9)).toBe('Not found yet, 5 of 5 looks so far');
	});
});

it.each([
	[12, '12 s'],
	[60, '1 min'],
	[200, '3 min 20 s'],
	[3_720, '1 h 2 min'],
])('a wait of %i s is %s', (seconds, words) => expect(waitText(seconds)).toBe(words));
