import { folded } from '#core/proposal/label-set';

/** GitHub's own limits; the API has the last word. */
export const labelLimit = 50;
export const labelsLimit = 100;

export interface Added {
	readonly labels: readonly string[];
	/** Names that were in the list already, but for letter case. */
	readonly twice: readonly string[];
}

/** A name in quotes, as a spreadsheet writes it (RFC 4180): a quote inside it is written twice. The end closes it too. */
const QUOTED = /^[^\S\n\r]*"((?:[^"\n\r]|"")*)(?:"[^\S\n\r]*(?:[,\n\r]|$)|$)/;
const OPEN = /^[^\S\n\r]*"(?:[^"\n\r]|"")*$/;
const PLAIN = /^([^,\n\r]*)(?:[,\n\r]|$)/;

/** The name that a text begins with, and what comes after it. */
function firstOf(text: string): { name: string; rest: string } {
	const quoted = QUOTED.exec(text);
	const [taken = text, name = ''] = quoted ?? PLAIN.exec(text) ?? [];
	return { name: quoted ? name.replaceAll('""', '"') : name.trim(), rest: text.slice(taken.length) };
}

/**
 * What was typed or pasted, as names: commas and line ends part them, spaces around them are not theirs. A name that holds
 * a comma, or odd spaces, stands in quotes.
 */
export function namesIn(text: string): string[] {
	const names: string[] = [];
	for (let rest = text; rest !== ''; ) {
		const first = firstOf(rest);
		if (first.name.trim() !== '') names.push(first.name);
		rest = first.rest;
	}
	return names;
}

/** Whether a comma that is typed next is part of a name: its quotes are open. */
export function isInQuotes(text: string): boolean {
	for (let rest = text; rest !== ''; rest = firstOf(rest).rest) if (OPEN.test(rest)) return true;
	return false;
}

/** Adds names to a list, each once: GitHub tells labels apart without letter case. */
export function withNames(labels: readonly string[], names: readonly string[]): Added {
	const known = new Set(labels.map(folded));
	const added: string[] = [];
	const twice: string[] = [];
	for (const name of names) {
		if (known.has(folded(name))) twice.push(name);
		else added.push(name);
		known.add(folded(name));
	}
	return { labels: [...labels, ...added], twice };
}
