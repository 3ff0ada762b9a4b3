import { END_OPTIONAL, RAW_TEXT, SCOPES, SWALLOWING } from './html-elements.ts';
import { inlineTag, rawTag, type Tag } from './html-tag.ts';

/** Why the footer could be hidden, and what to do, as sentences for the author; `at` = UTF-16 offset into the body of what does it. */
export type FooterHidden = { reason: string; at: number };

type OpenElement = {
	name: string;
	at: number;
	end: number;
	line: number;
	paragraph: number;
	bracket: number;
	bars: number;
	/** Opened where Markdown may put a heading, list item or quote around it. */
	contained: boolean;
};

/** How many elements may be open at once. */
export const MAX_OPEN = 100;

/**
 * What is known at one point of a body. Everything leans to one side: an opening counts wherever it could be one, a closing
 * only where it must be one.
 */
export type Scan = {
	source: string;
	open: OpenElement[];
	/** How often each name is in `open`. */
	names: Map<string, number>;
	comments: Array<{ start: number; end: number }>;
	line: number;
	paragraph: number;
	/** In this paragraph a code span, link or tag may run from one line to the next: code spans are not to be trusted. */
	dirty: boolean;
	/** No line of this paragraph has come yet: what is at column 0 now surely begins a block. */
	fresh: boolean;
	/** Square brackets open in this paragraph, each with a number of its own. */
	brackets: number[];
	bracketCount: number;
};

export function newScan(source: string): Scan {
	return {
		source,
		open: [],
		names: new Map(),
		comments: [],
		line: 0,
		paragraph: 0,
		dirty: false,
		fresh: true,
		brackets: [],
		bracketCount: 0,
	};
}

export function newParagraph(scan: Scan): void {
	scan.paragraph++;
	scan.dirty = false;
	scan.fresh = true;
	scan.brackets = [];
}

