import type { Place } from './warning-place.ts';

/** White space with more than this many characters or line ends before more text: the rest is out of sight. */
const MAX_BLANKS = 100;
const MAX_LINES = 21; // 20 blank lines
/** Blanks other than space, tab and line ends (U+3000, U+1680, …): some are wide, and a few indent a paragraph. */
const MAX_ODD_BLANKS = 10;
/** Marks on one character. The longest spellings (Tibetan, Hebrew with cantillation) need fewer. */
const MAX_MARKS = 10;

/** White space that moves the text after it out of sight. What ends a text moves nothing. */
export function* farText(text: string): Iterable<Place> {
	for (const { 0: blank, index } of text.matchAll(/\s+/g)) {
		const end = index + blank.length;
		if (blank.length <= MAX_ODD_BLANKS || end === text.length) continue;
		const lines = blank.match(/\r\n?|\n/g)?.length ?? 0;
		const odd = blank.match(/[^ \t\r\n]/g)?.length ?? 0;
		if (blank.length <= MAX_BLANKS && lines <= MAX_LINES && odd <= MAX_ODD_BLANKS) continue;
		yield { start: index, end, detail: `${blank.length} blank characters in a row: more text follows out of sight.` };
	}
}

/** Stacks of marks on one character: they are drawn over the lines above and below, the footer too. */
export function* markStacks(text: string): Iterable<Place> {
	for (const { 0: stack, index } of text.matchAll(/\p{M}+/gu)) {
		if (stack.length <= MAX_MARKS) continue;
		// Selectors and the like draw nothing; they are held as what they are.
		const count = Array.from(stack.replace(/\p{Default_Ignorable_Code_Point}/gu, '')).length;
		if (count <= MAX_MARKS) continue;
		const detail = `${count} marks on one character: they can be drawn over the lines around it.`;
		yield { start: index, end: index + stack.length, detail };
	}
}
