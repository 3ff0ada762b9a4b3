import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { type Refusal, refuse } from '#core/refusals';
import type { Principal } from '#gateway/ports';

export type RateLimit = (principal: Principal, tenantId: string) => Promise<Refusal | null>;

/** Check 3: per principal and tenant, in this process (contracts §3). `Retry-After` is when the window really opens. */
export function rateLimit(perMinute: number): RateLimit {
	const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
	return async (principal, tenantId) => {
		try {
			// By person, tokens included: else minting more tokens would raise the limit.
			await limiter.consume(`${principal.person.id}:${tenantId}`);
			return null;
		} catch (reached) {
			if (!(reached instanceof RateLimiterRes)) throw reached;
			const seconds = Math.max(1, Math.ceil(reached.msBeforeNext / 1000));
			return refuse('rate_limited', `At most ${perMinute} requests a minute. Ready again in ${seconds} s.`, {
				retryAfter: seconds,
			});
		}
	};
}
