import { describe, expect, it } from 'vitest';
import { CLOCK_SKEW_MS, type Decision, decide, type Evidence, LOOKS_MS } from './decide.ts';

const found: Evidence = { kind: 'found', url: 'https://github.com/acme/ledger/issues/7' };
const otherLogin: Evidence = { kind: 'other_login' };
const clean: Evidence = { kind: 'not_listed', unaccounted: 0, sureOfAccount: true };
const unaccounted: Evidence = { kind: 'not_listed', unaccounted: 2, sureOfAccount: true };
const unsure: Evidence = { kind: 'not_listed', unaccounted: 0, sureOfAccount: false };
const otherState: Evidence = { kind: 'other_state' };
const unread: Evidence = { kind: 'unread', why: 'The MCP server cannot be reached.' };

const S = 1_000;
const MIN = 60 * S;
const at = (evidence: Evidence, ageMs: number, cleanLooks = 9, random = 0): Decision =>
	decide({ evidence, ageMs, cleanLooks, random });

describe('[absent-proved] absent', () => {
	it.each<[what: string, facts: Parameters<typeof at>, kind: Decision['kind']]>([
		['15 minutes, two clean looks, everything accounted for', [clean, 15 * MIN, 1], 'absent'],
		['much later too', [clean, 3 * 24 * 60 * MIN, 1], 'absent'],
		['a millisecond before 15 minutes', [clean, 15 * MIN - 1, 9], 'look_again'],
		['the look before was not clean', [clean, 15 * MIN, 0], 'needs_human'],
		['this look was not clean', [unread, 15 * MIN, 9], 'needs_human'],
		['an artifact that nobody accounts for', [unaccounted, 15 * MIN, 9], 'needs_human'],
		['the account that wrote was never known', [unsure, 15 * MIN, 9], 'needs_human'],
		['labels, which somebody may have changed back', [otherState, 15 * MIN, 9], 'needs_human'],
		['another account', [otherLogin, 15 * MIN, 9], 'needs_human'],
	])('%s', (_, facts, kind) => {
		expect(at(...facts).kind).toBe(kind);
	});

	it.each<[string, Evidence, number, RegExp]>([
		['the look before', clean, 0, /only the last look could read everything/],
		['what is unaccounted for', unaccounted, 1, /2 artifacts of the same account/],
		['one that is', { ...unaccounted, unaccounted: 1 } as Evidence, 1, /one artifact of the same account/],
		['the account', unsure, 1, /whose account wrote was never known/],
		['what could not be read', unread, 1, /could not read everything: The MCP server cannot be reached\./],
		['labels', otherState, 1, /not what was approved/],
	])('what keeps a person busy is said: %s', (_, evidence, cleanLooks, why) => {
		expect(at(evidence, 15 * MIN, cleanLooks)).toMatchObject({ kind: 'needs_human', why: expect.stringMatching(why) });
	});
});

describe('at any age', () => {
	it.each([0, 2 * S, 5 * MIN, 15 * MIN])(
		'%i ms: what is found is found, and another account needs a human',
		(ageMs) => {
			expect(at(found, ageMs, 0)).toEqual({ kind: 'found', url: found.url });
			expect(at(otherLogin, ageMs).kind).toBe('needs_human');
		},
	);

	it('[unknown-not-failed] before the last look nothing but these decides', () => {
		for (const evidence of [clean, unaccounted, unsure, otherState, unread]) {
			for (const ageMs of [0, 2 * S, 60 * S, 5 * MIN, 15 * MIN - 1]) {
				expect(at(evidence, ageMs).kind).toBe('look_again');
			}
		}
	});
});

describe('the next look', () => {
	it('comes 2 s, 10 s, 60 s, 5 min and 15 min after the outcome became unknown', () => {
		expect(LOOKS_MS).toEqual([2 * S, 10 * S, 60 * S, 5 * MIN, 15 * MIN]);
		const next = (ageMs: number) => at(clean, ageMs);
		for (const [ageMs, nextCheckAfterMs] of [
			[0, 2 * S],
			[2 * S, 10 * S],
			[2.4 * S, 10 * S],
			[12 * S, 60 * S],
			[72 * S, 5 * MIN],
			[6 * MIN, 15 * MIN],
			[14 * MIN, 15 * MIN],
		] as const) {
			expect(next(ageMs), `after ${ageMs} ms`).toMatchObject({ kind: 'look_again', nextCheckAfterMs });
		}
	});

	it('comes up to a fifth later, never earlier, and never past the one after it', () => {
		for (const random of [0, 0.5, 0.999_999]) {
			let ageMs = 0;
			const looks: number[] = [];
			for (let decision = at(clean, ageMs, 0, random); decision.kind === 'look_again'; ) {
				ageMs = decision.nextCheckAfterMs;
				looks.push(ageMs);
				decision = at(clean, ageMs, 0, random);
			}
			expect(looks).toHaveLength(LOOKS_MS.length);
			looks.forEach((ms, i) => {
				expect(ms / (LOOKS_MS[i] as number)).toBeCloseTo(1 + random / 5, 9);
			});
		}
	});

	it('counts clean looks in a row: an error begins anew', () => {
		expect(at(clean, 2 * S, 0)).toMatchObject({ cleanLooks: 1 });
		expect(at(unaccounted, 2 * S, 1)).toMatchObject({ cleanLooks: 2 });
		expect(at(unread, 2 * S, 3)).toMatchObject({ cleanLooks: 0 });
	});
});

describe('[unknown-not-failed] after an answer that named an address elsewhere', () => {
	const away = 'https://github.com/acme/far-away/issues/9';
	const claiming = (evidence: Evidence, ageMs: number, claimedElsewhere = away) =>
		decide({ evidence, ageMs, cleanLooks: 9, random: 0, claimedElsewhere });

	it.each(LOOKS_MS)('at %i ms nothing but what is found spares a person, who is told at once', (ageMs) => {
		expect(claiming(found, ageMs)).toEqual({ kind: 'found', url: 'https://github.com/acme/ledger/issues/7' });
		for (const evidence of [clean, unaccounted, unsure, otherState, unread]) {
			expect(claiming(evidence, ageMs)).toEqual({ kind: 'needs_human', why: expect.stringContaining(away) });
		}
		expect(claiming(otherLogin, ageMs)).toEqual(at(otherLogin, ageMs));
	});

	it('the reason says so when the address is not kept, or too long to be a part of it', () => {
		expect(claiming(clean, 2 * S, '')).toMatchObject({ why: expect.stringMatching(/must not be shown/) });
		expect(claiming(clean, 2 * S, `${away}${'x'.repeat(2_000)}`)).toMatchObject({
			why: expect.stringMatching(/^.{1,300}$/),
		});
	});
});

it('clocks may differ by five minutes', () => {
	expect(CLOCK_SKEW_MS).toBe(5 * MIN);
});
