import type { Violation } from '#test/invariants/check';
import { type Mode, type Plan, planOf } from './plan.ts';
import { run } from './run.ts';
import { type Ground, makeWorld, type World } from './world.ts';

/** How many runs one world sees: later ones have more around them, and cost more to check. */
const RUNS_PER_WORLD = 25;

export interface Outcome {
	readonly plan: Plan;
	readonly violations: readonly Violation[];
	/** The run itself broke: a portal did not start, or nobody died. It counts as failed. */
	readonly broken?: string;
	/** What the portals had written last, when something is wrong. */
	readonly output?: string;
	readonly ms: number;
}

export interface CampaignOptions {
	readonly seed: number;
	readonly numbers: readonly number[];
	readonly modes: readonly Mode[];
	/** How many worlds at once. */
	readonly lanes: number;
	readonly onOutcome: (outcome: Outcome) => void;
	/** Asked before each run: true ends the campaign there. */
	readonly isOver?: () => boolean;
}

/** Makes the runs of these numbers, some at once, each mode in worlds of its own. */
export async function campaign(ground: Ground, options: CampaignOptions): Promise<void> {
	const { seed, numbers, modes, lanes, onOutcome, isOver = () => false } = options;
	const batches = modes.flatMap((mode) => {
		const plans = numbers.map((number) => planOf(seed, number, modes)).filter((plan) => plan.mode === mode);
		return chunks(plans, Math.min(RUNS_PER_WORLD, Math.ceil(plans.length / Math.max(1, lanes / modes.length))));
	});
	// The modes in turn, so that no lane is left with the slowest ones at the end.
	batches.sort((a, b) => (a[0]?.number ?? 0) - (b[0]?.number ?? 0));
	const work = async (): Promise<void> => {
		for (let batch = batches.shift(); batch !== undefined && !isOver(); batch = batches.shift()) {
			await runAll(ground, batch, onOutcome, isOver);
		}
	};
	await Promise.all(Array.from({ length: lanes }, work));
}

/** One world after the other, for as long as nothing is wrong: after that, what follows would be wrong too. */
async function runAll(
	ground: Ground,
	plans: readonly Plan[],
	onOutcome: CampaignOptions['onOutcome'],
	isOver: () => boolean,
): Promise<void> {
	let world: World | null = null;
	try {
		for (const plan of plans) {
			if (isOver()) return;
			const began = performance.now();
			const ms = () => Math.round(performance.now() - began);
			try {
				world ??= await makeWorld(ground, plan.mode);
				const violations = await run(world, plan);
				const output = violations.length === 0 ? {} : { output: outputOf(world) };
				onOutcome({ plan, violations, ms: ms(), ...output });
				if (violations.length === 0) continue;
			} catch (cause) {
				const broken = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
				onOutcome({ plan, violations: [], broken, ms: ms(), output: world === null ? '' : outputOf(world) });
			}
			await world?.close();
			world = null;
		}
	} finally {
		await world?.close();
	}
}

function outputOf(world: World): string {
	return world
		.all()
		.map((portal) => portal.output())
		.join('\n--\n');
}

function chunks<T>(all: readonly T[], size: number): T[][] {
	return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
