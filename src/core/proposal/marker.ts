import { ARGS_SHA_PATTERN } from './args-sha.ts';
import { withoutInvisible } from './ignorable.ts';

/**
 * Who stands in the footer: the asker in a preview, the approver in what is written. `memberId` is the whole id (only its
 * last 8 characters are shown); `tokenName` is given when a portal token acted for that member.
 */
export type FooterApprover = { name: string; memberId: string; tokenName?: string };

/** Finds whole markers in a text; the group is the argsSha. Global: use with matchAll, or reset lastIndex. */
export const MARKER_PATTERN = /<!-- sarc-mcp:([0-9a-f]{64}) -->/g;

/** The most code points that a body may have before the footer (bytes.md §3). */
export const MAX_BODY_CODE_POINTS = 64_000;

const NAME_CODE_POINTS = 64;

/** The comment that says which approved proposal an artifact came from: `<!-- sarc-mcp:<argsSha> -->`. */
export function marker(argsSha: string): string {
	return `<!-- ${full(argsSha)} -->`;
}

/** The short form that stays visible when a server strips comments: `sarc-mcp:` and the first 16 hex digits. */
export function visibleRef(argsSha: string): string {
	return full(argsSha).slice(0, 'sarc-mcp:'.length + 16);
}

/** Whether the text carries this proposal's whole marker. */
export function carriesMarker(text: string, argsSha: string): boolean {
	return text.includes(marker(argsSha));
}

/** Whether the text carries this proposal's visible ref (the whole marker counts: it contains the ref). */
export function carriesVisibleRef(text: string, argsSha: string): boolean {
	return text.includes(visibleRef(argsSha));
}

/**
 * A person's or token's name as the footer may show it: NFC; only letters, marks, digits, space, `'` and `-`; runs of
 * spaces become one, none at the ends; at most 64 code points; nothing left → `member`. So no Markdown, mention, link or
 * line break comes in by way of a name, whoever chose it.
 */
export function cleanName(name: string): string {
	const kept = withoutInvisible(name.normalize('NFC')) // some are letters or marks: U+3164, variation selectors
		.replace(/[^\p{L}\p{M}\p{Nd} '-]/gu, '')
		.replace(/ +/g, ' ')
		.replace(/^ | $/g, '');
	// NFC again: dropping a character can bring a letter and a mark together. Cutting may end on the space between words.
	const short = Array.from(kept.normalize('NFC')).slice(0, NAME_CODE_POINTS).join('').replace(/ $/, '');
	return short === '' ? 'member' : short;
}

/** `Approved by <name> (<id, last 8>)[ by token <token name>] via SARC MCP Gateway · ref sarc-mcp:<first 16 hex>`. */
export function footerLine(approver: FooterApprover, argsSha: string): string {
	const id = approver.memberId.slice(-8);
	if (!/^[0-9A-Za-z-]{1,8}$/.test(id)) throw new TypeError('malformed member id');
	const token = approver.tokenName === undefined ? '' : ` by token ${cleanName(approver.tokenName)}`;
	return `Approved by ${cleanName(approver.name)} (${id})${token} via SARC MCP Gateway · ref ${visibleRef(argsSha)}`;
}

/** Body, rule, footer line and marker as they are written upstream (bytes.md §3). No final newline. */
export function artifactBody(body: string | undefined, approver: FooterApprover, argsSha: string): string {
	return `${body ?? ''}\n\n---\n${footerLine(approver, argsSha)}\n${marker(argsSha)}`;
}

function full(argsSha: string): string {
	if (!ARGS_SHA_PATTERN.test(argsSha)) throw new TypeError('malformed argsSha');
	return `sarc-mcp:${argsSha}`;
}
