import { strict as assert } from 'node:assert';
import type fc from 'fast-check';
import type { Real } from './real.ts';
import { type Item, type Reference, shut } from './reference.ts';

export const MINUTE = 60_000;

export type Command = fc.AsyncCommand<Reference, Real>;

/** A command whose step is followed by all checks. */
export function step(
	name: string,
	can: (reference: Reference) => boolean,
	run: (reference: Reference, real: Real) => Promise<void>,
): Command {
	return {
		check: can,
		run: async (reference, real) => {
			const isOff = shut(reference) !== null;
			const before = real.sent();
			await run(reference, real);
			real.truth();
			// What was shut when the step began and is shut when it ends was shut throughout.
			if (isOff && shut(reference) !== null) assert.equal(real.sent(), before, 'nothing is sent while it is shut');
			reference.present = real.present();
			await real.check(reference);
		},
		toString: () => name,
	};
}

export function itemOf(reference: Reference, at: number): Item {
	const item = reference.items[at];
	if (item === undefined) throw new Error(`there is no number ${at}`);
	return item;
}

export const always = () => true;
