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
