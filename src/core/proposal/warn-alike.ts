import { foldLookalikes } from './lookalikes.ts';
import { type Place, quoted } from './warning-place.ts';

/** Names that a reader would take for one that goes before them in the list: each with its place in that list. */
export function* alikeNames(names: readonly string[]): Iterable<Place & { index: number }> {
	const seen = new Map<string, string>();
	for (const [index, name] of names.entries()) {
		const shape = foldLookalikes(name).trim();
		const other = seen.get(shape);
		if (other === undefined) seen.set(shape, name);
		else
			yield {
				index,
				start: 0,
				end: name.length,
				detail: `${quoted(name)} looks like another label, ${quoted(other)}.`,
			};
	}
}
