import type { Clock, Log } from '#gateway/ports';

export interface Drift {
	/** False when the last look failed, and before the first. */
	readonly ok: boolean;
	/** As of the last look that worked. */
	readonly changed: readonly string[];
	readonly checkedAt: Date | null;
}

export interface DriftWatch {
	current(): Drift;
	/** Looks again when the last look began `maxAgeMs` ago or earlier; one look at a time. Never throws. */
	renew(maxAgeMs: number, deadline?: AbortSignal): Promise<void>;
}

/**
 * Remembers which pinned tools the server no longer serves as pinned. A failed look keeps the names of the last good one:
 * an outage must not make a changed tool look unchanged.
 */
export function watchDrift(
	{ clock, log }: { clock: Clock; log: Log },
	look: (deadline?: AbortSignal) => Promise<string[] | null>,
): DriftWatch {
	let state: Drift = { ok: false, changed: [], checkedAt: null };
	let looking: Promise<void> | null = null;

	async function lookNow(deadline?: AbortSignal): Promise<void> {
		const began = clock.now();
		const changed = await look(deadline).catch(() => null);
		if (changed === null) {
			if (state.ok) log.warn({ provider: 'github' }, 'the list of tools cannot be read');
			state = { ...state, ok: false, checkedAt: began };
			return;
		}
		if (changed.join() !== state.changed.join()) {
			log.warn({ provider: 'github', changed }, 'tool definitions differ from the pinned ones');
		}
		state = { ok: true, changed, checkedAt: began };
	}

	return {
		current: () => state,
		renew: async (maxAgeMs, deadline) => {
			const age =
				state.checkedAt === null ? Number.POSITIVE_INFINITY : clock.now().getTime() - state.checkedAt.getTime();
			if (age < maxAgeMs) return;
			looking ??= lookNow(deadline).finally(() => {
				looking = null;
			});
			await looking;
		},
	};
}
