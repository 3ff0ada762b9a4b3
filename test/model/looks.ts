import { strict as assert } from 'node:assert';
import type { Deps } from '#gateway/deps';
import { createLooker } from '#gateway/reconcile-looks';
import { resolve } from '#gateway/resolve';
import type { Point } from './generation.ts';
import { checkVerdict, type Item, move, textOf } from './reference.ts';
import { type Command, itemOf, MINUTE, step } from './step.ts';

/** After so much time every look has come due, whatever its lease. */
export const ALL_LOOKS = 20 * MINUTE;

export const LOOK_DEATHS = [
	'after claimLook',
	'after whoAmI',
	'before settle',
	'after settle',
	'before postpone',
	'after postpone',
] as const satisfies readonly Point[];
export type Reading = 'well' | 'broken' | (typeof LOOK_DEATHS)[number];

/** Time passes, and what has come due is looked for. */
export function time(ms: number, reading: Reading): Command {
	return step(
		`${ms / 1_000} s pass, reads: ${reading}`,
		() => true,
		async (reference, real) => {
			const open = reference.items.filter(({ state }) => state === 'INDETERMINATE');
			for (const item of open) {
				item.passed += ms;
				if (reading === 'broken') item.couldRead = false;
			}
			await real.pass(ms);
			const generation = real.generation();
			if (reading === 'broken') real.breakReads();
			else if (reading !== 'well') generation.at(reading, async () => generation.die());
			const end = await Promise.race([looked(generation.deps), generation.dead]);
			generation.disarm();
			if (end === 'dead') await real.begin({ takeOver: true });
			real.truth();
			for (const [at, item] of reference.items.entries()) {
				if (item.state !== 'INDETERMINATE') continue;
				const state = (await real.executionOf(at))?.state ?? 'ABSENT';
				assert.notEqual(state, 'RESERVED');
				checkVerdict(reference, item, state as Item['state']);
				const isOver = ms === ALL_LOOKS && end !== 'dead';
				if (isOver) assert.notEqual(state, 'INDETERMINATE', 'after the last look there is a verdict');
				if (isOver && reading === 'well' && item.creates !== 'labels' && item.wrote > 0)
					assert.equal(state, 'CONFIRMED');
				move(item, state as Item['state']);
			}
		},
	);
}

export const LOOK_PAUSES = [
	'after claimLook',
	'after whoAmI',
	'before settle',
	'before postpone',
] as const satisfies readonly Point[];

/** A process stops in the middle of a look, another one looks to the end, and the first one wakes. */
export function pauseLook(point: (typeof LOOK_PAUSES)[number]): Command {
	return step(
		`a look is paused ${point}`,
		(reference) => reference.items.some(({ state }) => state === 'INDETERMINATE'),
		async (reference, real) => {
			for (const item of reference.items) if (item.state === 'INDETERMINATE') item.passed += 2 * ALL_LOOKS;
			await real.pass(ALL_LOOKS);
			const paused = real.generation();
			let resume = (): void => {};
			const stopped = new Promise<'paused'>((stop) => {
				paused.at(point, () => {
					stop('paused');
					return new Promise<void>((go) => {
						resume = go;
					});
				});
			});
			const looking = looked(paused.deps);
			await Promise.race([looking, stopped]);
			paused.disarm();
			await real.begin({ takeOver: false });
			await real.pass(ALL_LOOKS);
			await looked(real.generation().deps);
			const verdicts = await Promise.all(reference.items.map((_, at) => real.executionOf(at)));
			resume();
			await looking;
			for (const [at, item] of reference.items.entries()) {
				if (item.state !== 'INDETERMINATE') continue;
				const state = verdicts[at]?.state as Item['state'];
				assert.notEqual(state, 'INDETERMINATE', 'after the last look there is a verdict');
				checkVerdict(reference, item, state);
				move(item, state);
			}
		},
	);
}

function looked(deps: Deps): Promise<void> {
	return createLooker(deps, { random: () => 0, atOnce: 1 }).begin();
}

export function settle(at: number, said: 'it happened' | 'it did not'): Command {
	return step(
		`an ADMIN says of ${at}: ${said}`,
		(reference) => {
			const item = itemOf(reference, at);
			// A person who says “it did not” of a set that was written, and changed since, is wrong, and nobody can tell.
			const cannotTell = said === 'it did not' && item.creates === 'labels' && item.wrote > 0;
			return item.state !== 'none' && !cannotTell;
		},
		async (reference, real) => {
			const item = itemOf(reference, at);
			const execution = await real.executionOf(at);
			assert(execution !== null);
			const told = await resolve(real.generation().deps, real.caller, execution.id, {
				happened: said === 'it happened',
				reason: 'A person has looked.',
				...(said === 'it happened' ? { url: real.artifactUrl(at) } : {}),
			});
			const isThere = item.creates === 'labels' ? reference.present === textOf(item.set) : item.wrote > 0;
			const code = told.ok ? 'ok' : told.error.code;
			if (item.state !== 'NEEDS_HUMAN') {
				assert.equal(code, item.state === 'INDETERMINATE' ? 'execution_unresolved' : 'execution_settled');
			} else if (isThere === (said === 'it happened')) {
				assert.equal(code, 'ok');
				move(item, isThere ? 'CONFIRMED' : 'ABSENT');
			} else assert.equal(code, 'artifact_not_verified');
		},
	);
}
