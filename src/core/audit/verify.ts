import { canonicalJson, type JsonValue } from '#core/canonical-json';
import { fromHex, type Sha256, toHex } from '#core/sha256';
import { type Entry, entrySchema } from './entry.ts';
import { chainHash, EMPTY_HEAD, leafHash } from './hash.ts';

/** One stored row. `leaf` and `entryHash` (hex) are what the store claims, left out where there is no claim (an export). */
export type AuditRow = { seq: number; entry: string; leaf?: string; entryHash?: string };

/**
 * - `bytes`: the row's text does not give its stored hashes, is not JCS, or is not an entry of this log at this seq
 * - `link`: its `prev` is not the previous entry's hash (also: a row that comes again)
 * - `gap`: this seq is missing
 * - `time`: its `at` is not later than the previous entry's
 * - `head`: the log ends elsewhere than its head says; seq = the one after the last that both have
 */
export type BadReason = 'bytes' | 'link' | 'gap' | 'time' | 'head';

/** `size` = rows read; `head` = what the last of them hashes to. `firstBad` is there exactly when `ok` is false. */
export type ChainVerdict = { ok: boolean; size: number; head: string; firstBad?: { seq: number; reason: BadReason } };

export type Verifier = {
	/** Takes the next row; rows come in order of seq. Never throws, whatever the row holds. */
	push(row: AuditRow): void;
	/** Marks the next row as unreadable, for a reader that cannot even make a row of what it found. */
	pushUnreadable(): void;
	/** `claimed` = the head as the log's head row or the export's headers state it. */
	finish(claimed?: { size: number; head: string }): ChainVerdict;
};

/**
 * Verifies a log from its stored bytes alone, one row at a time, in constant memory (bytes.md §4, Verify). Nothing that is
 * stored beside the text is trusted: hashes are derived again, then compared. Give `log` whenever it is known, else a whole
 * other log would pass.
 */
export function createVerifier(expected: { log?: string }, sha256: Sha256): Verifier {
	let log = expected.log;
	let size = 0;
	let next = 0;
	let head = EMPTY_HEAD;
	let headBytes = fromHex(EMPTY_HEAD);
	let lastAt = '';
	let firstBad: ChainVerdict['firstBad'];

	const judge = (row: AuditRow): BadReason | null => {
		const derived = derive(row, { hex: head, bytes: headBytes }, sha256);
		if (!derived) return 'bytes';
		const { entry, entryHash } = derived;
		log ??= entry.log;
		if (entry.log !== log) return 'bytes';
		if (entry.prev !== head) return 'link';
		if (entry.at <= lastAt) return 'time';
		head = toHex(entryHash);
		headBytes = entryHash;
		lastAt = entry.at;
		return null;
	};

	return {
		push(row) {
			size++;
			if (firstBad) return;
			const reason = row.seq === next ? judge(row) : row.seq > next ? 'gap' : 'link';
			if (reason) firstBad = { seq: next, reason };
			next++;
		},
		pushUnreadable() {
			size++;
			firstBad ??= { seq: next, reason: 'bytes' };
		},
		finish(claimed) {
			if (!firstBad && claimed && (claimed.size !== size || claimed.head !== head)) {
				firstBad = { seq: Math.min(size, claimed.size), reason: 'head' };
			}
			return firstBad ? { ok: false, size, head, firstBad } : { ok: true, size, head };
		},
	};
}

/**
 * The row's entry and hash when its text is JCS, has the right keys and gives the stored hashes; else null. `head` = the hash
 * that `prev` most likely is: it then need not be read from hex again.
 */
function derive(
	row: AuditRow,
	head: { hex: string; bytes: Uint8Array },
	sha256: Sha256,
): { entry: Entry; entryHash: Uint8Array } | null {
	try {
		const leaf = leafHash(row.entry, sha256);
		if (row.leaf !== undefined && row.leaf !== toHex(leaf)) return null;
		const parsed = JSON.parse(row.entry) as JsonValue;
		if (canonicalJson(parsed) !== row.entry) return null;
		if (!entrySchema.safeParse(parsed).success) return null;
		const entry = parsed as unknown as Entry;
		if (entry.seq !== row.seq) return null;
		const entryHash = chainHash(entry.prev === head.hex ? head.bytes : entry.prev, leaf, sha256);
		if (row.entryHash !== undefined && row.entryHash !== toHex(entryHash)) return null;
		return { entry, entryHash };
	} catch {
		return null; // too long, not JSON, a lone surrogate, nesting that overflows the stack
	}
}
