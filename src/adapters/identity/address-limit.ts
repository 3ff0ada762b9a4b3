import { RateLimiterMemory } from 'rate-limiter-flexible';
import { network } from './sign-in-limit.ts';

const WINDOW_S = 15 * 60;
const FAILURES = 30;

export interface AddressLimit {
	/** Seconds until the address may try again; null when it may now. Counts nothing. */
	wait(address: string): Promise<number | null>;
	failed(address: string): Promise<void>;
}

/**
 * Failures of open routes in 15 minutes: 30 from one address, of whatever kind. What they guard is too long to be guessed;
 * this keeps the guessing itself from being a load, so a few more that are under way at the same time do no harm. Counts
 * live in this process.
 */
export function createAddressLimit(): AddressLimit {
	const addresses = new RateLimiterMemory({ keyPrefix: 'open', points: FAILURES, duration: WINDOW_S });
	return {
		async wait(address) {
			const state = await addresses.get(network(address));
			if (state === null || state.consumedPoints < FAILURES) return null;
			return Math.max(1, Math.ceil(state.msBeforeNext / 1000));
		},
		async failed(address) {
			await addresses.penalty(network(address));
		},
	};
}
