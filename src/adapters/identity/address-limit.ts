import type { LimitCounts } from '#adapters/store/limit-counts';
import { network } from './sign-in-limit.ts';

const WINDOW_MS = 15 * 60_000;
const FAILURES = 30;
/** How many full addresses are remembered; one that is not costs a query, no more. */
const MOST_REMEMBERED = 10_000;

export interface AddressLimit {
	/** Seconds until the address may try again; null when it may now. Counts nothing. */
	wait(address: string): Promise<number | null>;
	failed(address: string): Promise<void>;
}

/**
 * Failures of open routes in 15 minutes: 30 from one address, of whatever kind, over all portals. What they guard is too
 * long to be guessed; this keeps the guessing itself from being a load, so a few more that are under way at the same time
 * do no harm, and an address that is full is not asked about again until it opens.
 */
export function createAddressLimit(counts: LimitCounts, monotonicMs: () => number): AddressLimit {
	const full = new Map<string, number>();
	const counter = (source: string) => ({ key: `open ${source}`, most: FAILURES });
	return {
		async wait(address) {
			const source = network(address);
			const known = full.get(source);
			const now = monotonicMs();
			if (known !== undefined && now < known) return seconds(known - now);
			full.delete(source);
			const ms = await counts.opensInMs([counter(source)], WINDOW_MS);
			if (ms <= 0) return null;
			const oldest = full.keys().next().value;
			if (full.size >= MOST_REMEMBERED && oldest !== undefined) full.delete(oldest);
			full.set(source, monotonicMs() + ms);
			return seconds(ms);
		},
		async failed(address) {
			// Full already: another that was under way has filled it, and one more would change nothing.
			await counts.countAll([counter(network(address))], WINDOW_MS);
		},
	};
}

function seconds(ms: number): number {
	return Math.max(1, Math.ceil(ms / 1000));
}
