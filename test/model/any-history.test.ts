import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import { startPortal, type TestPortal } from '#test/support/portal';
import { freshReference } from './bytes.ts';
import { anything } from './commands.ts';
import { execute } from './executes.ts';
import { startRun } from './real.ts';
import { approveAll, propose, relabel } from './settings.ts';

/** How many histories, and how long they get. A seed that failed, and its path, are what fast-check prints. */
const RUNS = Number(process.env.MODEL_RUNS ?? 25);
const LENGTH = Number(process.env.MODEL_LENGTH ?? 40);
const SEED = process.env.MODEL_SEED === undefined ? {} : { seed: Number(process.env.MODEL_SEED) };
const PATH = process.env.MODEL_PATH === undefined ? {} : { path: process.env.MODEL_PATH, endOnFailure: true };
const MINUTES = 60_000;

describe('any history', () => {
	let test: TestPortal;
	beforeAll(async () => {
		test = await startPortal({ env: { PORTAL_UPSTREAM_TIMEOUT_MS: '5000' } });
		return () => test.close();
	});

	it('a person labels the issue right after it was previewed: the next preview is of what stands there then', async () => {
		const real = await startRun(test);
		const model = freshReference(real.bytes);
		await approveAll(model, real);
		const at = model.items.findIndex(({ creates }) => creates === 'labels');
		const commands = [relabel(['triage']), propose(at), execute(at, 'none')];
		await fc.asyncModelRun(() => ({ model, real }), commands);
	});

	it('[any-history, once, switch-off, approval-bound, chain-detects] of proposing, executing, switching, crashing, pausing, lying, looking and resolving: after every step everything holds', {
		timeout: Math.max(2, RUNS / 10) * MINUTES,
	}, async () => {
		await fc.assert(
			fc.asyncProperty(fc.commands(anything(), { maxCommands: LENGTH, size: 'max' }), async (commands) => {
				const real = await startRun(test);
				const model = freshReference(real.bytes);
				await approveAll(model, real);
				await fc.asyncModelRun(() => ({ model, real }), commands);
			}),
			{ numRuns: RUNS, ...SEED, ...PATH },
		);
	});
});
