/** A tag found at some `<`. `end` = the index after its `>`. */
export type Tag = { name: string; closing: boolean; end: number };

const SPACE = ' \t\r\n\f';

/**
 * The complete inline tag at `at`, as CommonMark §6.6 takes it, within one line that ends at `end`. `text` = this `<` is
 * literal; `unfinished` = the line ends while it could still become a tag on the next.
 */
export function inlineTag(source: string, at: number, end: number): Tag | 'text' | 'unfinished' {
	let i = at + 1;
	const closing = source[i] === '/';
	if (closing) i++;
	const nameEnd = skip(source, i, end, /[A-Za-z0-9-]/);
	if (i === end) return 'unfinished';
	if (!/[A-Za-z]/.test(source[i] as string)) return 'text';
	const name = source.slice(i, nameEnd).toLowerCase();
	i = nameEnd;
	for (;;) {
		const gap = i;
		i = skip(source, i, end, /[ \t]/);
		if (i >= end) return 'unfinished';
		if (source[i] === '>') return { name, closing, end: i + 1 };
		if (closing) return 'text';
		if (source[i] === '/') {
			if (i + 1 >= end) return 'unfinished';
			return source[i + 1] === '>' ? { name, closing, end: i + 2 } : 'text';
		}
		if (i === gap || !/[A-Za-z_:]/.test(source[i] as string)) return 'text';
		i = skip(source, i, end, /[A-Za-z0-9_.:-]/);
		const equals = skip(source, i, end, /[ \t]/);
		if (equals >= end) return 'unfinished';
		if (source[equals] !== '=') continue;
		i = skip(source, equals + 1, end, /[ \t]/);
		if (i >= end) return 'unfinished';
		const quote = source[i];
		if (quote === '"' || quote === "'") {
			const close = source.indexOf(quote, i + 1);
			if (close < 0 || close >= end) return 'unfinished';
			i = close + 1;
		} else {
			const valueEnd = skip(source, i, end, /[^ \t"'=<>`]/);
			if (valueEnd === i) return 'text';
			i = valueEnd;
		}
	}
}

/**
 * The tag at `at` in raw HTML that ends at `end`, as the HTML tokenizer takes it (WHATWG §13.2.5): anything up to `>` but
 * for quoted values. null = it does not end, so it would take in what follows.
 */
export function rawTag(source: string, at: number, end: number): Tag | null {
	const closing = source[at + 1] === '/';
	let i = at + (closing ? 2 : 1);
	const nameStart = i;
	while (i < end && !SPACE.includes(source[i] as string) && source[i] !== '/' && source[i] !== '>') i++;
	const name = source.slice(nameStart, Math.min(i, nameStart + 40)).toLowerCase();
	while (i < end) {
		// Before an attribute: white space and slashes, then a name, whose first character may be `=`.
		while (i < end && (SPACE.includes(source[i] as string) || source[i] === '/')) i++;
		if (i >= end) return null;
		if (source[i] === '>') return { name, closing, end: i + 1 };
		i++;
		while (i < end && !SPACE.includes(source[i] as string) && !'/>='.includes(source[i] as string)) i++;
		while (i < end && SPACE.includes(source[i] as string)) i++;
		if (i >= end) return null;
		if (source[i] !== '=') continue;
		i++;
		while (i < end && SPACE.includes(source[i] as string)) i++;
		const quote = source[i];
		if (i < end && (quote === '"' || quote === "'")) {
			const close = source.indexOf(quote, i + 1);
			if (close < 0 || close >= end) return null;
			i = close + 1;
		} else {
			while (i < end && !SPACE.includes(source[i] as string) && source[i] !== '>') i++;
		}
	}
	return null;
}

function skip(source: string, from: number, end: number, allowed: RegExp): number {
	let i = from;
	while (i < end && allowed.test(source[i] as string)) i++;
	return i;
}
