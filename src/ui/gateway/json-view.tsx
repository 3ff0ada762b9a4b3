import type { ReactNode } from 'react';
import { ScrollBox } from '#ui/controls/scroll-box.tsx';
import { annotate, type Piece, type Span } from './annotate.ts';
import { Ghost } from './marked-text.tsx';

const flat = (pieces: readonly Piece[]): readonly Piece[] =>
	pieces.flatMap((piece) => (piece.kind === 'mark' ? flat(piece.pieces) : [piece]));

const escaped = (text: string) => JSON.stringify(text).slice(1, -1);

function JsonString({ value, spans }: { value: string; spans: readonly Span[] }) {
	return (
		<>
			&quot;
			{flat(annotate(value, spans)).map((piece, index) =>
				piece.kind === 'ghost' ? (
					// biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text never move
					<Ghost key={index} label={piece.label} />
				) : piece.kind === 'text' ? (
					escaped(piece.text)
				) : null,
			)}
			&quot;
		</>
	);
}

type SpansOf = (field: string) => readonly Span[];

function value(json: unknown, indent: string, field: string, spansOf: SpansOf): ReactNode {
	if (typeof json === 'string') return <JsonString value={json} spans={spansOf(field)} />;
	if (Array.isArray(json)) {
		if (json.length === 0) return '[]';
		return (
			<>
				{'[\n'}
				{json.map((item, index) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: a frozen document
					<span key={index}>
						{`${indent}  `}
						{value(item, `${indent}  `, `${field}.${index}`, spansOf)}
						{index < json.length - 1 ? ',\n' : '\n'}
					</span>
				))}
				{`${indent}]`}
			</>
		);
	}
	if (typeof json === 'object' && json !== null) return <JsonObject json={json} indent={indent} spansOf={() => []} />;
	return <span className="cn">{String(json)}</span>;
}

function JsonObject(props: { json: object; indent: string; spansOf: SpansOf }) {
	const entries = Object.entries(props.json);
	if (entries.length === 0) return '{}';
	const inner = `${props.indent}  `;
	return (
		<>
			{'{\n'}
			{entries.map(([key, item], index) => (
				<span key={key}>
					{inner}
					<span className="ck">
						<JsonString value={key} spans={[]} />
					</span>
					{': '}
					{value(item, inner, key, props.spansOf)}
					{index < entries.length - 1 ? ',\n' : '\n'}
				</span>
			))}
			{`${props.indent}}`}
		</>
	);
}

/** JSON as it is sent, coloured, in the order of its keys; what cannot be seen is drawn as U+XXXX. */
export function JsonView(props: { json: object; label: string; spansOf: SpansOf }) {
	return (
		<ScrollBox className="code" label={props.label}>
			<JsonObject json={props.json} indent="" spansOf={props.spansOf} />
		</ScrollBox>
	);
}
