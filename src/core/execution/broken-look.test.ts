import { describe, expect, it } from 'vitest';
import { decideBroken, putOff } from './broken-look.ts';

const MIN = 60_000;
const HOUR = 60 * MIN;

describe('a look that broke inside the portal', () => {
	it.each([
		[0, 2_000],
		[2_000, 10_000],
		[10_000, MIN],
		[MIN, 5 * MIN],
		[5 * MIN, 15 * MIN],
		[14 * MIN, 15 * MIN],
	])(
		'[looks-fenced] at %i ms: the next one at its time; what could not be read was no clean one',
		(ageMs, nextCheckAfterMs) => {
			const next = { kind: 'look_again', nextCheckAfterMs } as const;
			expect(decideBroken({ ageMs, cleanLooks: 2, random: 0 })).toEqual({ ...next, cleanLooks: 0 });
			expect(putOff({ ageMs, cleanLooks: 2, random: 0 })).toEqual({ ...next, cleanLooks: 2 });
		},
	);

	it('[unknown-not-failed] the last is repeated for an hour; then a person decides, never absent', () => {
		expect(decideBroken({ ageMs: 15 * MIN, cleanLooks: 2, random: 0 })).toMatchObject({
			kind: 'look_again',
			nextCheckAfterMs: 16.5 * MIN,
			cleanLooks: 2,
		});
		expect(decideBroken({ ageMs: HOUR - 1, cleanLooks: 2, random: 0 }).kind).toBe('look_again');
		for (const ageMs of [HOUR, 30 * 24 * HOUR]) {
			expect(decideBroken({ ageMs, cleanLooks: 2, random: 0 })).toMatchObject({
				kind: 'needs_human',
				why: expect.stringMatching(/broke inside the portal/),
			});
		}
	});

	it('[looks-fenced] what can never be recorded is asked for ever more rarely: at least a minute, at most an hour apart', () => {
		let ageMs = 0;
		let looks = 0;
		for (; ageMs < 24 * HOUR; looks++) {
			const next = putOff({ ageMs, cleanLooks: 2, random: 0 }).nextCheckAfterMs;
			if (ageMs >= MIN) expect(next - ageMs).toBeGreaterThanOrEqual(MIN);
			if (ageMs >= 15 * MIN) expect(next - ageMs).toBeLessThanOrEqual(HOUR);
			ageMs = next;
		}
		expect(looks).toBeLessThan(60);
	});

	it('each up to a fifth later', () => {
		expect(putOff({ ageMs: 2_000, cleanLooks: 2, random: 0.5 }).nextCheckAfterMs).toBe(11_000);
		expect(putOff({ ageMs: 20 * MIN, cleanLooks: 2, random: 0.5 }).nextCheckAfterMs).toBe(22.2 * MIN);
	});
});
