import type { Mode } from './plan.ts';
import { isWrong, type Tally } from './table.ts';

/** What is kept of a campaign between two sessions of it. */
export interface Progress {
	readonly seed: number;
	readonly modes: readonly Mode[];
	readonly runs: number;
	readonly seconds: number;
	/** Runs that came to their end, whatever they found. */
	readonly done: readonly Tally[];
	/** Runs that broke, each time that they did: they have shown nothing, so they are made again. */
	readonly broke: readonly Tally[];
}

export function freshProgress(of: { seed: number; modes: readonly Mode[]; runs: number }): Progress {
	return { ...of, seconds: 0, done: [], broke: [] };
}

/** What a file holds; one of a version before kept runs that broke among those that were done. */
export function readProgress(text: string): Progress {
	const saved = JSON.parse(text) as Omit<Progress, 'broke'> & Partial<Pick<Progress, 'broke'>>;
	return {
		...saved,
		done: saved.done.filter(({ broken }) => broken === undefined),
		broke: saved.broke ?? saved.done.filter(({ broken }) => broken !== undefined),
	};
}

export function noted(progress: Progress, tally: Tally): Progress {
	return tally.broken === undefined
		? { ...progress, done: [...progress.done, tally] }
		: { ...progress, broke: [...progress.broke, tally] };
}

export function isDone({ done }: Progress, number: number): boolean {
	return done.some(({ plan }) => plan.number === number);
}

/** Each run once, as it ended last. */
export function tallies({ done, broke }: Progress): readonly Tally[] {
	const finished = new Set(done.map(({ plan }) => plan.number));
	const last = new Map(broke.map((tally) => [tally.plan.number, tally]));
	return [...done, ...[...last.values()].filter(({ plan }) => !finished.has(plan.number))];
}

/** What has to be said beside the table. */
export function report(progress: Progress): { readonly wrong: readonly Tally[]; readonly mended: readonly number[] } {
	const mended = progress.broke.map(({ plan }) => plan.number).filter((number) => isDone(progress, number));
	return { wrong: tallies(progress).filter(isWrong), mended: [...new Set(mended)].sort((a, b) => a - b) };
}
