import { formsOf, holdsSecret } from './secret-forms.ts';
import { unfold } from './unfold.ts';

const MOST_CODE_POINTS = 500;
const MOST_INPUT = 2000;
/** A stretch of an argument this long is recognised wherever an error text quotes it. */
const FRAGMENT = 12;

/**
 * No pattern for a token asks for a word boundary before it: `user_ghp_…` is a token too. Every repetition that could be
 * tried from each of its own characters has an upper bound, so that a hostile text costs linear time.
 */
const PATTERNS: readonly RegExp[] = [
	/[a-z][a-z0-9+.-]{0,30}:\/\/[^\s"'<>]*/gi, // URLs
	/(?:bearer|basic)[\s+:=]+\S+/gi,
	/authorization["']?\s*[:=]\s*\S+(?: \S+)?/gi,
	/(?:gh[pousr]_|github_pat_|glpat-|karc_pat_)[\w-]*/gi, // tokens by their prefix
	/\b[a-f0-9]{40,}\b/gi, // classic tokens and digests
	/\blookup\s+\S+/gi, // a resolver's words: the host name may have no dot
	/\[?\b[a-f0-9]{0,4}(?::[a-f0-9]{0,4}){3,7}\b\]?(?::\d+)?/gi, // IPv6
	/\b\d{1,3}(?:\.\d{1,3}){3}\b(?::\d+)?/g, // IPv4
	/\b(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\b(?::\d+)?/gi, // host names
	/\blocalhost\b(?::\d+)?/gi,
	/[a-z0-9-]{1,63}:\d{2,5}\b/gi, // name:port
];

/**
 * An upstream's error text as an audit row and an answer may carry it (contracts §3): no URL, host, address or token, none
 * of the caller's `values` and nothing of the `secret` it was asked with, not even in part or encoded, no control
 * characters, at most 500 code points. What was taken out shows as an ellipsis; where the secret can still be made out,
 * nothing is left, and the caller says what it knows itself. The text may be hostile: its first 2,000 characters are read.
 */
export function redact(text: string, values: readonly string[], secret: string): string {
	const unfolded = unfold(text.slice(0, MOST_INPUT));
	if (!unfolded.settled) return '';
	let clean = withoutValues(unfolded.text, [...formsOf(secret), ...values.map((value) => unfold(value).text)]);
	for (const pattern of PATTERNS) clean = clean.replace(pattern, '…');
	clean = clean
		.replace(/…(?:\s*…)+/g, '…')
		.replace(/\s+/g, ' ')
		.trim();
	clean = atMost500(clean);
	return holdsSecret(clean, secret) ? '' : clean;
}

export function atMost500(text: string): string {
	return [...text].slice(0, MOST_CODE_POINTS).join('');
}

/** Whole values first, by word when they are too short to be told from chance; then longer stretches of them. */
function withoutValues(text: string, values: readonly string[]): string {
	let clean = text;
	const present = [...new Set(values.map((value) => value.trim()))].filter((value) => value !== '');
	present.sort((a, b) => b.length - a.length);
	for (const value of present) {
		if (value.length > clean.length) continue;
		const edge = value.length < 4 ? ['(?<![\\p{L}\\p{N}])', '(?![\\p{L}\\p{N}])'] : ['', ''];
		clean = clean.replace(new RegExp(edge[0] + value.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&') + edge[1], 'giu'), '…');
	}
	return withoutFragments(clean, present);
}

/** The text's own stretches are looked up while each value is walked through once, since a value may be 64 KB. */
function withoutFragments(text: string, values: readonly string[]): string {
	const stretches = new Set<string>();
	for (let at = 0; at + FRAGMENT <= text.length; at++) stretches.add(text.slice(at, at + FRAGMENT));
	const quoted = new Set<string>();
	for (const value of values) {
		for (let at = 0; at + FRAGMENT <= value.length; at++) {
			const stretch = value.slice(at, at + FRAGMENT);
			if (stretches.has(stretch)) quoted.add(stretch);
		}
	}
	if (quoted.size === 0) return text;
	let clean = '';
	let quotedUntil = 0;
	for (let at = 0; at < text.length; at++) {
		if (quoted.has(text.slice(at, at + FRAGMENT))) {
			if (at >= quotedUntil) clean += '…';
			quotedUntil = at + FRAGMENT;
		}
		if (at >= quotedUntil) clean += text[at];
	}
	return clean;
}
