import fc from 'fast-check';
import { CRASHES, crash, execute, PAUSES, pause, THROWS, tamper, thrown, twice } from './executes.ts';
import { ALL_LOOKS, LOOK_DEATHS, LOOK_PAUSES, pauseLook, type Reading, settle, time } from './looks.ts';
import { LIES } from './reference.ts';
import { flip, narrow, propose, relabel, SWITCHES } from './settings.ts';
import { type Command, MINUTE } from './step.ts';

const ITEMS = 10;
const at = fc.nat({ max: ITEMS - 1 });
const lie = fc.constantFrom(...LIES);

/** All that can happen, what moves most the more often; a failure shrinks towards what stands in front. */
export function anything(): fc.Arbitrary<Command>[] {
	const ms = fc.constantFrom(3_000, MINUTE, 6 * MINUTE, ALL_LOOKS, ALL_LOOKS);
	const mostly = fc.constantFrom(true, true, true, false);
	const often = <T>(times: number, one: T): T[] => Array.from({ length: times }, () => one);
	return [
		...often(
			5,
			fc.tuple(at, lie).map((given) => execute(...given)),
		),
		...often(
			4,
			fc.tuple(at, lie, fc.constantFrom(...CRASHES)).map((given) => crash(...given)),
		),
		...often(
			4,
			fc
				.tuple(ms, fc.constantFrom<Reading>('well', 'well', 'well', 'broken', 'broken', ...LOOK_DEATHS))
				.map((given) => time(...given)),
		),
		...often(2, at.map(propose)),
		...often(
			2,
			fc.tuple(at, lie).map((given) => twice(...given)),
		),
		...often(
			2,
			fc.tuple(at, fc.constantFrom(...SWITCHES), fc.constantFrom(...THROWS)).map((given) => thrown(...given)),
		),
		...often(
			2,
			fc.tuple(at, fc.constantFrom(...PAUSES)).map((given) => pause(...given)),
		),
		...often(
			3,
			fc.tuple(at, fc.constantFrom('it happened' as const, 'it did not' as const)).map((given) => settle(...given)),
		),
		...often(
			3,
			fc.tuple(fc.constantFrom(...SWITCHES), mostly).map((given) => flip(...given)),
		),
		...often(2, fc.constantFrom(...LOOK_PAUSES).map(pauseLook)),
		mostly.map((all) => narrow(!all)),
		at.map(tamper),
		fc.constantFrom<readonly string[]>([], ['triage'], ['triage', 'question']).map(relabel),
	];
}
