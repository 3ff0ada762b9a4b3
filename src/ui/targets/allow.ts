/** What an entry of the list may look like: `owner/repo`, or `owner/*` for all of an owner's. */
const entryForm = /^[a-z\d](?:[a-z\d-]{0,38})\/(?:\*|(?!\.{1,2}$)[\w.-]{1,100})$/i;
export const entriesLimit = 100;

/** What was typed or pasted, as entries: an address of a repository is cut down to its name. */
export const entriesIn = (text: string): string[] =>
	text
		.split(/[\s,;]+/)
		.map((entry) => entry.replace(/^https?:\/\/[^/]+\//i, '').replace(/(?:\.git)?\/*$/i, ''))
		.filter((entry) => entry !== '');

export const isEntry = (text: string): boolean => entryForm.test(text);

/** GitHub tells owners and repositories apart without letter case. */
export const sameEntry = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const ownerOf = (entry: string) => entry.slice(0, entry.indexOf('/'));

/** Whether the list lets through all that this entry names; an empty list lets everything through. */
export function covers(allow: readonly string[], entry: string): boolean {
	return allow.length === 0 || allow.some((one) => sameEntry(one, entry) || sameEntry(one, `${ownerOf(entry)}/*`));
}

export interface Change {
	readonly added: readonly string[];
	readonly removed: readonly string[];
	/** Something that is refused now could be written to then. */
	readonly widens: boolean;
	/** Something that can be written to now would be refused then. */
	readonly narrows: boolean;
}

/** What saving `after` in the place of `before` would change. */
export function changeOf(before: readonly string[], after: readonly string[]): Change {
	const lacks = (list: readonly string[], entry: string) => !list.some((one) => sameEntry(one, entry));
	const beyond = (from: readonly string[], to: readonly string[]) =>
		from.length === 0 ? to.length > 0 : to.length > 0 && from.some((entry) => !covers(to, entry));
	return {
		added: after.filter((entry) => lacks(before, entry)),
		removed: before.filter((entry) => lacks(after, entry)),
		widens: beyond(after, before),
		narrows: beyond(before, after),
	};
}

/** `acme/*, acme/ledger and 3 more`. */
export function listed(allow: readonly string[], most: number): string {
	const shown = allow.slice(0, most).join(', ');
	return allow.length > most ? `${shown} and ${allow.length - most} more` : shown;
}
