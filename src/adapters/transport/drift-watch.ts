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
	current(): Drift;
	/**
	 * Looks again, or waits for a look that has not begun yet: one at a time, and whoever asks meanwhile shares the next
	 * one, since what the present one reads may be from before they asked. Never throws.
	 */
	renew(deadline?: AbortSignal): Promise<void>;
}

/**
 * Remembers how the served tools differ from the pinned ones. A failed look keeps what the last good one saw:
 * an outage must not make a changed tool look unchanged.
 */
export function watchDrift(
	{ clock, log }: { clock: Clock; log: Log },
	look: (deadline?: AbortSignal) => Promise<Result<Required<Differences>, string>>,
): DriftWatch {
	let state: Drift = { ok: false, changed: [], missing: [], refusesAll: null, checkedAt: null };
	let failed: string | null = null;
	let looking: Promise<void> | null = null;
	let next: Promise<void> | null = null;

	async function lookNow(deadline?: AbortSignal): Promise<void> {
		const began = clock.now();
		const looked = await look(deadline).catch((cause) => err(`The look broke: ${cause}`));
		if (!looked.ok) {
			const why = looked.error;
			if (why !== failed) log.warn({ provider: 'github', why }, 'the list of tools cannot be read');
			failed = why;
			state = { ...state, ok: false, checkedAt: began };
			return;
		}
		failed = null;
		const seen = looked.value;
		if (seen.changed.join() !== state.changed.join()) {
			log.warn({ provider: 'github', changed: seen.changed }, 'tool definitions differ from the pinned ones');
		}
		state = { ok: true, ...seen, checkedAt: began };
	}

	function begin(deadline?: AbortSignal): Promise<void> {
		looking = lookNow(deadline).finally(() => {
			looking = null;
		});
		return looking;
	}

	return {
		current: () => state,
		renew: (deadline) => {
			if (next !== null) return next;
			if (looking === null) return begin(deadline);
			next = looking.then(() => {
				next = null;
				return begin(deadline);
			});
			return next;
		},
	};
}
