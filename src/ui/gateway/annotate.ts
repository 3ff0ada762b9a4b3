/** A notice's place in a text: UTF-16 offsets, and the number it has in the list of notices. */
export interface Span {
	readonly start: number;
	readonly end: number;
	readonly n: number;
	/** Letters of other scripts inside are look-alikes: draw each as its code point. */
	readonly lookAlike: boolean;
}

export type Piece =
	| { readonly kind: 'text'; readonly text: string }
	/** A character that cannot be seen, or passes for another: drawn as U+XXXX. */
	| { readonly kind: 'ghost'; readonly char: string; readonly label: string }
	| { readonly kind: 'mark'; readonly n: number; readonly pieces: readonly Piece[] };

// Format and control characters but tab and line feed, line separators, fillers, variation selectors, tags.
const invisible =
	/[\p{Cf}\p{Co}\p{Zl}\p{Zp}\u0000-\u0008\u000b-\u001f\u007f-\u009f\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0\ufffc\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]|\p{Variation_Selector}|\u034f/u;
const foreignLetter = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Hebrew}]/u;

/** `U+200B`: at least four digits, capitals. */
export const codePointLabel = (char: string) =>
	`U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** In a name, any space but the plain one passes for it. */
const oddSpace = /[^\P{Zs} ]/u;

function reveal(text: string, { lookAlike, spaces }: { lookAlike: boolean; spaces: boolean }): Piece[] {
	const pieces: Piece[] = [];
	let run = '';
	for (const char of text) {
		const drawn = invisible.test(char) || (lookAlike && foreignLetter.test(char)) || (spaces && oddSpace.test(char));
		if (!drawn) {
			run += char;
			continue;
		}
		if (run !== '') pieces.push({ kind: 'text', text: run });
		run = '';
		pieces.push({ kind: 'ghost', char, label: codePointLabel(char) });
	}
	if (run !== '') pieces.push({ kind: 'text', text: run });
	return pieces;
}

/**
 * Cuts a text at its notices and shows what cannot be seen. Joined, the pieces give the text again, byte for byte.
 * Spans come from the server; one that overlaps an earlier one keeps only what is left of it.
 * @param spaces the text is a name: spaces that are not U+0020 are drawn too.
 */
export function annotate(text: string, spans: readonly Span[], spaces = false): readonly Piece[] {
	const pieces: Piece[] = [];
	let at = 0;
	for (const span of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
		const start = Math.max(at, span.start);
		const end = Math.min(text.length, span.end);
		if (start >= end) continue;
		if (start > at) pieces.push(...reveal(text.slice(at, start), { lookAlike: false, spaces }));
		pieces.push({
			kind: 'mark',
			n: span.n,
			pieces: reveal(text.slice(start, end), { lookAlike: span.lookAlike, spaces }),
		});
		at = end;
	}
	if (at < text.length) pieces.push(...reveal(text.slice(at), { lookAlike: false, spaces }));
	return pieces;
}
