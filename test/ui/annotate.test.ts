import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { annotate, type Piece } from '#ui/gateway/annotate.ts';

const joined = (pieces: readonly Piece[]): string =>
	pieces
		.map((piece) => (piece.kind === 'text' ? piece.text : piece.kind === 'ghost' ? piece.char : joined(piece.pieces)))
		.join('');
const ghosts = (pieces: readonly Piece[]): string[] =>
	pieces.flatMap((piece) =>
		piece.kind === 'ghost' ? [piece.label] : piece.kind === 'mark' ? ghosts(piece.pieces) : [],
	);
const span = (start: number, end: number, n = 1, lookAlike = false) => ({ start, end, n, lookAlike });

describe('a text as the sheet shows it', () => {
	it('loses and adds no character, whatever spans the server names', () => {
		const anySpan = fc.record({
			start: fc.integer({ min: -5, max: 60 }),
			end: fc.integer({ min: -5, max: 60 }),
			n: fc.nat(9),
			lookAlike: fc.boolean(),
		});
		fc.assert(
			fc.property(fc.string({ unit: 'binary', maxLength: 50 }), fc.array(anySpan, { maxLength: 6 }), (text, spans) => {
				expect(joined(annotate(text, spans))).toBe(text);
			}),
		);
	});

	it.each([
		['zero width space', '\u200b', 'U+200B'],
		['right-to-left override', '\u202e', 'U+202E'],
		['first strong isolate', '\u2068', 'U+2068'],
		['soft hyphen', '\u00ad', 'U+00AD'],
		['line separator', '\u2028', 'U+2028'],
		['hangul filler', '\u3164', 'U+3164'],
		['variation selector', '\ufe0f', 'U+FE0F'],
		['tag letter', '\u{e0041}', 'U+E0041'],
		['carriage return', '\r', 'U+000D'],
		['byte order mark', '\ufeff', 'U+FEFF'],
	])('a %s is drawn as its code point, with or without a notice', (_, char, label) => {
		expect(ghosts(annotate(`a${char}b`, []))).toEqual([label]);
		expect(ghosts(annotate(`a${char}b`, [span(0, 3)]))).toEqual([label]);
	});

	it('a look-alike letter is drawn as its code point where a notice says so, and left alone in honest text', () => {
		expect(ghosts(annotate('pаyments', [span(0, 8, 1, true)]))).toEqual(['U+0430']);
		expect(ghosts(annotate('платёж', []))).toEqual([]);
	});

	it('plain text, line feeds and tabs stay one piece', () => {
		expect(annotate('a\n\tb – “ü” 日本', [])).toEqual([{ kind: 'text', text: 'a\n\tb – “ü” 日本' }]);
	});
});
