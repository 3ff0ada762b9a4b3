import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { type Attempt, network } from './sign-in-limit.ts';

const WINDOW_S = 15 * 60;
const FAILURES = 30;

/**
 * Failures of open routes in 15 minutes: 30 from one address, of whatever kind. What they guard is too long to be guessed;
 * this keeps the guessing itself from being a load. Counts live in this process.
 */
export function createAddressLimit(): (address: string) => Promise<Attempt> {
	const addresses = new RateLimiterMemory({ keyPrefix: 'open', points: FAILURES, duration: WINDOW_S });
	return async (address) => {
		const source = network(address);
		try {
			await addresses.consume(source);
		} catch (reached) {
			if (!(reached instanceof RateLimiterRes)) throw reached;
			return { allowed: false, retryAfter: Math.max(1, Math.ceil(reached.msBeforeNext / 1000)) };
		}
		return {
			allowed: true,
			settle: async (outcome) => {
				if (outcome !== 'failed') await addresses.reward(source);
			},
		};
	};
}
