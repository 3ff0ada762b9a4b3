import { isIPv6 } from 'node:net';
import type { Counter, LimitCounts } from '#adapters/store/limit-counts';

const WINDOW_MS = 15 * 60_000;
/** How many (account, address) pairs that signed in are remembered. */
const KNOWN_PAIRS = 10_000;
/** How long a full count is believed unasked: a flood costs a query a second, and what is given back soon counts. */
const BELIEVED_MS = 1_000;
const MOST_BELIEVED = 10_000;

export type Attempt =
	/** Counted as a failure until `settle` is told otherwise, so that many at once cannot pass a check meant for one. */
	| { readonly allowed: true; readonly settle: (outcome: 'succeeded' | 'failed' | 'not_checked') => Promise<void> }
	/** Seconds until the limit that stops it opens again. */
	| { readonly allowed: false; readonly retryAfter: number };

export type SignInLimit = (account: string, address: string) => Promise<Attempt>;

/**
 * Failed sign-ins in 15 minutes, over all portals: 10 for one account from one address, 30 from one address, 50 for one
 * account. The last stops a guess from many addresses. Since the last two could be used to lock people out, only the first
 * holds for an account at an address from which it has signed in before. Who has is known to this process alone, and
 * forgotten with it: elsewhere, and after a restart, all three hold.
 */
export function createSignInLimit(counts: LimitCounts, monotonicMs: () => number): SignInLimit {
	const known = new Set<string>();
	/** Counts that were found full, and until when, by the monotonic clock, they are believed and really are. */
	const full = new Map<string, { readonly believed: number; readonly opens: number }>();

	return async (account, address) => {
		// Both come from anybody: the counts keep a hash of each key, whatever its length and characters.
		const source = network(address);
		const name = account.toLowerCase();
		const pair = `${source} ${name}`;
		const counters: Counter[] = [{ key: `pair ${pair}`, most: 10 }];
		if (!known.has(pair)) {
			counters.push({ key: `address ${source}`, most: 30 }, { key: `account ${name}`, most: 50 });
		}
		const keys = counters.map(({ key }) => key).join('\n');

		const now = monotonicMs();
		const found = full.get(keys);
		if (found !== undefined && now < found.believed) return refused(found.opens - now);
		full.delete(keys);

		const result = await counts.countAll(counters, WINDOW_MS);
		if ('opensInMs' in result) {
			const at = monotonicMs();
			const opens = at + result.opensInMs;
			const oldest = full.keys().next().value;
			if (full.size >= MOST_BELIEVED && oldest !== undefined) full.delete(oldest);
			full.set(keys, { believed: Math.min(opens, at + BELIEVED_MS), opens });
			return refused(result.opensInMs);
		}
		return {
			allowed: true,
			settle: async (outcome) => {
				if (outcome === 'failed') return;
				await counts.giveBack(result.counted);
				if (outcome === 'succeeded') remember(known, pair);
			},
		};
	};
}

function refused(waitMs: number): Attempt {
	return { allowed: false, retryAfter: Math.max(1, Math.ceil(waitMs / 1000)) };
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
