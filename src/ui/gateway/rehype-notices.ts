import { assertNever } from '#ui/never.ts';
import { annotate, type Piece, type Span } from './annotate.ts';

interface HastNode {
	type: string;
	value?: string;
	tagName?: string;
	properties?: Record<string, string>;
	children?: HastNode[];
	position?: { start: { offset?: number }; end: { offset?: number } };
}

const element = (tagName: string, properties: Record<string, string>, children: HastNode[] = []): HastNode => ({
	type: 'element',
	tagName,
	properties,
	children,
});

function nodesOfOne(piece: Piece): HastNode[] {
	switch (piece.kind) {
		case 'text':
			return [{ type: 'text', value: piece.text }];
		case 'ghost':
			return [element('data', { value: piece.label })];
		case 'mark': {
			const inside = piece.pieces.flatMap(nodesOfOne);
			const bare = piece.pieces.every((one) => one.kind === 'ghost');
			return [...(bare ? inside : [element('mark', {}, inside)]), element('data', { value: `pin:${piece.n}` })];
		}
		default:
			return assertNever(piece);
	}
}

/**
 * Carries the notices from the source into the rendered text. Where the text stands in the source as it is, by its
 * offsets; where it does not (escapes, fenced code, which has no offsets), by looking for the marked words in it.
 */
function localSpans(node: HastNode, source: string, spans: readonly Span[]): readonly Span[] {
	const text = node.value ?? '';
	const start = node.position?.start.offset;
	const end = node.position?.end.offset;
	if (start !== undefined && end !== undefined && source.slice(start, end) === text) {
		return spans
			.filter((span) => span.end > start && span.start < end)
			.map((span) => ({ ...span, start: Math.max(0, span.start - start), end: span.end - start }));
	}
	return spans.flatMap((span) => {
		const words = source.slice(span.start, span.end);
		const at = words === '' ? -1 : text.indexOf(words);
		return at < 0 ? [] : [{ ...span, start: at, end: at + words.length }];
	});
}

/** @returns a rehype plugin for one body and its spans. */
export const rehypeNotices = (source: string, spans: readonly Span[]) => () => (tree: HastNode) => {
	const walk = (node: HastNode) => {
		if (node.children === undefined) return;
		node.children = node.children.flatMap((child) => {
			if (child.type === 'text' || child.type === 'raw') {
				return annotate(child.value ?? '', localSpans(child, source, spans)).flatMap(nodesOfOne);
			}
			walk(child);
			return [child];
		});
	};
	walk(tree);
};
