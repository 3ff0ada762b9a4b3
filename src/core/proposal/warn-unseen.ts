import { htmlComments } from './footer-hidden.ts';
import { INVISIBLE } from './ignorable.ts';
import { farText, markStacks } from './warn-out-of-sight.ts';
import { type Place, quoted } from './warning-place.ts';

const BIDI = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu;

/** Characters that turn the reading order: what is shown is then not what is sent (CVE-2021-42574, “Trojan Source”). */
export function* bidiControls(text: string): Iterable<Place> {
	for (const match of text.matchAll(BIDI)) {
		const detail = `Turns the reading order: ${codePoints(match[0])}.`;
		yield { start: match.index, end: match.index + match[0].length, detail };
	}
}

/** Beside INVISIBLE: line and paragraph separator, empty Braille cell, object replacement, private use, noncharacters. */
const UNSEEN = new RegExp(
	`${INVISIBLE.source.slice(0, -1)}\\u2028\\u2029\\u2800\\uFFFC\\p{Co}\\p{Noncharacter_Code_Point}]`,
	'gu',
);
/** Cf that is drawn: Arabic and Kaithi number signs and the like. */
const DRAWN = /[\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2\u{110BD}\u{110CD}]/u;

/** Variants of ideographs in one text. Names need a few; each can carry a byte, so many are how text is hidden. */
const MAX_VARIANTS = 8;

/** What is not seen as it stands: characters that show nothing, text out of sight, marks that are drawn over others. */
export function* invisibleCharacters(text: string): Iterable<Place> {
	yield* [...unseenRuns(text), ...farText(text), ...markStacks(text)].sort((a, b) => a.start - b.start);
}

/** Whether some character of a name shows nothing and neither its script nor an emoji needs it. */
export function showsNothing(name: string): boolean {
	return !unseenRuns(name).next().done;
}

/** Runs of characters that show nothing, but for those that a script or an emoji needs. */
function* unseenRuns(text: string): Generator<Place> {
	let run: { start: number; end: number } | null = null;
	let variants = 0;
	for (const match of text.matchAll(UNSEEN)) {
		const [char] = match;
		const end = match.index + char.length;
		if (isBidi(char) || DRAWN.test(char)) continue;
		if (isNeeded(text, match.index, char) && !(IDEOGRAPH_VARIANT.test(char) && ++variants > MAX_VARIANTS)) continue;
		if (run && run.end === match.index) run.end = end;
		else {
			if (run) yield invisible(text, run);
			run = { start: match.index, end };
		}
	}
	if (run) yield invisible(text, run);
}

function invisible(text: string, { start, end }: { start: number; end: number }): Place {
	return { start, end, detail: `Shows nothing: ${codePoints(text.slice(start, end))}.` };
}

function isBidi(char: string): boolean {
	return char.replace(BIDI, '') === '';
}

const IDEOGRAPH_VARIANT = /[\uFE00-\uFE02\u{E0100}-\u{E01EF}]/u;
// Scripts whose spelling needs ZWJ and ZWNJ inside words.
const JOINING =
	/[\p{sc=Arab}\p{sc=Syrc}\p{sc=Mong}\p{sc=Nkoo}\p{sc=Deva}\p{sc=Beng}\p{sc=Guru}\p{sc=Gujr}\p{sc=Orya}\p{sc=Taml}\p{sc=Telu}\p{sc=Knda}\p{sc=Mlym}\p{sc=Sinh}\p{sc=Khmr}\p{sc=Mymr}\p{sc=Tibt}]/u;
const FLAG =
	/\u{1F3F4}\u{E0067}\u{E0062}(?:\u{E0065}\u{E006E}\u{E0067}|\u{E0073}\u{E0063}\u{E0074}|\u{E0077}\u{E006C}\u{E0073})\u{E007F}/uy;

/**
 * Whether an emoji or a script needs the character where it stands. Looks a fixed way to either side, and lets only the
 * first selector after a base through: hidden text is written as runs of selectors or tags.
 */
