import { BLOCK_START, MAYBE_BLOCK_START, VERBATIM_START } from './html-elements.ts';
import { type FooterHidden, newParagraph, newScan, type Scan, scanLine, scanRaw } from './html-scan.ts';
import { inlineTag } from './html-tag.ts';

/**
 * Whether this body could hide, swallow or restyle the footer that is written after it (bytes.md §3): an open comment, code
 * fence or HTML element. Null when the footer is safe.
 *
 * One scan over lines, without the Markdown tree that 64,000 characters can make take half a minute. It knows what decides:
 * where fences and HTML blocks begin and end (CommonMark 0.31 and GFM), and which tags are open (HTML). Whoever writes the
 * body picks every character of it, so in doubt it refuses: a tag counts as open when it could be, as closed only when it
 * must be. Unknown tags (`Vec<String>`) and prose (`a<b`) hide nothing and pass.
 */
export function footerHidden(body: string): FooterHidden | null {
	return scanBody(body, 0).hidden;
}

/** The places of HTML comments in a body: all but those in code that is surely code. An open one runs to the end. */
export function htmlComments(body: string): Array<{ start: number; end: number }> {
	const { scan, hidden } = scanBody(body, 0);
	const rest = hidden ? body.indexOf('<!--', hidden.at) : -1;
	return rest < 0
		? scan.comments
		: [...scan.comments.filter(({ start }) => start < rest), { start: rest, end: body.length }];
}

type Line = { start: number; end: number };

const BLANK = /^[ \t]*$/;
/** Indentation and the containers that a line may open: quotes, list items, tasks, footnotes. */
const PREFIX = /^(?:[ \t]|>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t])|\[[ xX]\](?=[ \t])|\[\^[^\]\s]{1,100}\]:)*/;
const FENCE = /^(`{3,}(?=[^`]*$)|~{3,})/;

const OPEN_FENCE =
	'A code fence opens here and may never close; it would turn the approver’s footer into code. Close it with the same characters on a line of their own.';
const CONTAINED_FENCE =
	'A code fence in a list or quote opens something that may not be code and would hide the approver’s footer. Move the code out of the list or quote.';
const FENCE_IN_HTML =
	'A code fence stands inside HTML here, so it may never close. Leave a blank line between the HTML and the code.';
const neverCloses = (name: string): string =>
	`<${name}> opens here and never surely closes; it would swallow the approver’s footer. Add </${name}> where nothing can be taken for code or a link.`;

const VERBATIM_END = /<\/(?:pre|script|style|textarea)>/i;

function scanBody(body: string, depth: number): { scan: Scan; hidden: FooterHidden | null } {
	const scan = newScan(body);
	const lines = linesOf(body);
	const text = (index: number): string => body.slice(lines[index]?.start, lines[index]?.end);
	const stop = (hidden: FooterHidden) => ({ scan, hidden });

	let n = 0;
	while (n < lines.length) {
		const { start, end } = lines[n] as Line;
		const line = text(n);
		scan.line = n;
		if (BLANK.test(line)) {
			newParagraph(scan);
			n++;
			continue;
		}
		const prefix = PREFIX.exec(line)?.[0] ?? '';
		const rest = line.slice(prefix.length);

		const fence = FENCE.exec(rest)?.[0];
		if (fence !== undefined) {
			const close =
				prefix === ''
					? closingFence(text, n, lines.length, fence)
					: containedFence(text, n, lines.length, prefix, fence);
			if (close === null) return stop({ reason: OPEN_FENCE, at: start });
			if (prefix === '') newParagraph(scan);
			else {
				scan.fresh = false;
				// It may be code, or text of a paragraph: it has to be harmless as both.
				const inner: string[] = [];
				for (let k = n + 1; k < close; k++) inner.push(text(k).slice(prefix.length));
				const within = depth === 0 ? scanBody(inner.join('\n'), depth + 1) : null;
				if (within === null || within.hidden) return stop({ reason: CONTAINED_FENCE, at: start });
				if (within.scan.comments.length > 0) scan.comments.push({ start, end: (lines[close] as Line).end });
				scan.dirty = true;
			}
			n = close + 1;
			continue;
		}

		const block = htmlBlock(text, n, lines.length, prefix, rest, scan.fresh);
		if (block) {
			const last = lines[block.last] as Line;
			if (!block.certain && anyFence(text, n, block.last)) return stop({ reason: FENCE_IN_HTML, at: start });
			const hidden = scanRaw(scan, start, last.end, block.certain);
			if (hidden) return stop(hidden);
			if (block.certain) newParagraph(scan);
			else {
				scan.dirty = true;
				scan.fresh = false;
			}
			n = block.last + 1;
			continue;
		}

		scan.fresh = false;
		const footnote = prefix.includes('[^');
		if (footnote) scan.dirty = true; // shown elsewhere, or not at all
		const hidden = scanLine(scan, start, end, footnote || /\t| {4}/.test(prefix));
		if (hidden) return stop(hidden);
		n++;
	}
	const left = scan.open.at(-1);
	return { scan, hidden: left ? { reason: neverCloses(left.name), at: left.at } : null };
}

