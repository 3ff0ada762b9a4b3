import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { campaign, type Outcome } from './campaign.ts';
import { makeGround } from './ground.ts';
import { MODES, type Mode, POINTS } from './plan.ts';
import type { Ground } from './world.ts';

const SEED = 5;
const RUNS = 60;

const outcomes: Outcome[] = [];
let ground: (Ground & { close(): Promise<void> }) | undefined;
let modes: readonly Mode[] = MODES;

/** A slice of what `npm run campaign` does a thousand times: every point in every mode, and some twice. */
beforeAll(async () => {
	ground = await makeGround();
	if (ground.postgres === null) {
		if (process.env.CI === 'true') throw new Error('no PostgreSQL binaries under /usr/lib/postgresql/*/bin');
		console.warn('SKIPPED: the crash matrix on PostgreSQL (no binaries under /usr/lib/postgresql/*/bin).');
		modes = ['pglite'];
	}
	const numbers = Array.from({ length: RUNS }, (_, i) => i);
	await campaign(ground, { seed: SEED, numbers, modes, lanes: 3, onOutcome: (outcome) => outcomes.push(outcome) });
}, 600_000);
afterAll(() => ground?.close());

describe.each(MODES)('[crash-safe, once, one-row, chain-detects] %s', (mode) => {
	it.for(POINTS)('killed %s: written once, nothing lost, every row there, the chain valid', (point, { skip }) => {
		if (!modes.includes(mode)) skip('no PostgreSQL');
		const own = outcomes.filter(({ plan }) => plan.mode === mode && plan.point === point);
		expect(own.length).toBeGreaterThan(0);
		for (const { plan, violations, broken } of own) {
			expect({ again: `--seed ${SEED} --only ${plan.number}`, violations, broken }).toMatchObject({
				violations: [],
				broken: undefined,
			});
		}
	});
});
