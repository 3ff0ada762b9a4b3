import { err, ok, type Result } from '#core/result';
import { artifactPlace } from './artifact-place.ts';

/** An address without a trailing slash; a query and a fragment apart. */
const PARTS = /^([^?#]*?)\/*(?:\?[^#]*)?(#.*)?$/s;
/** GitHub's own for the text of an issue itself. */
const ITSELF = /^#issue-[0-9]{1,20}$/;

/**
 * An address as a person copies it, in the one form that `artifactPlace` reads: what a page of GitHub's shows the same
 * with or without (a query, slashes at its end, the anchor of the issue's own text) is left out. Nothing else is
 * changed, and what is left has to pass that check: it may be anything that somebody has typed.
 * @returns the address, or a sentence that says what is wrong with it.
 */
export function typedAddress(typed: string, webUrl: string): Result<string, string> {
	const origin = webUrl.replace(/\/$/, '');
	const text = typed.trim();
	const [, path = '', fragment = ''] = PARTS.exec(text) ?? [];
	const address = `${path}${ITSELF.test(fragment) ? '' : fragment}`;
	if (artifactPlace(address, origin) !== null) return ok(address);
	return err(`${whyNot(text, origin)} Copy the address of the issue or comment from the browser.`);
}

function whyNot(text: string, origin: string): string {
	const [, scheme = '', authority = ''] = /^(https?):\/\/([^/?#\\\s]*)/i.exec(text) ?? [];
	const host = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase();
	const own = origin.replace(/^https?:\/\//i, '').toLowerCase();
	// Shown only where it can be read for nothing else.
	if (/^[a-z0-9.:-]{1,253}$/.test(host) && host !== own) return `That is on ${host}; this portal writes to ${own}.`;
	if (scheme === '' || !text.toLowerCase().startsWith(`${origin.toLowerCase()}/`)) {
		return `That is no address there: one begins with ${origin}/.`;
	}
	if (/#(?!issuecomment-)/.test(text)) {
		return 'What stands after # is not a comment on an issue: such an address ends with #issuecomment- and digits.';
	}
	return 'That is no address of an issue or a comment: one is like /OWNER/REPO/issues/7, with #issuecomment-… for a comment.';
}
