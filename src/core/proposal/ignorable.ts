/**
 * Characters that a reader does not see but a program may act on, or the reverse: format characters (Cf), the other
 * default-ignorable code points of Unicode (DerivedCoreProperties: U+034F, U+115F, U+1160, U+17B4–5, U+180B–F, U+3164,
 * U+FFA0, variation selectors, …), and C0/C1 controls other than tab and the line ends.
 */
export const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/u;

const ALL_INVISIBLE = new RegExp(INVISIBLE.source, 'gu');

/** The text without them. */
export function withoutInvisible(text: string): string {
	return text.replace(ALL_INVISIBLE, '');
}

/** Marks, and the two letters that NFKC makes marks (half-width voiced sound marks). */
const MARKS_PAST_30 = /([\p{M}\uFF9E\uFF9F]{30})[\p{M}\uFF9E\uFF9F]+/gu;

/** Arabic ligatures: one can become 18 letters, none a letter that anything here is compared with. */
const ARABIC_LIGATURE = /[\uFB50-\uFDFF]/g;

/**
 * Normalized, after cutting every run of marks to 30 (the stream-safe limit of UAX #15): whoever writes the text could
 * otherwise keep the sorting of one run of 64,000 marks busy for seconds. Arabic ligatures all become one letter. Only for comparing, never for what is kept.
 */
export function normalizeBounded(text: string, form: 'NFKC' | 'NFKD'): string {
	return text.replace(ARABIC_LIGATURE, '\u0627').replace(MARKS_PAST_30, '$1').normalize(form);
}