/** The `]` and what makes it the end of a plain link: a destination or label that cannot hold code, HTML or escapes. */
const PLAIN_LINK = /\((?:[^\s()<>`"'\\|]*)(?:[ \t]+"[^"\\<`|]*")?\)|\[[^[\]`\\<>|]*\]/y;
const AUTOLINK = /<(?:[A-Za-z][A-Za-z0-9.+-]{1,31}:[^\s<>`]*|[^\s<>`@]+@[A-Za-z0-9.-]+)>/y;
const TICKED_ANGLE = /<[^\s<>`]*`[^\s<>]*>/y;

/** One line of a paragraph (or heading, table row, list item, indented code). `weak` = it may be indented code. */
export function scanLine(scan: Scan, start: number, end: number, weak: boolean): FooterHidden | null {
	const { source } = scan;
	const hasBar = source.slice(start, end).includes('|');
	let bars = 0;
	let i = start;
	while (i < end) {
		const char = source[i];
		if (char === '\\') {
			i += 2;
		} else if (char === '`') {
			i = skipCodeSpan(scan, i, end);
		} else if (char === '|') {
			bars++;
			i++;
		} else if (char === '[') {
			scan.brackets.push(++scan.bracketCount);
			i++;
		} else if (char === ']') {
			scan.brackets.pop();
			i++;
			if (i < end && (source[i] === '(' || source[i] === '[')) {
				PLAIN_LINK.lastIndex = i;
				if (PLAIN_LINK.test(source) && PLAIN_LINK.lastIndex <= end) i = PLAIN_LINK.lastIndex;
				else scan.dirty = true;
			} else if (source[i] === ':') scan.dirty = true; // a definition, which shows nothing
		} else if (char === '<') {
			const special = scanSpecial(scan, i, end, false, false);
			if (special !== null) {
				if (typeof special !== 'number') return special;
				i = special;
				continue;
			}
			AUTOLINK.lastIndex = i;
			if (AUTOLINK.test(source)) {
				i = AUTOLINK.lastIndex;
				continue;
			}
			TICKED_ANGLE.lastIndex = i;
			if (TICKED_ANGLE.test(source)) scan.dirty = true;
			const tag = inlineTag(source, i, end);
			if (tag === 'unfinished') scan.dirty = true;
			if (typeof tag === 'string') {
				i++;
				continue;
			}
			const here = { at: i, bracket: scan.brackets.at(-1) ?? 0, bars, contained: true };
			const certain = (from: OpenElement): boolean => {
				if (scan.dirty) return false;
				if (from.line === scan.line) return from.bars === bars && from.bracket === here.bracket;
				if (weak || hasBar) return false;
				return from.paragraph === scan.paragraph ? from.bracket === here.bracket : scan.brackets.length === 0;
			};
			const next = scanTag(scan, tag, here, end, certain);
			if (typeof next !== 'number') return next;
			i = next;
		} else {
			i++;
		}
	}
	return null;
}

/** Past the code span that opens at `at` when it closes on this line, else past its backticks. */
function skipCodeSpan(scan: Scan, at: number, end: number): number {
	const { source } = scan;
	let open = at;
	while (open < end && source[open] === '`') open++;
	if (scan.dirty) return open;
	for (let i = open; i < end; i++) {
		if (source[i] === '|') break; // a table would end the cell, and the span with it
		if (source[i] !== '`') continue;
		const run = i;
		while (i < end && source[i] === '`') i++;
		if (i - run === open - at) return i;
	}
	scan.dirty = true;
	return open;
}

/**
 * Raw HTML from `start` to `end`, where Markdown looks at nothing. `certain` = it surely is raw HTML to its end; else
 * closings count only when nothing that Markdown might read stands between them and their opening.
 */
export function scanRaw(scan: Scan, start: number, end: number, certain: boolean): FooterHidden | null {
	const { source } = scan;
	const plainBefore = !scan.dirty && scan.brackets.length === 0;
	let lastMarkdown = -1;
	let i = start;
	while (i < end) {
		const char = source[i] as string;
		if ('`[]|\\'.includes(char)) lastMarkdown = i;
		if (char === '\t' || (char === ' ' && source.startsWith('    ', i))) lastMarkdown = i; // may be indented code
		if (char !== '<') {
			i++;
			continue;
		}
		const special = scanSpecial(scan, i, end, true, certain);
		if (special !== null) {
			if (typeof special !== 'number') return special;
			i = special;
			continue;
		}
		if (!/^<\/?[A-Za-z]/.test(source.slice(i, i + 3))) {
			i++;
			continue;
		}
		const tag = rawTag(source, i, end);
		if (tag === null)
			return {
				reason: 'A tag opens here and never ends; it would swallow the approver’s footer. End it with >.',
				at: i,
			};
		const surely = (from: OpenElement): boolean =>
			certain || (from.at >= start ? lastMarkdown < from.at : plainBefore && lastMarkdown < start);
		const next = scanTag(scan, tag, { at: i, bracket: 0, bars: 0, contained: !certain }, end, surely);
		if (typeof next !== 'number') return next;
		i = next;
	}
	return null;
}

const PLAIN_DECLARATION = /<(?:\?[^<>\r\n]+\?>|!\[CDATA\[[^<>[\]\r\n]*\]\]>|[!/][^<>[\r\n]*>)/y;

/** Comments and other `<!`, `<?` at `at`: the index after, why not, or null when it is none of these. */
function scanSpecial(
	scan: Scan,
	at: number,
	end: number,
	raw: boolean,
	certain: boolean,
): number | FooterHidden | null {
	const { source } = scan;
	if (source.startsWith('<!--', at)) {
		// From at + 2: `<!-->` and `<!--->` are whole comments to HTML.
		const close = source.indexOf('-->', at + 2);
		if (close < 0 || close + 3 > end) {
			const reason = 'A comment opens here and never closes; it would hide the approver’s footer. Close it with -->.';
			return { reason, at };
		}
		const text = source.slice(at + 4, close);
		// A table may end a cell, and the comment with it, at a bar.
		const split = !certain && text.includes('|');
		const odd = raw
			? text.includes('--!>')
			: /--|^-?>|-$/.test(text) || (scan.dirty && /[<`]/.test(text)) || close < at + 4;
		if (split || odd) {
			const reason =
				'A comment opens here that may close elsewhere than it seems, and then hide the approver’s footer. Put it on lines of its own, without -- or | inside, or leave it out.';
			return { reason, at };
		}
		scan.comments.push({ start: at, end: close + 3 });
		return close + 3;
	}
	const next = source.slice(at + 1, at + 3);
	const declared = raw ? /^(?:[!?]|\/(?![A-Za-z]))/.test(next) : /^(?:![A-Za-z[]|\?)/.test(next);
	if (!declared) return null;
	// Markdown and HTML end these at different places, so only the plainest is taken: one line, no angle bracket inside.
	PLAIN_DECLARATION.lastIndex = at;
	const closed = PLAIN_DECLARATION.test(source) && PLAIN_DECLARATION.lastIndex <= end;
	return closed
		? PLAIN_DECLARATION.lastIndex
		: {
				reason:
					'A declaration (<!, <? or </) opens here and may never end; it would swallow the approver’s footer. Put it in code, or leave it out.',
				at,
			};
}

/** Counts a tag; gives the index to go on from. */
function scanTag(
	scan: Scan,
	tag: Tag,
	here: Pick<OpenElement, 'at' | 'bracket' | 'bars' | 'contained'>,
	end: number,
	certain: (from: OpenElement) => boolean,
): number | FooterHidden {
	const { source, open, names } = scan;
	if (source.slice(here.at + 1, tag.end).includes('<')) {
		const reason = 'A tag opens here with another < inside it, so it may end elsewhere. Write that < as &lt;.';
		return { reason, at: here.at };
	}
	if (RAW_TEXT.has(tag.name)) {
		if (tag.closing) return tag.end;
		const close = new RegExp(`[^<\`[\\]|\\\\\\r\\n]*</${tag.name}[ \\t]*>`, 'iy');
		close.lastIndex = tag.end;
		const closed = tag.name !== 'plaintext' && close.test(source) && close.lastIndex <= end;
		return closed
			? close.lastIndex
			: {
					reason: `<${tag.name}> opens here and may never close; it would hide the approver’s footer. Put it in code, or leave it out.`,
					at: here.at,
				};
	}
	if (!SWALLOWING.has(tag.name)) return tag.end;
	if (!tag.closing) {
		// The next of a kind ends the one before: <li> … <li>.
		if (END_OPTIONAL.has(tag.name) && open.at(-1)?.name === tag.name) pop(scan);
		// Nobody writes such a thing, and every closing tag has to look through what is open.
		if (open.length >= MAX_OPEN) {
			const reason = `More than ${MAX_OPEN} HTML elements are open at once here. Close some before you open more.`;
			return { reason, at: here.at };
		}
		open.push({ name: tag.name, end: tag.end, line: scan.line, paragraph: scan.paragraph, ...here });
		names.set(tag.name, (names.get(tag.name) ?? 0) + 1);
		return tag.end;
	}
	if ((names.get(tag.name) ?? 0) === 0) return tag.end; // closes nothing
	let inner = open.at(-1);
	const target = open.findLast((element) => element.name === tag.name || !END_OPTIONAL.has(element.name));
	if (target?.name !== tag.name) {
		const reason = `</${tag.name}> stands here while <${inner?.name}> is still open. Close elements in the reverse order of opening them.`;
		return { reason, at: here.at };
	}
	// HTML keeps the heading, item or quote around it open when Markdown ends that first.
	const trapped = SCOPES.has(tag.name) && target.contained && target.line !== scan.line;
	if (trapped || !certain(target)) return tag.end;
	while (inner !== target) {
		pop(scan);
		inner = open.at(-1);
	}
	pop(scan);
	return tag.end;
}

function pop({ open, names }: Scan): void {
	const element = open.pop();
	if (element) names.set(element.name, (names.get(element.name) ?? 1) - 1);
}
