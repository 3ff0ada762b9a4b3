import { assertNever } from '#ui/never.ts';
import { annotate, type Piece, type Span } from './annotate.ts';

export function Ghost({ label }: { label: string }) {
	return <span className="ghost">{label}</span>;
}

/** The number of a notice, in the list and in the text. */
export function Pin({ n }: { n: number }) {
	return (
		<span className="pin">
			<span className="vh">notice </span>
			{n}
		</span>
	);
}

function OnePiece({ piece, pins }: { piece: Piece; pins: boolean }) {
	switch (piece.kind) {
		case 'text':
			return <span>{piece.text}</span>;
		case 'ghost':
			return <Ghost label={piece.label} />;
		case 'mark': {
			const inside = <Pieces pieces={piece.pieces} pins={false} />;
			if (!pins) return inside;
			const bare = piece.pieces.every((one) => one.kind === 'ghost');
			return (
				<span>
					{bare ? inside : <span className="mark">{inside}</span>}
					<Pin n={piece.n} />
				</span>
			);
		}
		default:
			return assertNever(piece);
	}
}

function Pieces({ pieces, pins }: { pieces: readonly Piece[]; pins: boolean }) {
	// biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text never move
	return pieces.map((piece, index) => <OnePiece key={index} piece={piece} pins={pins} />);
}

/**
 * A text with its notices pinned and its invisible characters drawn. `pins: false` draws only the characters; `spaces`: it
 * is a name, and spaces that are not plain ones are drawn as well.
 */
export function MarkedText(props: { text: string; spans: readonly Span[]; pins?: boolean; spaces?: boolean }) {
	return <Pieces pieces={annotate(props.text, props.spans, props.spaces)} pins={props.pins ?? true} />;
}
