import type { JsonValue } from '#core/canonical-json';
import { withoutInvisible } from './ignorable.ts';

const RESERVED = ['sarc-mcp:', 'via sarc mcp gateway'];

/**
 * Looks for what only the portal itself may write: a marker, or the sentence of the footer. Whoever could bring either
 * into an artifact could make one proposal's artifact pass for another's, or claim an approval that nobody gave.
 *
 * Every string of the args at any depth, keys too, is compared after NFKC, without invisible characters, without regard to
 * case, and with every run of white space (line ends too, as Markdown shows them) as one space. Gives the path
 * of the first place (`args.labels.0`), or null.
 */
export function reservedMarker(args: JsonValue): { path: string } | null {
	const path = find(args, 'args');
	return path === null ? null : { path };
}

function find(value: JsonValue, path: string): string | null {
	if (typeof value === 'string') return isReserved(value) ? path : null;
	if (typeof value !== 'object' || value === null) return null;
	const members: Array<[string, JsonValue]> = Array.isArray(value)
		? value.map((item, index) => [String(index), item])
		: Object.entries(value);
	for (const [key, member] of members) {
		const here = `${path}.${key}`;
		if (!Array.isArray(value) && isReserved(key)) return here;
		const found = find(member, here);
		if (found !== null) return found;
	}
	return null;
}

function isReserved(text: string): boolean {
	const folded = fold(text);
	return RESERVED.some((phrase) => folded.includes(phrase));
}

/**
 * Invisible characters go first and last: before, since one between a letter and a mark keeps NFKC from joining what it
 * should; after, since NFKC makes some (U+FFA0 becomes U+1160). Upper then lower case folds what either alone leaves (ſ → S
 * → s, K → k). NFKC once more, since folding can leave a text that is not in it.
 */
function fold(text: string): string {
	const plain = withoutInvisible(withoutInvisible(text).normalize('NFKC'));
	return withoutInvisible(plain.toUpperCase().toLowerCase().normalize('NFKC')).replace(/\s+/g, ' ');
}
