import { canonicalJson } from '#core/canonical-json';
import { type Sha256, toHex, utf8 } from '#core/sha256';

/**
 * Sets of labels, as a write that replaces them sees them. GitHub tells labels apart without letter case, so sets are
 * compared without it; what a reader is shown, and what `beforeSha` stands for, keeps the spelling that was read.
 */
export interface LabelChange {
	/** As read, and as it would be, sorted by UTF-16 code units. A label that stays keeps the spelling that stands there. */
	readonly before: string[];
	readonly after: string[];
	readonly added: string[];
	readonly removed: string[];
}

/** What setting `wanted` would change of `present`. Both hold no label twice. */
export function labelChange(present: readonly string[], wanted: readonly string[]): LabelChange {
	const standing = new Map(present.map((name) => [folded(name), name]));
	const kept = new Set(wanted.map(folded));
	return {
		before: sorted(present),
		after: sorted(wanted.map((name) => standing.get(folded(name)) ?? name)),
		added: sorted(wanted.filter((name) => !standing.has(folded(name)))),
		removed: sorted(present.filter((name) => !kept.has(folded(name)))),
	};
}

/** Whether no label is left out and none is too many, without letter case. */
export function sameLabels(a: readonly string[], b: readonly string[]): boolean {
	const { added, removed } = labelChange(a, b);
	return added.length === 0 && removed.length === 0;
}

/** Whether any two of these names are one label to GitHub. */
export function hasLabelTwice(names: readonly string[]): boolean {
	return new Set(names.map(folded)).size < names.length;
}

/** SHA-256 of the JCS of the set as it was read, sorted: what an approval was given upon. */
export function beforeShaOf(present: readonly string[], sha256: Sha256): string {
	return shaOf(sorted(present), sha256);
}

/** SHA-256 of the JCS of a set in lower case, sorted: equal for two sets that are the same labels. */
export function afterShaOf(labels: readonly string[], sha256: Sha256): string {
	return shaOf(sorted(labels.map(folded)), sha256);
}

function shaOf(names: string[], sha256: Sha256): string {
	return toHex(sha256(utf8(canonicalJson(names))));
}

export function folded(name: string): string {
	return name.toLowerCase();
}

/** By UTF-16 code units, whatever the locale. */
function sorted(names: readonly string[]): string[] {
	return [...names].sort();
}
