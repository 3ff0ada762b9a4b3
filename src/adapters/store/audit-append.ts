import { buildEntry, type EntryDraft } from '#core/audit/entry';
import { nextAt } from '#core/audit/timestamp';
import type { Sha256 } from '#core/sha256';
import type { AuditPosition, Clock, Log } from '#gateway/ports';
import { type Head, lockHead, readHead } from './audit-head.ts';
import { appendParams, appendStatement, headHasMoved, type PlacedEntry } from './audit-statement.ts';
import type { Database, Query, Tx } from './database.ts';
import { inBatches } from './in-batches.ts';

export interface AppendDeps {
	readonly sha256: Sha256;
	readonly clock: Clock;
	readonly log: Log;
}

/**
 * A change that only happens together with its audit row. `gate` is a CTE of that name, whose rows say whether it
 * happened (no row: nothing is appended); its parameters start at GATE_PARAMETER. `isOpen` and `apply` are the same in
 * steps, for when the head has moved.
 */
export interface GatedChange {
	readonly name: string;
	readonly gate: string;
	readonly params: (seq: number) => readonly unknown[];
	/** Locks the row and says whether the gate is open. */
	readonly isOpen: (query: Query) => Promise<boolean>;
	readonly apply: (query: Query, seq: number) => Promise<void>;
}

export interface Appender {
	/** Appends one entry, in a transaction that it may share with others that wait for the same log. */
	append(log: string, draft: EntryDraft): Promise<AuditPosition>;
	/** Change and entry in one transaction; null when the gate was shut: then nothing was done. */
	appendWith(log: string, draft: EntryDraft, change: GatedChange): Promise<AuditPosition | null>;
	/**
	 * Runs `work` in a transaction, in which `append` may be called, last: it takes the head's lock. Whatever throws, the
	 * builder of an entry included, undoes everything.
	 */
	changing<T>(
		work: (tx: Tx, append: (log: string, draft: EntryDraft) => Promise<AuditPosition>) => Promise<T>,
	): Promise<T>;
}

interface Job {
	readonly draft: EntryDraft;
	readonly change: GatedChange | null;
}

type Built = { readonly entry: PlacedEntry } | { readonly failure: unknown };

const MAX_BATCH = 256;

/** The writer of audit logs: the only code that inserts into audit_entry (bytes §4). */
export function createAppender(database: Database, deps: AppendDeps): Appender {
	const { sha256, clock } = deps;
	// Where each log ended when this process last wrote to it: a belief, checked by every statement that uses it.
	const believed = new Map<string, Head>();

	/** Puts the drafts behind the head, one after the other. One that cannot be built fails alone and takes no place. */
	function place(log: string, drafts: readonly EntryDraft[], head: Head): { built: Built[]; next: Head } {
		let next = head;
		const built = drafts.map((draft): Built => {
			try {
				const at = nextAt(clock.now(), next.lastAt);
				const seq = next.size;
				const entry = buildEntry(draft, { log, seq, prev: next.head, at }, sha256);
				next = { size: seq + 1, head: entry.entryHash, lastAt: at };
				return { entry: { ...entry, seq, at, draft } };
			} catch (failure) {
				return { failure };
			}
		});
		return { built, next };
	}

	async function lockAndAppend(query: Query, log: string, drafts: readonly EntryDraft[]) {
		const head = await lockHead(query, log);
		const { built, next } = place(log, drafts, head);
		await query(appendStatement('gate AS (SELECT)'), appendParams(log, head, next, placed(built)));
		return { built, next };
	}

	async function fast(
		log: string,
		jobs: readonly Job[],
		change: GatedChange | null,
	): Promise<Built[] | 'shut' | 'moved'> {
		const head = believed.get(log) ?? (await readHead(database.query, log));
		if (head === null) return 'moved';
		// Gone while the statement runs: if it fails, or its answer is lost, nobody knows where the log ends.
		believed.delete(log);
		const { built, next } = place(log, draftsOf(jobs), head);
		if (placed(built).length === 0) return built;
		const own = appendParams(log, head, next, placed(built));
		try {
			const [row] = await database.query<{ appended: number }>(
				appendStatement(change?.gate ?? 'gate AS (SELECT)'),
				[...own, ...(change?.params(head.size) ?? [])],
				change?.name ?? 'append',
			);
			believed.set(log, row?.appended === 1 ? next : head);
			return row?.appended === 1 ? built : 'shut';
		} catch (error) {
			if (headHasMoved(error)) return 'moved';
			throw error;
		}
	}

	async function slow(log: string, jobs: readonly Job[], change: GatedChange | null): Promise<Built[] | 'shut'> {
		const done = await database.transaction(async ({ query }) => {
			if (change !== null && !(await change.isOpen(query))) return null;
			const appended = await lockAndAppend(query, log, draftsOf(jobs));
			const [first] = placed(appended.built);
			if (change !== null && first !== undefined) await change.apply(query, first.seq);
			return appended;
		});
		if (done === null) return 'shut';
		believed.set(log, done.next);
		return done.built;
	}

	// A change stands alone: its gate decides about its own row only.
	const enqueue = inBatches<Job, AuditPosition | null>(
		{ max: MAX_BATCH, standsAlone: ({ change }) => change !== null },
		async (log, jobs) => {
			const change = jobs[0]?.change ?? null;
			const quick = await fast(log, jobs, change);
			const result = quick === 'moved' ? await slow(log, jobs, change) : quick;
			if (result === 'shut') return jobs.map(() => ({ status: 'fulfilled', value: null }));
			return result.map((one) =>
				'failure' in one
					? { status: 'rejected', reason: one.failure }
					: { status: 'fulfilled', value: announce(log, one.entry) },
			);
		},
	);

	function announce(log: string, { seq, entryHash }: PlacedEntry): AuditPosition {
		// Whoever ships log lines elsewhere has an anchor that this database cannot take back.
		deps.log.info({ log, seq, entryHash }, 'audit entry appended');
		return { seq, entryHash };
	}

	return {
		appendWith: (log, draft, change) => enqueue(log, { draft, change }),
		append: async (log, draft) => {
			const position = await enqueue(log, { draft, change: null });
			if (position === null) throw new Error('an append without a gate found one shut');
			return position;
		},
		changing: async (work) => {
			const appended: { log: string; entry: PlacedEntry }[] = [];
			const result = await database.transaction((tx) =>
				work(tx, async (log, draft) => {
					const [one] = (await lockAndAppend(tx.query, log, [draft])).built;
					if (one === undefined) throw new Error('an append gave nothing');
					if ('failure' in one) throw one.failure;
					appended.push({ log, entry: one.entry });
					return { seq: one.entry.seq, entryHash: one.entry.entryHash };
				}),
			);
			for (const { log, entry } of appended) {
				// Asking anew is cheaper than failing on a belief that this has just outdated.
				believed.delete(log);
				announce(log, entry);
			}
			return result;
		},
	};
}

function draftsOf(jobs: readonly Job[]): EntryDraft[] {
	return jobs.map(({ draft }) => draft);
}

function placed(built: readonly Built[]): PlacedEntry[] {
	return built.flatMap((one) => ('entry' in one ? [one.entry] : []));
}
