import type { Sha256 } from '#core/sha256';
import { MAX_ENTRY_BYTES } from './hash.ts';
import { type ChainVerdict, createVerifier } from './verify.ts';

/** An export is `application/x-ndjson`: entry text, LF, entry text, LF … in order of seq, from 0. */
export const EXPORT_CONTENT_TYPE = 'application/x-ndjson';

/** Headers of an export: the log's id, the number of entries, and the hash of the last in hex. */
export const EXPORT_HEADERS = { log: 'Sarc-Audit-Log', size: 'Sarc-Audit-Size', head: 'Sarc-Audit-Head' } as const;

/** The line of one entry. JCS text holds no raw LF, so a line is always one entry. */
export function exportLine(entry: string): string {
	return `${entry}\n`;
}

export type ExportVerifier = {
	/** Takes the next piece of text, cut anywhere. */
	push(chunk: string): void;
	/** `claimed` = what the headers said; without them, entries cut from the end cannot be noticed. */
	finish(claimed?: { size: number; head: string }): ChainVerdict;
};

/**
 * Verifies an exported file with nothing but its own bytes. Decode them as UTF-8 with `fatal` and `ignoreBOM` first: a
 * lenient decoder would repair what should be found. A line that never ends costs no more memory than the longest entry.
 */
export function createExportVerifier(expected: { log?: string }, sha256: Sha256): ExportVerifier {
	const verifier = createVerifier(expected, sha256);
	let rest = '';
	let tooLong = false;

	const line = (text: string): void => {
		const seq = tooLong ? null : seqOf(text);
		if (seq === null) verifier.pushUnreadable();
		else verifier.push({ seq, entry: text });
		tooLong = false;
	};

	return {
		push(chunk) {
			let start = 0;
			for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
				line(rest + chunk.slice(start, end));
				rest = '';
				start = end + 1;
			}
			if (!tooLong) rest += chunk.slice(start);
			if (rest.length > MAX_ENTRY_BYTES) {
				tooLong = true;
				rest = '';
			}
		},
		finish(claimed) {
			// Every entry ends with LF: what is left was cut off.
			if (rest !== '' || tooLong) verifier.pushUnreadable();
			return verifier.finish(claimed);
		},
	};
}

/** verifyExport of a text that is all there, or in pieces. */
export function verifyExport(
	chunks: Iterable<string>,
	expected: { log?: string; size?: number; head?: string },
	sha256: Sha256,
): ChainVerdict {
	const verifier = createExportVerifier(expected.log === undefined ? {} : { log: expected.log }, sha256);
	for (const chunk of chunks) verifier.push(chunk);
	const { size, head } = expected;
	return verifier.finish(size === undefined || head === undefined ? undefined : { size, head });
}

/** The seq that a line names: every key after `seq` in JCS order is `v`, so it stands at the end of an entry. */
function seqOf(text: string): number | null {
	const digits = /,"seq":(0|[1-9][0-9]{0,15}),"v":1\}$/.exec(text.slice(-48))?.[1];
	return digits === undefined ? null : Number(digits);
}
