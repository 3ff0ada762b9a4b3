import { decideBroken, putOff } from '#core/execution/broken-look';
import { type Decision, decide, type Evidence, LAST_LOOK_MS, SEARCH_FROM_MS } from '#core/execution/decide';
import { readingUntil, unlessAborted } from './bounded-reads.ts';
import type { Deps } from './deps.ts';
import type { Execution } from './ports/executions.ts';
import { byItself } from './reconcile-alone.ts';
import { claimedElsewhere, evidenceFor } from './reconcile-evidence.ts';
import { record } from './reconcile-verdict.ts';

/** How many looks one process has under way: a provider that keeps one waiting does not hold up the others. */
const AT_ONCE = 4;
/** What a look may take; what has not been read by then counts as not read. */
const LOOK_MS = 120_000;
/** Longer than a look: else one that is slow would be taken from us every time, and never come to a verdict. */
const LEASE_MS = LOOK_MS + 30_000;

export interface Looker {
	/** Looks for everything that is due and that nobody looks for. Resolves when no look of this process is under way. */
	begin(): Promise<void>;
	/** Gives up the looks that are under way and ends their leases, so that another process may look at once. */
	stop(): Promise<void>;
}

/**
 * Looks for what was possibly written (docs/exactly-once.md). Any number of processes may: each look is claimed under a
 * lease by the database's clock, and its number fences what it records.
 * @param options.random at least 0, less than 1; spreads looks that would come together.
 * @param options.lookMs what one look may take.
 */
export function createLooker(deps: Deps, options: { random: () => number; atOnce?: number; lookMs?: number }): Looker {
	const { random, atOnce = AT_ONCE, lookMs = LOOK_MS } = options;
	const running = new Set<Promise<void>>();
	const stopping = new AbortController();
	/** A tenant whose server is slow holds no more than half of what a process looks for at once. */
	const mostOfTenant = Math.max(1, Math.floor(atOnce / 2));
	const byTenant = new Map<string, number>();
	let claiming: Promise<unknown> = Promise.resolve();

	/** One after the other, so that each knows whose looks are under way. */
	function claim(): Promise<Execution | null> {
		const next = claiming.then(async () => {
			const full = [...byTenant].filter(([, count]) => count >= mostOfTenant).map(([tenantId]) => tenantId);
			const execution = await deps.store.claimLook(LEASE_MS, full);
			if (execution !== null) count(execution, 1);
			return execution;
		});
		claiming = next.catch(() => null);
		return next;
	}

	function count({ tenantId }: Execution, change: 1 | -1): void {
		const now = (byTenant.get(tenantId) ?? 0) + change;
		if (now === 0) byTenant.delete(tenantId);
		else byTenant.set(tenantId, now);
	}

	/** One at a time, until there is none; as long as there are some, another one beside it. */
	async function work(): Promise<void> {
		while (!stopping.signal.aborted) {
			const execution = await claim();
			if (execution === null) return;
			start();
			const ends = { stopping: stopping.signal, tooLong: AbortSignal.timeout(lookMs) };
			await byItself(deps, execution, () => look(deps, execution, random(), ends));
			count(execution, -1);
		}
	}

	function start(): void {
		if (running.size >= atOnce || stopping.signal.aborted) return;
		const one: Promise<void> = work()
			.catch((cause) => deps.log.error({ err: cause }, 'no look could be begun; it is tried again by itself'))
			.finally(() => running.delete(one));
		running.add(one);
	}

	async function ended(): Promise<void> {
		while (running.size > 0) await Promise.all(running);
	}

	return {
		begin: () => {
			start();
			return ended();
		},
		stop: () => {
			stopping.abort();
			return ended();
		},
	};
}

interface Ends {
	readonly stopping: AbortSignal;
	readonly tooLong: AbortSignal;
}

/**
 * One look, from its claim to what it records. Crash: the lease runs out and the same look begins again under another
 * number. Paused for longer than the lease: another one has begun, and what this one records falls at its fence. What
 * breaks here gives the look back: only when the database does not take that either does the lease have to run out.
 */
async function look(deps: Deps, execution: Execution, random: number, ends: Ends): Promise<void> {
	const facts = { ageMs: ageOf(execution), cleanLooks: execution.cleanLooks, random };
	const broke = (cause: unknown) =>
		deps.log.error({ err: cause, executionId: execution.id }, 'a look broke; it comes again by itself');
	const decision = await conclude(deps, execution, random, ends).catch((cause) => {
		broke(cause);
		return decideBroken(facts);
	});
	const isRecorded = await record(deps, execution, decision).catch((cause) => {
		broke(cause);
		return false;
	});
	// If it was recorded after all, or another look has begun, this changes nothing.
	if (!isRecorded) await record(deps, execution, putOff(facts));
}

async function conclude(
	deps: Deps,
	execution: Execution,
	random: number,
	{ stopping, tooLong }: Ends,
): Promise<Decision> {
	const ageMs = ageOf(execution);
	const { cleanLooks } = execution;
	const elsewhere = claimedElsewhere(deps, execution);
	const until = AbortSignal.any([stopping, tooLong]);
	// By what the tools are now: another definition's answer is no evidence.
	const evidence = await unlessAborted(
		deps.upstream.checkTools(execution.provider).then(() =>
			evidenceFor(readingUntil(deps, until), execution, {
				// After that answer this look is the last one: it asks as widely as it can.
				search: elapsedOf(deps, execution) >= SEARCH_FROM_MS || elsewhere !== null,
				unlisted: ageMs >= LAST_LOOK_MS,
			}),
		),
		until,
	);
	if (evidence === null && stopping.aborted) return { kind: 'look_again', nextCheckAfterMs: ageMs, cleanLooks };
	const seen: Evidence = evidence ?? { kind: 'unread', why: 'Reading took longer than a look may take.' };
	return decide({
		ageMs,
		cleanLooks,
		evidence: seen,
		random,
		...(elsewhere === null ? {} : { claimedElsewhere: elsewhere }),
	});
}

/** Both times are the database's, and a look begins when it is due or later: so it is at least this old. */
function ageOf({ unknownSince, nextCheckAt }: Execution): number {
	return unknownSince === null || nextCheckAt === null
		? 0
		: Math.max(0, nextCheckAt.getTime() - unknownSince.getTime());
}

/** How long ago that was, as far as this process can tell: a look that comes late looks as closely as one of its age. */
function elapsedOf({ clock }: Deps, execution: Execution): number {
	const { unknownSince } = execution;
	const ageMs = ageOf(execution);
	return unknownSince === null ? ageMs : Math.max(ageMs, clock.now().getTime() - unknownSince.getTime());
}
