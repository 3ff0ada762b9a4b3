import { type Place, quoted } from './warning-place.ts';

// Every quantifier below is bounded, or cannot match what starts the next attempt: no text makes these slow.

const MENTION =
	/(?<![\p{L}\p{N}_@/.+-])@[A-Za-z0-9][A-Za-z0-9-]{0,38}(?![A-Za-z0-9-])(?:\/[A-Za-z0-9_.-]{0,99}[A-Za-z0-9_])?/gu;

/** `@user` and `@org/team`, not the middle of an e-mail address. In code too: telling that apart is Markdown's business. */
export function* mentions(text: string): Iterable<Place> {
	for (const match of text.matchAll(MENTION)) yield place(match, `${match[0]} may be notified.`);
}

// https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
const CLOSING =
	/(?<![\p{L}\p{N}_])(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?[ \t\r\n]{1,8}(?:[\w.-]{1,40}\/[\w.-]{1,100})?(?:#|GH-|https?:\/\/[\w.:-]{1,100}\/[\w.-]{1,40}\/[\w.-]{1,100}\/(?:issues|pull)\/)\d{1,12}/giu;

/** `fixes #12` and its kin, which close an issue when they come with a merge. */
export function* closingKeywords(text: string): Iterable<Place> {
	for (const match of text.matchAll(CLOSING)) yield place(match, `${quoted(match[0])} can close an issue.`);
}

/** Lines that are a command to some bot: `/close`, `/label bug`. A path (`/usr/bin`) is none. */
export function* quickActions(text: string): Iterable<Place> {
	for (const match of text.matchAll(/^[ \t>]{0,16}\/[A-Za-z][\w-]{0,40}(?=[ \t\r\n]|$)/gm)) {
		const start = match.index + match[0].indexOf('/');
		const command = text.slice(start, match.index + match[0].length);
		yield { start, end: start + command.length, detail: `A bot may take ${command} for a command.` };
	}
}

const ADDRESS = /(?:https?|ftp):[\\/]{1,8}[^\s<>"'`)\]]{1,2000}|(?<![\w.-])www\.[^\s<>"'`)\]]{1,2000}/giu;
/** Where Markdown or HTML take a destination, however it is spelled there (entities and escapes included). */
const DESTINATION = /(?:\]\([ \t\r\n]{0,8}<?|\]:[ \t]{0,8}<?|href[ \t]{0,8}=[ \t]{0,8}["']?)([^\s<>"')]{1,2000})/giu;
/** A path within the same site: no scheme, no second slash, nothing that is spelled in a roundabout way. */
const PATH = /^(?!\/\/)#?[\w./~%+?=,-]*(?:#[\w./~%+?=,-]*)?$/;

/** Links that lead away from the provider's web host. */
export function* links(text: string, webUrl: string): Iterable<Place> {
	const home = hostOf(webUrl);
	const found = new Map<number, Place>();
	for (const match of text.matchAll(DESTINATION)) {
		const target = match[1] as string;
		if (PATH.test(target) || (home !== null && hostOf(target) === home)) continue;
		const start = match.index + match[0].length - target.length;
		found.set(start, { start, end: start + target.length, detail: `Leads to ${quoted(target)}` });
	}
	for (const match of text.matchAll(ADDRESS)) {
		if (found.has(match.index) || (home !== null && hostOf(match[0]) === home)) continue;
		found.set(match.index, place(match, `Leads to ${quoted(match[0])}`));
	}
	yield* [...found.values()].sort((a, b) => a.start - b.start);
}

/** Images: whoever serves one sees who reads the text, and can change it after approval. */
export function* remoteImages(text: string): Iterable<Place> {
	// A description can run over lines, and looking for its end from every `![` would take as long as the text squared.
	const lastBracket = text.lastIndexOf(']');
	for (const match of text.matchAll(/!\[|<(?:img|picture|video|source|image)(?=[\s/>])/giu)) {
		if (match[0] === '![' && match.index > lastBracket) continue;
		yield place(match, 'An image or video that is fetched when the text is read.');
	}
}

function place(match: RegExpExecArray, detail: string): Place {
	return { start: match.index, end: match.index + match[0].length, detail };
}

/** Host and port in lower case; null for anything but a plainly written http(s) address (user info, `\`, `%`, …). */
function hostOf(address: string): string | null {
	const match = /^(https?):\/\/([a-z0-9.-]{1,253})(?::(\d{1,5}))?(?:[/?#]|$)/i.exec(address);
	if (!match) return null;
	const [, scheme, host, port] = match as unknown as [string, string, string, string | undefined];
	const standard = scheme.toLowerCase() === 'https' ? '443' : '80';
	return `${host.toLowerCase()}:${port ?? standard}`;
}
