const MASK = '[redacted]';

/** One cheap look: most lines hold none of these, and the replacements below are not run for them. */
const SUSPICIOUS =
	/gh[pousr]_|github_pat_|karc_pat_|bearer|basic|cookie|session|passw|pwd|secret|authorization|eyJ|:\/\//i;

/**
 * No pattern asks for a word boundary before it: in a JSON line a newline is written `\n`, so the token after it
 * stands right behind a letter. So every character may be a beginning, and a repetition that may hold further beginnings
 * must have an upper bound, or a hostile text costs the square of its length. A 40-digit hex string alone is not masked, since commits and hashes look the same.
 */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
	// GitHub's tokens, then ours.
	[/gh[pousr]_[A-Za-z0-9_]{4,}/g, MASK],
	[/github_pat_[A-Za-z0-9_]{4,}/g, MASK],
	[/karc_pat_[A-Za-z0-9_-]{4,}/g, MASK],
	// JWS, JWE and everything else that starts with a base64url `{"`.
	[/eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)*/g, MASK],
	// `Authorization: token x`, `"authorization":"Basic x"`, then Bearer and Basic wherever they stand.
	[/(authorization\\*["']?\s*[:=]\s*(?:\\*["'])?)[^"'\\\r\n]+/gi, `$1${MASK}`],
	[/(bearer)(?:\s|\\+[nrt]|%20|\+)+[^\s"'\\,;]+/gi, `$1 ${MASK}`],
	[/(basic)(?:\s|\\+[nrt]|%20)+[A-Za-z0-9+/_-]{8,}=*/gi, `$1 ${MASK}`],
	// A Cookie or Set-Cookie header, up to the end of its text; a session cookie named on its own.
	[/(cookie\\*["']?\s*[:=]\s*(?:\\*["'])?)[^"'\\\r\n]+/gi, `$1${MASK}`],
	[/(session[\w.-]{0,64}=)[^\s"'\\;,]+/gi, `$1${MASK}`],
	// `password=x`, `"password":"x y"`, `\"secret\":\"x\"`: quoted up to the quote, else up to a separator.
	[/((?:passw(?:or)?d|passphrase|pwd|secret)\\*["']?\s*[:=]\s*\\*")[^"\\]+/gi, `$1${MASK}`],
	[/((?:passw(?:or)?d|passphrase|pwd|secret)\\*["']?\s*[:=]\s*)(?!\\*")[^\s"'\\,;&}]+/gi, `$1${MASK}`],
	// User and password of any URL, whatever its scheme.
	[/:\/\/[^\s"'\\/]*@/g, `://${MASK}@`],
];

/**
 * Masks what looks like a secret, in any position of a text or of a serialised JSON line, and the given `known` secrets
 * wherever they stand. Keeps a JSON line valid JSON: no pattern takes a quote or part of an escape.
 */
export function createScrub(known: readonly string[]): (line: string) => string {
	// As JSON writes them too, also JSON within JSON, and the longest first, lest one be the beginning of another.
	// Very short ones would mask half of every line.
	const long = known.filter((secret) => secret.length >= 8);
	const exact = [...new Set(long.flatMap((secret) => [secret, inJson(secret), inJson(inJson(secret))]))];
	exact.sort((a, b) => b.length - a.length);
	return (line) => {
		let text = line;
		for (const secret of exact) text = text.replaceAll(secret, MASK);
		if (!SUSPICIOUS.test(text)) return text;
		for (const [pattern, replacement] of PATTERNS) text = text.replace(pattern, replacement);
		return text;
	};
}

/** Longer texts of a log line are cut: a line is for reading, and it costs whoever collects it. */
const MOST_TEXT = 4096;

/** Cuts a text, after scrubbing it: of a secret that the cut goes through, the rest could no longer be recognised. */
export function createShorten(scrub: (text: string) => string): (text: string) => string {
	return (text) => {
		if (text.length <= MOST_TEXT) return text;
		const clean = scrub(text);
		if (clean.length <= MOST_TEXT) return clean;
		return `${clean.slice(0, MOST_TEXT).replace(/[\ud800-\udbff]$/, '')}…`;
	};
}

function inJson(text: string): string {
	return JSON.stringify(text).slice(1, -1);
}
