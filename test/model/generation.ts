import type { Deps } from '#gateway/deps';
import type { Store } from '#gateway/ports/store';
import type { Upstream } from '#gateway/ports/upstream';

/** Where something can happen to a process: before or after one of its steps. */
export type Point = `${'before' | 'after'} ${Step}`;
type Step =
	| Extract<keyof Store, 'reserve' | 'mayStillSend' | 'settle' | 'append' | 'claimLook' | 'postpone' | 'executeFacts'>
	| Extract<keyof Upstream, 'call' | 'whoAmI'>;

const STORE = ['reserve', 'mayStillSend', 'settle', 'append', 'claimLook', 'postpone', 'executeFacts'] as const;
const UPSTREAM = ['call', 'whoAmI'] as const;

/** A process that may die: from then on none of its steps ever ends, and what it was about to do does not happen. */
export interface Generation {
	readonly deps: Deps;
	/** The next time it comes there, `happens` runs; then it goes on, unless it is dead. */
	at(point: Point, happens: () => Promise<void>): void;
	/** Whether what was ordered has happened. */
	met(): boolean;
	disarm(): void;
	die(): void;
	/** What the next call is answered: that it was written there, whether or not it was written where it was to be. */
	says: { readonly url: string; readonly written: boolean } | null;
	readonly dead: Promise<'dead'>;
}

type AnyMethod = (...args: unknown[]) => Promise<unknown>;

/** @param passed how much time was let pass, in milliseconds: a process's own clock has run on meanwhile, as the database's has. */
export function generationOf(base: Deps, passed: () => number): Generation {
	let order: { point: Point; happens: () => Promise<void> } | null = null;
	let met = false;
	let isDead = false;
	let announce: (word: 'dead') => void = () => {};
	const dead = new Promise<'dead'>((resolve) => {
		announce = resolve;
	});
	const never = new Promise<never>(() => {});

	async function pass(point: Point): Promise<void> {
		if (isDead) return never;
		if (order?.point === point) {
			const { happens } = order;
			order = null;
			met = true;
			await happens();
			if (isDead) return never;
		}
	}

	function watched<T extends object>(from: T, steps: readonly Step[]): T {
		const own = steps.map((step) => {
			const method = (from as Record<string, AnyMethod>)[step] as AnyMethod;
			const run: AnyMethod = async (...args) => {
				await pass(`before ${step}`);
				const result = await method(...args);
				await pass(`after ${step}`);
				return result;
			};
			return [step, run];
		});
		return { ...from, ...Object.fromEntries(own) };
	}

	/** A lie is told once, as GitHub's faults are. */
	const call: Upstream['call'] = async (input) => {
		const { says } = generation;
		generation.says = null;
		if (says === null) return base.upstream.call(input);
		const outcome = says.written ? await base.upstream.call(input) : null;
		return outcome !== null && outcome.kind !== 'confirmed' ? outcome : { kind: 'elsewhere', url: says.url };
	};

	const generation: Generation = {
		says: null,
		deps: {
			...base,
			store: watched(base.store, STORE),
			upstream: watched({ ...base.upstream, call }, UPSTREAM),
			monotonic: () => base.monotonic() + passed(),
		},
		at: (point, happens) => {
			order = { point, happens };
			met = false;
		},
		met: () => met,
		disarm: () => {
			order = null;
		},
		die: () => {
			isDead = true;
			announce('dead');
		},
		dead,
	};
	return generation;
}
