import { setTimeout as delay } from 'node:timers/promises';
import type { Differences } from '#core/registry/drift';
import { err, type Result } from '#core/result';
import type { Clock } from '#gateway/ports/clock';
import type { Log } from '#gateway/ports/log';

/** The differences are those of the last look that worked. */
export interface Drift extends Required<Differences> {
	/** False when the last look failed, and before the first. */
	readonly ok: boolean;
	readonly checkedAt: Date | null;
}

export interface DriftWatch {
	/** As the newest look that has ended saw it. */
	current(): Drift;
	/**
	 * As a look sees it that begins after this was asked; whoever asks while one is under way shares the next one. With an
	 * aborted `until` it is as good as a look that failed. Never throws.
	 */
	renew(until?: AbortSignal): Promise<Drift>;
}

/** A look that takes longer than this holds up nobody: the next one begins beside it. */
const APART_MS = 100;

/**
 * Remembers how the served tools differ from the pinned ones. A failed look keeps what the last good one saw:
 * an outage must not make a changed tool look unchanged. `look` ends within a bound of its own, since several wait for it.
 */
export function watchDrift(
	{ clock, log }: { clock: Clock; log: Log },
	look: () => Promise<Result<Required<Differences>, string>>,
): DriftWatch {
	let state: Drift = { ok: false, changed: [], missing: [], refusesAll: null, checkedAt: null };
	let failed: string | null = null;
	let begun = 0;
	let newest = 0;
	let looking: Promise<Drift> | null = null;
	let next: Promise<Drift> | null = null;

	async function lookNow(): Promise<Drift> {
		const nth = ++begun;
		const began = clock.now();
		const looked = await look().catch((cause) => err(`The look broke: ${cause}`));
		const seen = looked.ok
			? { ok: true, ...looked.value, checkedAt: began }
			: { ...state, ok: false, checkedAt: began };
		// What began earlier and took longer tells of an earlier time.
		if (nth > newest) {
			newest = nth;
			announce(seen, looked.ok ? null : looked.error);
			state = seen;
		}
		return seen;
	}

	function announce(seen: Drift, why: string | null): void {
		if (why !== null && why !== failed) log.warn({ provider: 'github', why }, 'the list of tools cannot be read');
		failed = why;
		if (why === null && seen.changed.join() !== state.changed.join()) {
			log.warn({ provider: 'github', changed: seen.changed }, 'tool definitions differ from the pinned ones');
		}
	}

	function begin(): Promise<Drift> {
		const mine = lookNow().finally(() => {
			if (looking === mine) looking = null;
		});
		looking = mine;
		return mine;
	}

	function following(): Promise<Drift> {
		if (next !== null) return next;
		if (looking === null) return begin();
		next = Promise.race([looking, delay(APART_MS)]).then(() => {
			next = null;
			return begin();
		});
		return next;
	}

	return {
		current: () => state,
		renew: async (until) => {
			const seen = following();
			if (until === undefined) return seen;
			const given = Promise.withResolvers<Drift>();
			const giveUp = () => given.resolve({ ...state, ok: false });
			until.addEventListener('abort', giveUp, { once: true });
			try {
				if (until.aborted) giveUp();
				return await Promise.race([seen, given.promise]);
			} finally {
				until.removeEventListener('abort', giveUp);
			}
		},
	};
}
