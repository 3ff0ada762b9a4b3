import { accountOf } from '#core/guardrails/account';
import { type Refusal, refuse } from '#core/refusals';
import type { Target } from '#core/registry/types';
import { err, ok, type Result } from '#core/result';
import type { Clock } from './ports/clock.ts';
import type { SealedCredential } from './ports/credentials.ts';

/** How long a reading serves those who ask for the same. Execute reads by itself, so an older state is refused there. */
const SHARED_MS = 2_000;
/** Readings under way for one account in this process; more would only make the provider refuse them all. */
const AT_ONCE = 4;
/**
 * Readings for previews in a minute, over all portals, of one account: more than people look at, and a tenth of what one
 * MEMBER may ask for. Without it previews could use up what executing and reconciling need of the account's quota; a server
 * asks GitHub about twice for each.
 */
const PER_MINUTE = 60;
const WINDOW_MS = 60_000;
const MOST_REMEMBERED = 10_000;

/** Where readings are counted over all portals together; `opensInMs` = until the window is over. */
interface SharedCount {
	take(counter: { key: string; most: number }, windowMs: number): Promise<{ granted: number; opensInMs: number }>;
}

/** Labels, and when they were asked for: they were so at that time or later. */
export interface Reading {
	readonly labels: readonly string[];
	readonly readAt: Date;
}

interface Wanted {
	readonly tenantId: string;
	readonly credential: SealedCredential;
	readonly target: Target;
}

type Read = () => Promise<Result<readonly string[], Refusal>>;

export interface SharedReads {
	/** What `read` gives, or what it gave somebody else who has just asked for the same with the same credential. */
	labels(of: Wanted, read: Read): Promise<Result<Reading, Refusal>>;
	/** For whoever knows that the state of the target is, or may be, another one by now. */
	forget(credentialId: string, target: Target): void;
}

/** Bounds what previews cost the credential's account at the provider. */
export function createSharedReads(on: {
	counts: SharedCount;
	clock: Clock;
	monotonic: () => number;
	/** How long a reading waits for its turn. */
	waitMs: number;
}): SharedReads {
	const known = new Map<string, { readonly since: number; readonly reading: Promise<Result<Reading, Refusal>> }>();
	const lines = new Map<string, Line>();

	async function inTurn(account: string, read: Read): Promise<Result<Reading, Refusal>> {
		const line = lines.get(account) ?? { under: 0, waiting: new Set() };
		lines.set(account, line);
		if (!(await enter(line, on.waitMs))) return err(noTurn());
		try {
			const counter = { key: `label previews ${account}`, most: PER_MINUTE };
			const { granted, opensInMs } = await on.counts.take(counter, WINDOW_MS);
			if (granted === 0) return err(tooMany(opensInMs));
			// Before the reading: what is shown was so at that time or later, never only before it.
			const readAt = on.clock.now();
			const labels = await read();
			return labels.ok ? ok({ labels: labels.value, readAt }) : labels;
		} finally {
			leave(line);
			if (line.under === 0 && lines.get(account) === line) lines.delete(account);
		}
	}

	return {
		labels({ tenantId, credential, target }, read) {
			const key = keyOf(credential.id, target);
			const since = on.monotonic();
			const found = known.get(key);
			if (found !== undefined && since - found.since < SHARED_MS) return found.reading;
			const reading = inTurn(accountOf({ ...credential, tenantId }), read);
			if (known.size >= MOST_REMEMBERED) known.clear();
			known.delete(key);
			known.set(key, { since, reading });
			// A failure is the answer only of those who wait for it.
			const drop = () => known.get(key)?.reading === reading && known.delete(key);
			reading.then(({ ok: wasRead }) => wasRead || drop(), drop);
			return reading;
		},
		forget: (credentialId, target) => void known.delete(keyOf(credentialId, target)),
	};
}

interface Line {
	under: number;
	readonly waiting: Set<() => void>;
}

/** Whether its turn came in time; who leaves hands the place to whoever has waited longest. */
function enter(line: Line, waitMs: number): Promise<boolean> {
	if (line.under < AT_ONCE) {
		line.under++;
		return Promise.resolve(true);
	}
	return new Promise((resolve) => {
		const turn = () => {
			clearTimeout(timer);
			resolve(true);
		};
		const timer = setTimeout(() => {
			line.waiting.delete(turn);
			resolve(false);
		}, waitMs);
		line.waiting.add(turn);
	});
}

function leave(line: Line): void {
	const [next] = line.waiting;
	if (next === undefined) line.under--;
	else {
		line.waiting.delete(next);
		next();
	}
}

function keyOf(credentialId: string, { owner, repo, number }: Target): string {
	return `${credentialId} ${owner.toLowerCase()}/${repo.toLowerCase()}#${number ?? ''}`;
}

function tooMany(opensInMs: number): Refusal {
	const retryAfter = Math.max(1, Math.ceil(opensInMs / 1000));
	const words = `The labels of issues are read for at most ${PER_MINUTE} previews a minute with one account.`;
	return refuse('rate_limited', words, { retryAfter });
}

function noTurn(): Refusal {
	const words =
		'Too many labels are being read with this account, and the provider is slow. Nothing was sent. Try again.';
	return refuse('provider_unreachable', words);
}
