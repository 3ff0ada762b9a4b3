/**
 * What v1.0.4 does to titles and bodies that it reads back (`issue_read get`, `list_issues`): hidden characters, the info text
 * of code fences, HTML comments and tags outside a short list go; what is left is escaped. It loses data on purpose: an
 * unclosed `<x` swallows the rest of the text, a marker in a comment is not there any more. Never write such a text back.
 */
export const sanitize = (text: string): string =>
	filterTags(filterFences(filterInvisible(text)).replace(/\r\n?/g, '\n'));

/** Zero-width, soft hyphen, bidi controls and isolates, tag characters. */
const invisible =
	/[\u00ad\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|[\u{e0001}\u{e0020}-\u{e007f}]/gu;

const filterInvisible = (text: string): string => text.replace(invisible, '');

/** Keeps a fence's info text only when it is one short plain word. */
function filterFences(text: string): string {
	let open = 0;
	return text
		.split('\n')
		.map((line) => {
			const fence = /^(\s*)(`{3,})(.*)$/s.exec(line);
			if (!fence) return line;
			const [, indent = '', ticks = '', info = ''] = fence;
			if (open > 0) {
				if (ticks.length !== open) return line;
				open = 0;
				return indent + ticks;
			}
			open = ticks.length;
			const word = info.trim();
			if (word === '' || Buffer.byteLength(word) > 48 || !/^[\p{L}\p{Nd}+\-_#.]+$/u.test(word)) return indent + ticks;
			return `${indent}${ticks}${/^\s/.test(info) ? ' ' : ''}${word}`;
		})
		.join('\n');
}

const allowed = new Set(
	'b blockquote br code em h1 h2 h3 h4 h5 h6 hr i li ol p pre strong sub sup table tbody td th thead tr ul a img'.split(
		' ',
	),
);
/** Elements whose content goes with them. */
const swallowed = new Set(
	'frame frameset iframe noembed noframes noscript nostyle object script style title'.split(' '),
);
/** Elements whose content is text up to their end tag, whatever it looks like. */
const rawText = new Set('iframe noembed noframes noscript script style textarea title xmp'.split(' '));

const entities: Readonly<Record<string, string>> = {
	'&': '&amp;',
	"'": '&#39;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&#34;',
	'\r': '&#13;',
};
const escaped = (text: string): string => text.replace(/[&'<>"\r]/g, (each) => entities[each] ?? each);
const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };
const unescaped = (text: string): string =>
	text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));/gi, (all, decimal, hex, name) => {
		if (name) return named[String(name).toLowerCase()] ?? all;
		const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
		return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : all;
	});

/** A tag from `<` to its `>`, quotes respected; undefined when it never ends. */
const tagPattern = /^<(\/?)([a-zA-Z][^\s/>]*)((?:"[^"]*"|'[^']*'|[^>"'])*)>/;

function attributes(text: string): Map<string, string> {
	const found = new Map<string, string>();
	for (const [, name = '', double, single, bare] of text.matchAll(
		/([^\s=/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+)))?/g,
	))
		if (!found.has(name.toLowerCase())) found.set(name.toLowerCase(), unescaped(double ?? single ?? bare ?? ''));
	return found;
}

/** The tag as it is kept: links and pictures with a web address (or none of a scheme), all others bare. */
function kept(name: string, text: string, selfClosing: boolean): string {
	const end = selfClosing ? '/>' : '>';
	if (name !== 'a' && name !== 'img') return `<${name}${end}`;
	const shown: string[] = [];
	for (const [key, raw] of attributes(text)) {
		const value = raw.trim().replace(/^[a-z]+:/i, (scheme) => scheme.toLowerCase());
		const web = /^https?:\/\//.test(value);
		if (name === 'a' && key === 'href' && (web || /^mailto:|^[^:]+$/.test(value))) {
			shown.push(`href="${escaped(value)}"`);
			shown.push(web ? 'rel="nofollow noreferrer noopener" target="_blank"' : 'rel="nofollow noreferrer"');
		} else if (name === 'img' && key === 'src' && (web || !value.includes(':'))) shown.push(`src="${escaped(value)}"`);
		else if (name === 'img' && (key === 'alt' || key === 'title')) shown.push(`${key}="${escaped(raw)}"`);
	}
	return shown.length > 0 ? `<${[name, ...shown].join(' ')}${end}` : '';
}

function filterTags(text: string): string {
	let out = '';
	let at = 0;
	let skipping = 0;
	/** Opening `a` and `img` tags that were dropped: their end tag is dropped too. */
	let dropped = 0;
	const put = (piece: string) => {
		if (skipping === 0) out += piece;
	};
	while (at < text.length) {
		const next = /<(?=[a-zA-Z!?/])/.exec(text.slice(at));
		const until = next ? at + next.index : text.length;
		put(escaped(unescaped(text.slice(at, until))));
		at = until;
		if (!next) break;
		const rest = text.slice(at);
		const comment =
			/^<!--(?:>|->|[\s\S]*?--!?>|[\s\S]*$)/.exec(rest) ?? /^<(?:[!?]|\/(?![a-zA-Z]))[^>]*(?:>|$)/.exec(rest);
		if (comment) {
			at += comment[0].length;
			continue;
		}
		const tag = tagPattern.exec(rest);
		if (!tag) break;
		at += tag[0].length;
		const [, slash, spelled = '', inside = ''] = tag;
		const name = spelled.toLowerCase();
		if (swallowed.has(name)) skipping = Math.max(0, skipping + (slash ? -1 : 1));
		if (allowed.has(name)) {
			const markup = slash ? `</${name}>` : kept(name, inside, inside.endsWith('/'));
			if (name === 'a' && slash && dropped > 0) dropped -= 1;
			else put(markup);
			if (name === 'a' && !slash && markup === '') dropped += 1;
		}
		if (!slash && rawText.has(name)) {
			const end = text.slice(at).search(new RegExp(`</${name}[\\s/>]`, 'i'));
			put(escaped(end < 0 ? text.slice(at) : text.slice(at, at + end)));
			at = end < 0 ? text.length : at + end;
		}
	}
	return out;
}
