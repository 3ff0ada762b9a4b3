import { type EntryDraft, openEntry } from '#core/audit/entry';
import { formatMicros } from '#core/audit/timestamp';
import type { AuditPosition } from '#gateway/ports/audit';
import type { Clock } from '#gateway/ports/clock';
import type { SettleInput } from '#gateway/ports/executions';
import type { Log } from '#gateway/ports/log';
import { ensureHead } from './audit-head.ts';
import { appendAll, MAX_BATCH, type Pending } from './audit-statement.ts';
import { type Database, isUnavailable, type Query, sqlState, type Tx } from './database.ts';
import { inBatches } from './in-batches.ts';

/** https://www.postgresql.org/docs/15/errcodes-appendix.html */
const UNIQUE_VIOLATION = '23505';

export interface AppendDeps {
	readonly clock: Clock;
	readonly log: Log;
}

export interface Appender {
	/** Appends one entry, in a transaction that it may share with others that wait for the same log. */
	append(log: string, draft: EntryDraft): Promise<AuditPosition>;
	/** Settlement and entry in one transaction, as `append`; null when the fence was shut: then nothing was done. */
	settle(log: string, input: SettleInput): Promise<AuditPosition | null>;
	/**
	 * Runs `work` in a transaction, in which `append` may be called, last: it takes the head's lock. Whatever throws, the
	 * builder of an entry included, undoes everything.
	 */
	changing<T>(
		work: (tx: Tx, append: (log: string, draft: EntryDraft) => Promise<AuditPosition>) => Promise<T>,
	): Promise<T>;
}

/** The writer of audit logs: the only code that inserts into audit_entry (bytes §4). */
export function createAppender(database: Database, deps: AppendDeps): Appender {
	// Logs whose head this process has seen committed: a head is never deleted.
	const begun = new Set<string>();

	async function write(query: Query, log: string, pending: readonly Pending[]): Promise<(AuditPosition | null)[]> {
		if (!begun.has(log)) await ensureHead(query, log);
		return appendAll(query, log, formatMicros(deps.clock.now().getTime(), 0), pending);
	}

	async function attempt(log: string, pending: readonly Pending[]) {
		const positions = await write(database.query, log, pending);
		begun.add(log);
		for (const position of positions) announce(log, position);
		return positions;
	}

	/**
	 * One that may have failed already. Of two settlements for one artifact at the same moment the second breaks on the
	 * unique index; tried again it sees the first, and its fence is shut.
	 */
	async function alone(
		log: string,
		one: Pending,
		failed?: unknown,
	): Promise<PromiseSettledResult<AuditPosition | null>> {
		const first =
			failed === undefined ? await settled(attempt(log, [one])) : { status: 'rejected' as const, reason: failed };
		const again = first.status === 'rejected' && sqlState(first.reason) === UNIQUE_VIOLATION;
		const last = again ? await settled(attempt(log, [one])) : first;
		return last.status === 'rejected' ? last : { ...last, value: last.value[0] ?? null };
	}

	const enqueue = inBatches<Pending, AuditPosition | null>(
		{ max: MAX_BATCH, subject: ({ settles }) => settles?.executionId ?? null },
		async (log, pending) => {
			try {
				return (await attempt(log, pending)).map((value) => ({ status: 'fulfilled', value }));
			} catch (error) {
				// Without an answer nobody knows whether it committed: nothing is tried again here.
				if (isUnavailable(error)) throw error;
				if (pending.length === 1) return [await alone(log, pending[0] as Pending, error)];
			}
			// The database refused the whole batch for what may be the fault of one: each alone, so that each fails for itself.
			const results: PromiseSettledResult<AuditPosition | null>[] = [];
			for (const one of pending) {
				const result = await alone(log, one);
				// An outage that begins here is everybody's: waited out one after the other it would take minutes.
				if (result.status === 'rejected' && isUnavailable(result.reason)) {
					return pending.map((_, i) => results[i] ?? result);
				}
				results.push(result);
			}
			return results;
		},
	);

	function announce(log: string, position: AuditPosition | null): void {
		// Whoever ships log lines elsewhere has an anchor that this database cannot take back.
		if (position !== null) deps.log.info({ log, ...position }, 'audit entry appended');
	}

	return {
		append: async (log, draft) => {
			// One that cannot be written down fails here, alone.
			const position = await enqueue(log, { draft, text: openEntry(draft, log), settles: null });
			return mustBe(position);
		},
		settle: async (log, input) =>
			enqueue(log, { draft: input.entry, text: openEntry(input.entry, log), settles: input }),
		changing: async (work) => {
			const appended: { log: string; position: AuditPosition }[] = [];
			const result = await database.transaction((tx) =>
				work(tx, async (log, draft) => {
					const [one] = await write(tx.query, log, [{ draft, text: openEntry(draft, log), settles: null }]);
					const position = mustBe(one ?? null);
					appended.push({ log, position });
					return position;
				}),
			);
			for (const { log, position } of appended) {
				begun.add(log);
				announce(log, position);
			}
			return result;
		},
	};
}

async function settled<T>(work: Promise<T>): Promise<PromiseSettledResult<T>> {
	const [result] = await Promise.allSettled([work]);
	return result;
}

function mustBe(position: AuditPosition | null): AuditPosition {
	if (position === null) throw new Error('an append gave no position');
	return position;
}
