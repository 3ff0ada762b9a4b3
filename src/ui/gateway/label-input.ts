import { folded } from '#core/proposal/label-set';

/** GitHub's own limits; the API has the last word. */
export const labelLimit = 50;
export const labelsLimit = 100;

export interface Added {
	readonly labels: readonly string[];
	/** Names that were in the list already, but for letter case. */
	readonly twice: readonly string[];
}

/** What was typed or pasted, as names: commas and line ends part them, spaces around them are not theirs. */
export const namesIn = (text: string): string[] =>
	text
		.split(/[,\n\r]+/)
		.map((name) => name.trim())
		.filter((name) => name !== '');

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
