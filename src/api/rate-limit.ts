import { type Refusal, refuse } from '#core/refusals';
import type { Principal } from '#gateway/ports/caller';

export type RateLimit = (principal: Principal, tenantId: string) => Promise<Refusal | null>;

/** Where requests are counted over all portals together; `opensInMs` = until the window is over. */
export interface SharedPoints {
	take(
		counter: { readonly key: string; readonly most: number },
		windowMs: number,
	): Promise<{ granted: number; opensInMs: number }>;
}

const WINDOW_MS = 60_000;
/** How many keys are remembered; one that is not costs a query, no more. */
const MOST_REMEMBERED = 10_000;

/** Points taken from the shared count and not spent yet; or the knowledge that there are none, until it opens. */
interface Held {
	left: number;
	readonly usedUp: boolean;
	/** By the monotonic clock: from then on nothing is known. */
	readonly until: number;
}

/**
 * Check 3: per person and tenant, over all portals (contracts §3). Points are taken from the shared count in parts and
 * spent from memory while their window lasts, and a window that is used up is remembered until it opens: neither a busy
 * caller nor a flood costs a query per request. `Retry-After` is when the window really opens.
 * @param monotonicMs a clock that nobody sets; the windows themselves are the count's
 */
export function rateLimit(perMinute: number, points: SharedPoints, monotonicMs: () => number): RateLimit {
	const held = new Map<string, Held>();
	const asking = new Map<string, Promise<void>>();

	async function ask(key: string): Promise<void> {
		const asked = monotonicMs();
		const { granted, opensInMs } = await points.take({ key: `requests ${key}`, most: perMinute }, WINDOW_MS);
		// Whatever the way to the database took: points are never spent later than their window, nor is a wait too short.
		const until = (granted > 0 ? asked : monotonicMs()) + opensInMs;
		held.delete(key);
		// Points that were held for the oldest are lost with it: its owner gets fewer, never more.
		const oldest = held.keys().next().value;
		if (held.size >= MOST_REMEMBERED && oldest !== undefined) held.delete(oldest);
		held.set(key, { left: granted, usedUp: granted === 0, until });
	}

	return async (principal, tenantId) => {
		// By person, tokens included: else minting more tokens would raise the limit.
		const key = `${principal.person.id}:${tenantId}`;
		for (;;) {
			const known = held.get(key);
			const now = monotonicMs();
			if (known !== undefined && now < known.until) {
				if (known.left > 0) {
					known.left -= 1;
					return null;
				}
				if (known.usedUp) return refusal(perMinute, known.until - now);
			}
			// One query at a time for a key. If it fails, so does every request that waits for it: unlimited it never is.
			let answer = asking.get(key);
			if (answer === undefined) {
				answer = ask(key).finally(() => asking.delete(key));
				asking.set(key, answer);
			}
			await answer;
		}
	};
}

function refusal(perMinute: number, waitMs: number): Refusal {
	const seconds = Math.max(1, Math.ceil(waitMs / 1000));
	return refuse('rate_limited', `At most ${perMinute} requests a minute.`, {
		retryAfter: seconds,
	});
}
