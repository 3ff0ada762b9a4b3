const MOST_CODE_POINTS = 500;
const MOST_INPUT = 2000;
/** A stretch of an argument this long is recognised wherever an error text quotes it. */
const FRAGMENT = 12;

const PATTERNS: readonly RegExp[] = [
	/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]*/gi, // URLs
	/\bBearer\s+\S+/gi,
	/\b(?:gh[a-z]_|github_pat_|glpat-|karc_pat_)[\w-]*/gi, // tokens by their prefix
	/\b[a-f0-9]{40,}\b/gi, // classic tokens and digests
	/\blookup\s+\S+/gi, // a resolver's words: the host name may have no dot
	/\[?\b[a-f0-9]{0,4}(?::[a-f0-9]{0,4}){3,7}\b\]?(?::\d+)?/gi, // IPv6
	/\b\d{1,3}(?:\.\d{1,3}){3}\b(?::\d+)?/g, // IPv4
	/\b(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]\b(?::\d+)?/gi, // host names
	/\blocalhost\b(?::\d+)?/gi,
	/\b[a-z0-9-]+:\d{2,5}\b/gi, // name:port
];

/**
 * An upstream's error text as an audit row and an answer may carry it (contracts §3): no URL, host, address or token, none
 * of the caller's `values`, not even in part, no control characters, at most 500 code points. What was taken out shows as
 * an ellipsis. The text may be hostile: work is bounded by its first 2,000 characters.
 */
export function redact(text: string, values: readonly string[]): string {
	let clean = text.slice(0, MOST_INPUT).toWellFormed();
	clean = withoutValues(clean, values);
	for (const pattern of PATTERNS) clean = clean.replace(pattern, '…');
	clean = clean
		.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
		.replace(/…(?:\s*…)+/g, '…')
		.replace(/\s+/g, ' ')
		.trim();
	return [...clean].slice(0, MOST_CODE_POINTS).join('');
}

/** Whole values first, by word when they are too short to be told from chance; then longer stretches of them. */
function withoutValues(text: string, values: readonly string[]): string {
	let clean = text;
	const present = [...new Set(values)].filter((value) => value.trim() !== '').sort((a, b) => b.length - a.length);
	for (const value of present) {
		if (value.length > clean.length) continue;
		const edge = value.length < 4 ? ['(?<![\\p{L}\\p{N}])', '(?![\\p{L}\\p{N}])'] : ['', ''];
		clean = clean.replace(new RegExp(edge[0] + value.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&') + edge[1], 'giu'), '…');
	}
	return withoutFragments(clean, present);
}

function withoutFragments(text: string, values: readonly string[]): string {
	const long = values.filter((value) => value.length >= FRAGMENT);
	let clean = '';
	let quotedUntil = 0;
	for (let at = 0; at < text.length; at++) {
		const window = text.slice(at, at + FRAGMENT);
		if (window.length === FRAGMENT && long.some((value) => value.includes(window))) {
			if (at >= quotedUntil) clean += '…';
			quotedUntil = at + FRAGMENT;
		}
		if (at >= quotedUntil) clean += text[at];
	}
	return clean;
}