/** The line that closes a fence at column 0, where nothing but such a line can; null without one. */
function closingFence(text: (n: number) => string, open: number, count: number, fence: string): number | null {
	for (let n = open + 1; n < count; n++) if (closes(text(n), fence, / {0,3}/)) return n;
	return null;
}

/**
 * The line that closes a fence inside a list item or quote. Every line before it must surely lie in the same container,
 * and it must stand exactly where the fence began: else null.
 */
function containedFence(
	text: (n: number) => string,
	open: number,
	count: number,
	prefix: string,
	fence: string,
): number | null {
	if (prefix.includes('[')) return null; // tasks and footnotes: their width is not their indentation
	const inside = prefix.replace(/[^>\s]/g, ' ');
	for (let n = open + 1; n < count; n++) {
		const line = text(n);
		if (!line.startsWith(inside)) {
			if (line.trimEnd() === inside.trimEnd() || (BLANK.test(line) && !inside.includes('>'))) continue;
			return null;
		}
		const rest = line.slice(inside.length);
		if (closes(rest, fence, /(?:)/)) return n;
		if (closes(rest, fence, /[ \t]*/)) return null;
	}
	return null;
}

function closes(line: string, fence: string, indent: RegExp): boolean {
	if (!line.includes(fence)) return false;
	const run = new RegExp(`^${indent.source}(${fence[0]}+)[ \\t]*$`).exec(line)?.[1];
	return run !== undefined && run.length >= fence.length;
}

function anyFence(text: (n: number) => string, first: number, last: number): boolean {
	for (let n = first; n <= last; n++) if (/^[^`~]*(?:```|~~~)/.test(text(n))) return true;
	return false;
}

/**
 * The HTML block that begins at line `n`, or may: its last line, and whether it surely is one and surely ends there. Surely
 * is only what begins at column 0: in a container a block ends with the container.
 */
function htmlBlock(
	text: (n: number) => string,
	n: number,
	count: number,
	prefix: string,
	rest: string,
	fresh: boolean,
): { last: number; certain: boolean } | null {
	if (rest[0] !== '<') return null;
	const atStart = prefix === '';
	const untilLine = (found: (line: string, index: number) => boolean): number => {
		for (let k = n; k < count; k++) if (found(text(k), k)) return k;
		return count - 1;
	};
	if (rest.startsWith('<!--')) {
		// Only at column 0 can blank lines not end it.
		const last = atStart ? untilLine((line, k) => line.includes('-->', k === n ? 2 : 0)) : n;
		return { last, certain: atStart };
	}
	if (/^<(?:\?|![A-Za-z[])/.test(rest)) return { last: n, certain: atStart };

	const name = /^<\/?([A-Za-z][A-Za-z0-9-]*)(?=[\s/>]|$)/.exec(rest)?.[1]?.toLowerCase() ?? '';
	if (VERBATIM_START.has(name) && rest[1] !== '/') {
		return { last: untilLine((line) => VERBATIM_END.test(line)), certain: atStart };
	}
	const untilBlank = (): number => untilLine((_, k) => k + 1 >= count || BLANK.test(text(k + 1)));
	if (BLOCK_START.has(name)) return { last: untilBlank(), certain: atStart };
	if (MAYBE_BLOCK_START.has(name)) return { last: untilBlank(), certain: false };
	// A complete tag alone on its line (kind 7) begins a block unless it goes on a paragraph.
	const tag = inlineTag(rest, 0, rest.length);
	const alone = typeof tag !== 'string' && BLANK.test(rest.slice(tag.end));
	return alone ? { last: untilBlank(), certain: atStart && fresh } : null;
}

function linesOf(text: string): Line[] {
	const lines: Line[] = [];
	let start = 0;
	for (const match of text.matchAll(/\r\n|\n|\r/g)) {
		lines.push({ start, end: match.index });
		start = match.index + match[0].length;
	}
	lines.push({ start, end: text.length });
	return lines;
}
