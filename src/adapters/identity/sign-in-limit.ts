import { isIPv6 } from 'node:net';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

const WINDOW_S = 15 * 60;
/** How many (account, address) pairs that signed in are remembered. */
const KNOWN_PAIRS = 10_000;

export type Attempt =
	/** Counted as a failure until `settle` is told otherwise, so that many at once cannot pass a check meant for one. */
	| { readonly allowed: true; readonly settle: (outcome: 'succeeded' | 'failed' | 'not_checked') => Promise<void> }
	/** Seconds until the limit that stops it opens again. */
	| { readonly allowed: false; readonly retryAfter: number };

export type SignInLimit = (account: string, address: string) => Promise<Attempt>;

/**
 * Failed sign-ins in 15 minutes: 10 for one account from one address, 30 from one address, 50 for one account. The last
 * stops a guess from many addresses. Since the last two could be used to lock people out, only the first holds for an
 * account at an address from which it has signed in before. Counts live in this process: with several, each allows as
 * many, and after a restart nobody has signed in before.
 */
export function createSignInLimit(): SignInLimit {
	const pairs = new RateLimiterMemory({ keyPrefix: 'pair', points: 10, duration: WINDOW_S });
	const addresses = new RateLimiterMemory({ keyPrefix: 'address', points: 30, duration: WINDOW_S });
	const accounts = new RateLimiterMemory({ keyPrefix: 'account', points: 50, duration: WINDOW_S });
	const known = new Set<string>();

	return async (account, address) => {
		const source = network(address);
		const pair = `${source} ${account.toLowerCase()}`;
		const counters: [RateLimiterMemory, string][] = [[pairs, pair]];
		if (!known.has(pair)) counters.push([addresses, source], [accounts, account.toLowerCase()]);

		const wait = await msUntilOpen(counters);
		if (wait > 0) return { allowed: false, retryAfter: Math.ceil(wait / 1000) };

		const counted: typeof counters = [];
		for (const counter of counters) {
			const full = await consume(counter);
			if (full !== null) {
				await refund(counted);
				return { allowed: false, retryAfter: Math.max(1, Math.ceil(full / 1000)) };
			}
			counted.push(counter);
		}

		return {
			allowed: true,
			settle: async (outcome) => {
				if (outcome === 'failed') return;
				await refund(counted);
				if (outcome === 'succeeded') remember(known, pair);
			},
		};
	};
}

/** Milliseconds until the last of the full counters opens; 0 when none is full. */
async function msUntilOpen(counters: readonly [RateLimiterMemory, string][]): Promise<number> {
	const states = await Promise.all(
		counters.map(async ([limiter, key]) => ({ limiter, state: await limiter.get(key) })),
	);
	return Math.max(
		0,
		...states.map(({ limiter, state }) =>
			state !== null && state.consumedPoints >= limiter.points ? state.msBeforeNext : 0,
		),
	);
}

/** Null, or the milliseconds to wait when attempts running at the same time have just filled it. */
async function consume([limiter, key]: [RateLimiterMemory, string]): Promise<number | null> {
	try {
		await limiter.consume(key);
		return null;
	} catch (reached) {
		if (reached instanceof RateLimiterRes) return reached.msBeforeNext;
		throw reached;
	}
}

async function refund(counters: readonly [RateLimiterMemory, string][]): Promise<void> {
	await Promise.all(counters.map(([limiter, key]) => limiter.reward(key)));
}

function remember(known: Set<string>, pair: string): void {
	known.delete(pair);
	known.add(pair);
	const [oldest] = known;
	if (known.size > KNOWN_PAIRS && oldest !== undefined) known.delete(oldest);
}

/** IPv4 as it is; of IPv6 the first 64 bits, since whoever has one such address has the whole /64 (RFC 6177). */
export function network(address: string): string {
	if (!isIPv6(address)) return address;
	const [head = '', tail] = address.split('::');
	const left = head === '' ? [] : head.split(':');
	const right = tail === undefined || tail === '' ? [] : tail.split(':');
	// A last group such as 1.2.3.4 stands for two; it never reaches into the first four groups that are used here.
	const width = right.length + (tail?.includes('.') ? 1 : 0);
	const groups =
		tail === undefined ? left : [...left, ...Array(Math.max(0, 8 - left.length - width)).fill('0'), ...right];
	return `${groups
		.slice(0, 4)
		.map((group) => Number.parseInt(group, 16).toString(16))
		.join(':')}::/64`;
}
