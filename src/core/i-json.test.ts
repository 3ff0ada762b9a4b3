import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, type JsonValue } from '#core/canonical-json';
import { readIJson, readIJsonBytes } from '#core/i-json';
import { utf8 } from '#core/sha256';

describe('refuses on the raw text what readers settle differently', () => {
	it.each([
		['a key given twice', '{"a":1,"a":1}', undefined, 'a'],
		['a key given twice, once with escapes', '{"a":1,"\\u0061":2}', undefined, 'a'],
		['a key given twice at depth', '{"args":{"x":[{"k":1,"k":2}]}}', undefined, 'args.x.0.k'],
		['__proto__ given twice', '{"__proto__":1,"__proto__":2}', undefined, '__proto__'],
		['an escaped lone high surrogate', '{"t":"\\ud800"}', 'lone surrogate', 't'],
		['an escaped lone low surrogate', '["\\udc00"]', 'lone surrogate', '0'],
		['surrogates in the wrong order', '"\\udc00\\ud800"', 'lone surrogate', undefined],
		['a lone surrogate in a key', '{"\\ud800":1}', 'lone surrogate', undefined],
		['a raw lone surrogate', '"\ud800"', 'lone surrogate', undefined],
		['a number that overflows', '{"n":1e999}', 'number beyond 2^53 - 1', 'n'],
		['2^53', '9007199254740992', 'number beyond 2^53 - 1', undefined],
		['-2^53', '[0,-9007199254740992]', 'number beyond 2^53 - 1', '1'],
		['2^53 with an exponent', '9.007199254740992e15', 'number beyond 2^53 - 1', undefined],
		['2^53 - 1 and a fraction that a double drops', '9007199254740991.4', 'number beyond 2^53 - 1', undefined],
		['the same with an exponent', '90071992547409914e-1', 'number beyond 2^53 - 1', undefined],
		['a byte order mark', '\ufeff{}', 'starts with a byte order mark', undefined],
		['nothing', '', 'not JSON', undefined],
		['a trailing comma', '[1,]', 'not JSON', undefined],
		['a comment', '{}//', 'not JSON', undefined],
		['NaN', '[NaN]', 'not JSON', undefined],
		['a leading zero', '01', 'not JSON', undefined],
		['a raw line end in a string', '"a\nb"', 'not JSON', undefined],
		['an open string', '{"a', 'not JSON', undefined],
		['too many closings', '[]]', 'not JSON', undefined],
	])('%s', (_, text, message, path) => {
		const read = readIJson(text);
		expect(read.ok).toBe(false);
		if (read.ok) return;
		expect(read.error.message).toBe(message ?? 'key given twice');
		if (path !== undefined) expect(read.error.path).toBe(path);
	});

	it('bytes that are not UTF-8', () => {
		expect(readIJsonBytes(Uint8Array.of(0x22, 0xff, 0x22))).toEqual({ ok: false, error: { message: 'not UTF-8' } });
		expect(readIJsonBytes(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)).ok).toBe(false); // an encoded surrogate
		expect(readIJsonBytes(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d)).ok).toBe(false); // a byte order mark
	});
});

describe('takes', () => {
	it.each([
		'9007199254740991',
		'-9007199254740991',
		'9007199254740990.6',
		'9007199254740991.000',
		'0.9007199254740991e16',
		'1e-999',
		'0.1',
		'"\\ud83d\\ude00"',
		'"\\u0000"',
		'{"a":{"a":[{"a":1},{"a":1}]}}',
		' null ',
	])('%s', (text) => {
		expect(readIJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
	});
	it('__proto__ as a key like any other: kept, covered by the canonical form, and no way into prototypes', () => {
		const read = readIJson('{"__proto__":{"admin":true}}');
		expect(read.ok && canonicalJson(read.value)).toBe('{"__proto__":{"admin":true}}');
		expect(({} as { admin?: boolean }).admin).toBeUndefined();
	});
	it('32 levels and no more, the outermost value being the first', () => {
		const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
		expect(readIJson(nested(32)).ok).toBe(true);
		expect(readIJson(nested(33)).ok).toBe(false);
		expect(readIJson(`{"a":${nested(31)}}`).ok).toBe(true);
		expect(readIJson(`{"a":${nested(32)}}`).ok).toBe(false);
	});
	it('every JSON value within those bounds, whatever its spelling', () => {
		const value = fc.jsonValue({ stringUnit: 'binary', maxDepth: 6 }).filter((json) => {
			let within = true;
			JSON.parse(JSON.stringify(json), (_, each) => {
				if (typeof each === 'number' && Math.abs(each) > Number.MAX_SAFE_INTEGER) within = false;
				return each;
			});
			return within;
		});
		fc.assert(
			fc.property(value, fc.constantFrom(undefined, 1, '\t'), (json, indent) => {
				const text = JSON.stringify(json, null, indent);
				const read = readIJson(text);
				expect(read).toStrictEqual({ ok: true, value: JSON.parse(text) });
			}),
		);
	});
});

describe('no text can hurt', () => {
	it.each([
		['100,000 levels', '['.repeat(100_000)],
		['100,000 levels of objects', '{"a":'.repeat(100_000)],
		['100,000 members', `{${Array.from({ length: 100_000 }, (_, n) => `"${n}":0`).join(',')}}`],
		['an open string of backslashes', `"${'\\'.repeat(200_001)}`],
		['one number of 200,000 digits', '1'.repeat(200_000)],
		['only commas', ','.repeat(200_000)],
	])('%s', (_, text) => {
		expect(() => readIJson(text)).not.toThrow();
	});
	it('agrees with JSON.parse on what is not JSON, and never throws', () => {
		const piece = fc.constantFrom(
			'{',
			'}',
			'[',
			']',
			',',
			':',
			'"',
			'"a"',
			'\\',
			'1',
			'-',
			'e',
			'.',
			'true',
			'null',
			' ',
			'\\u0061',
		);
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
				const text = pieces.join('');
				const read = readIJsonBytes(utf8(text));
				if (!read.ok) return;
				expect(canonicalJson(JSON.parse(text) as JsonValue)).toBe(canonicalJson(read.value));
			}),
		);
	});
});