function isNeeded(text: string, at: number, char: string): boolean {
	const code = char.codePointAt(0) as number;
	const before = lastCodePoint(text.slice(Math.max(0, at - 2), at));
	const next = String.fromCodePoint(text.codePointAt(at + char.length) ?? 0);
	if (code === 0xfe0f || code === 0xfe0e) {
		return /\p{Extended_Pictographic}/u.test(before) || (/[0-9#*]/.test(before) && next === '\u20E3');
	}
	if (code === 0x200d || code === 0x200c) {
		if (JOINING.test(before) && JOINING.test(next)) return true;
		return (
			code === 0x200d &&
			/\p{Extended_Pictographic}|\p{Emoji_Modifier}|\uFE0F/u.test(before) &&
			/\p{Extended_Pictographic}/u.test(next)
		);
	}
	if (IDEOGRAPH_VARIANT.test(char)) return /\p{sc=Han}/u.test(before);
	if (code >= 0x180b && code <= 0x180f) return /\p{sc=Mong}/u.test(before) && /\p{L}/u.test(before);
	if (code >= 0xe0020 && code <= 0xe007f) {
		// England, Scotland, Wales: a black flag, then six tags. This one is one of them when a flag covers it.
		for (let start = at - 2; start >= Math.max(0, at - 12); start -= 2) {
			FLAG.lastIndex = start;
			if (FLAG.test(text) && FLAG.lastIndex > at) return true;
		}
	}
	return false;
}

/** Letters in a circle, square or brackets: symbols to Unicode, letters to a reader. */
const ENCLOSED = '\\u249C-\\u24E9\\u{1F110}-\\u{1F169}\\u{1F170}-\\u{1F189}';
const ENCLOSED_LETTER = new RegExp(`[${ENCLOSED}]`, 'u');
const WORD = new RegExp(`[\\p{L}\\p{M}\\p{N}_${ENCLOSED}]+`, 'gu');
/** How Hebrew writes “in GitHub”, “and GitHub”: prefix letters joined to the foreign name. */
const HEBREW_PREFIX = /^[בהוכלמש]{1,3}(?=[A-Z])/;
const LATIN = /\p{sc=Latn}/u;
/** Scripts with many letters that pass for Latin ones. */
const LOOKALIKE: ReadonlyArray<[string, RegExp]> = [
	['Cyrillic', /\p{sc=Cyrl}/u],
	// Only Greek letters that pass for Latin ones: kΩ, μs, Δt stay what they are.
	['Greek', /[ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαγηικνορτυχωϲϳϹͿ]/u],
	['Armenian', /\p{sc=Armn}/u],
	['Cherokee', /\p{sc=Cher}/u],
	['Coptic', /\p{sc=Copt}/u],
	['Lisu', /\p{sc=Lisu}/u],
	['Hebrew', /\p{sc=Hebr}/u],
	['Tifinagh', /\p{sc=Tfng}/u],
	['enclosed', ENCLOSED_LETTER],
];

/** Words that mix Latin letters with letters that pass for them: each word alone, since texts mix languages. */
export function* mixedScripts(text: string): Iterable<Place> {
	for (const match of text.matchAll(WORD)) {
		const [word] = match;
		if (/^[\x00-\x7F]*$/.test(word)) continue;
		const other = otherScript(word);
		if (!other) continue;
		yield {
			start: match.index,
			end: match.index + word.length,
			detail: `${quoted(word)} mixes Latin and ${other} letters.`,
		};
	}
}

function otherScript(word: string): string | null {
	if (LATIN.test(word.replace(ENCLOSED_LETTER, ''))) {
		const rest = word.replace(HEBREW_PREFIX, '');
		const found = LOOKALIKE.find(([, letters]) => letters.test(rest));
		if (found) return found[0];
	}
	// Full-width, mathematical, Kelvin, long s: letters that NFKC makes plain ones. Fine alone, not amid plain ones.
	if (/[A-Za-z]/.test(word)) {
		for (const [letter] of word.matchAll(/[\p{Lu}\p{Ll}]/gu)) {
			if ((letter.codePointAt(0) as number) > 0x7f && /^[A-Za-z]$/.test(letter.normalize('NFKC'))) return 'look-alike';
		}
	}
	return null;
}

/** HTML comments, and link definitions that nothing refers to (`[//]: # (…)`): sent, stored, read by machines, not shown. */
export function* hiddenComments(text: string): Iterable<Place> {
	const places: Place[] = htmlComments(text).map(({ start, end }) => {
		const inside = text.endsWith('-->', end) ? end - 3 : end; // one that never closes has no end of its own
		const said = quoted(text.slice(start + 4, Math.min(inside, start + 200)));
		return { start, end, detail: `A comment, sent but not shown: ${said}` };
	});
	const used = new Map<string, number>();
	for (const match of text.matchAll(/\[([^[\]]{1,200})\]/g)) {
		const label = labelKey(match[1] as string);
		used.set(label, (used.get(label) ?? 0) + 1);
	}
	for (const match of text.matchAll(/^[ \t>]{0,16}\[([^[\]]{1,200})\]:[^\r\n]*/gm)) {
		if (used.get(labelKey(match[1] as string)) !== 1) continue;
		const detail = `A link definition that nothing uses, sent but not shown: ${quoted(match[0].trim())}`;
		places.push({ start: match.index, end: match.index + match[0].length, detail });
	}
	yield* places.sort((a, b) => a.start - b.start);
}

function labelKey(label: string): string {
	return label.trim().replace(/\s+/g, ' ').toLowerCase();
}

function lastCodePoint(text: string): string {
	return Array.from(text).at(-1) ?? '';
}

/** At most five different code points, as U+XXXX, and how many characters there are. */
function codePoints(text: string): string {
	const chars = Array.from(text);
	const kinds = [...new Set(chars)].map(
		(char) => `U+${(char.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`,
	);
	const listed = kinds.slice(0, 5).join(', ') + (kinds.length > 5 ? ', …' : '');
	return chars.length === 1 ? listed : `${chars.length} characters, ${listed}`;
}
