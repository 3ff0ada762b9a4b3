import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, type JsonObject, type JsonValue } from '#core/canonical-json';
import vectors from '../../test/vectors/jcs/rfc8785.json' with { type: 'json' };

/** What JSON can carry: -0 and the like are gone. */
const json = fc
	.jsonValue({ stringUnit: 'binary', maxDepth: 5 })
	.map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);

function double(bits: string): number {
	const view = new DataView(new ArrayBuffer(8));
	view.setBigUint64(0, BigInt(`0x${bits}`));
	return view.getFloat64(0);
}

describe('the vectors of RFC 8785', () => {
	it.each(vectors.documents)('$source is spelled as the RFC spells it', ({ input, output }) => {
		expect(canonicalJson(JSON.parse(input) as JsonValue)).toBe(output);
	});
	it.each(vectors.numbers)('the double $bits is $json', ({ bits, json }) => {
		if (json === null) expect(() => canonicalJson(double(bits))).toThrow(TypeError);
		else expect(canonicalJson(double(bits))).toBe(json);
	});
});

describe('laws', () => {
	it('agrees with the npm package `canonicalize` on every JSON value', () => {
		fc.assert(fc.property(json, (value) => canonicalJson(value) === canonicalize(value)));
	});
	it('loses nothing: reading it back gives the same value', () => {
		fc.assert(
			fc.property(json, (value) => {
				expect(JSON.parse(canonicalJson(value))).toStrictEqual(value);
			}),
		);
	});
	it('has one spelling: writing what was read back changes nothing', () => {
		fc.assert(
			fc.property(json, (value) => {
				const text = canonicalJson(value);
				expect(canonicalJson(JSON.parse(text) as JsonValue)).toBe(text);
			}),
		);
	});
	it('does not depend on the order in which keys were set', () => {
		fc.assert(
			fc.property(fc.dictionary(fc.string(), json), (record) => {
				const reversed = Object.fromEntries(Object.entries(record).reverse());
				expect(canonicalJson(reversed)).toBe(canonicalJson(record as JsonObject));
			}),
		);
	});
});

describe('refuses what JSON cannot carry, rather than dropping or repairing it', () => {
	class Money {
		amount = 1;
	}
	it.each([
		['undefined', undefined],
		['undefined in an object', { a: undefined }],
		['undefined in an array', [undefined]],
		['a hole', new Array(1)],
		['a function', () => 1],
		['a symbol', Symbol('x')],
		['a symbol key', { [Symbol('x')]: 1 }],
		['a bigint', 1n],
		['NaN', Number.NaN],
		['Infinity', [Number.POSITIVE_INFINITY]],
		['-Infinity', { a: Number.NEGATIVE_INFINITY }],
		['a lone surrogate in a string', '\ud800'],
		['a lone surrogate in a key', { '\udc00': 1 }],
		['a Date, whose toJSON is not followed', new Date(0)],
		['a Map', new Map([['a', 1]])],
		['an instance of a class', new Money()],
		['an object with a prototype of its own', Object.create({ inherited: 1 })],
	])('%s', (_, value) => {
		expect(() => canonicalJson(value as JsonValue)).toThrow(TypeError);
	});
	it('but takes objects without a prototype, and an own key named __proto__', () => {
		const bare = Object.assign(Object.create(null), { b: 1, a: 2 }) as JsonObject;
		expect(canonicalJson(bare)).toBe('{"a":2,"b":1}');
		expect(canonicalJson(JSON.parse('{"z":1,"__proto__":{"x":1}}') as JsonValue)).toBe('{"__proto__":{"x":1},"z":1}');
	});
});
