import type { JsonValue } from '#core/canonical-json';
import { decoded, readings } from './as-rendered.ts';
import { couldRemain } from './as-sanitized.ts';
import { normalizeBounded, withoutInvisible } from './ignorable.ts';
import { foldLookalikes } from './lookalikes.ts';

const RESERVED = ['sarc-mcp:', 'via sarc mcp gateway'];
/** As rendered: a sentence is one wherever its lines and words are parted. */
const RENDERED_REF = 'sarc-mcp:';
const RENDERED_SENTENCE = 'viasarcmcpgateway';

/**
 * Looks for what only the portal itself may write: a marker, or the sentence of the footer. Whoever could bring either
 * into an artifact could make one proposal's artifact pass for another's, or claim an approval that nobody gave.
 *
 * Every string of the args at any depth, keys too, is compared after NFKC, without invisible characters, without regard to
 * case, and with every run of white space (line ends too, as Markdown shows them) as one space. Gives the path
 * of the first place (`args.labels.0`), or null. Then once more as a reader would see it: references decoded, markup
 * dropped, look-alike letters as what they pass for; and as the MCP server's sanitiser would read it back.
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
	if (RESERVED.some((phrase) => folded.includes(phrase))) return true;
	if (couldRemain(withoutInvisible(decoded(withoutInvisible(text))).toLowerCase(), RENDERED_REF)) return true;
	return readings(text).some((reading) => {
		const seen = foldLookalikes(reading);
		return seen.includes(RENDERED_REF) || seen.replaceAll(' ', '').includes(RENDERED_SENTENCE);
	});
}

/**
 * Invisible characters go first and last: before, since one between a letter and a mark keeps NFKC from joining what it
 * should; after, since NFKC makes some (U+FFA0 becomes U+1160). Upper then lower case folds what either alone leaves (ſ → S
 * → s, K → k). NFKC once more, since folding can leave a text that is not in it.
 */
function fold(text: string): string {
	const plain = withoutInvisible(normalizeBounded(withoutInvisible(text), 'NFKC'));
	return withoutInvisible(normalizeBounded(plain.toUpperCase().toLowerCase(), 'NFKC')).replace(/\s+/g, ' ');
}
