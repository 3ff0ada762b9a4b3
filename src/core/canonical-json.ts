export type JsonPrimitive = string | number | boolean | null;
export type JsonObject = { [key: string]: JsonValue };
export type JsonValue = JsonPrimitive | JsonValue[] | JsonObject;

/**
 * RFC 8785 (JCS): the one spelling of a JSON value, to be hashed as UTF-8.
 *
 * Keys are sorted by UTF-16 code units (§3.2.3), numbers and strings are written as ECMAScript writes them (§3.2.2), no
 * white space. Only own enumerable keys count, and `__proto__` as an own key is a key like any other.
 *
 * Throws a TypeError, since each is a bug of the caller and never an answer to a client: `undefined`, functions, symbols,
 * bigints, NaN and the infinities, lone surrogates in a key or a string, holes in arrays, objects that are not plain
 * (a Date, a Map, anything with a prototype of its own), symbol keys. `toJSON` is not followed.
 * Recursive: bound the depth first (readIJson does; 32).
 */
export function canonicalJson(value: JsonValue): string {
	switch (typeof value) {
		case 'string':
			return quoted(value);
		case 'number':
			if (!Number.isFinite(value)) throw new TypeError('canonical JSON: a number must be finite');
			return JSON.stringify(value); // ECMAScript Number::toString; -0 is 0 (RFC 8785 §3.2.2.3)
		case 'boolean':
			return value ? 'true' : 'false';
		case 'object':
			if (value === null) return 'null';
			return Array.isArray(value) ? array(value) : object(value);
		default:
			throw new TypeError(`canonical JSON: no ${typeof value} in JSON`);
	}
}

/** Printable ASCII without `"` and backslash: most keys and ids, which need no escape. */
const PLAIN = /^[ !#-[\]-~]*$/;

function quoted(text: string): string {
	if (PLAIN.test(text)) return `"${text}"`;
	// JSON.stringify would write a lone surrogate as \udXXX, which UTF-8 cannot carry: two readers would then disagree.
	if (!text.isWellFormed()) throw new TypeError('canonical JSON: lone surrogate');
	return JSON.stringify(text);
}

function array(items: readonly JsonValue[]): string {
	let text = '[';
	for (let i = 0; i < items.length; i++) {
		// A hole reads as undefined, which canonicalJson refuses.
		text += (i === 0 ? '' : ',') + canonicalJson(items[i] as JsonValue);
	}
	return `${text}]`;
}

function object(record: JsonObject): string {
	const prototype: unknown = Object.getPrototypeOf(record);
	if (prototype !== null && prototype !== Object.prototype) {
		// An object of another realm has another Object.prototype; one whose own prototype is null is still plain.
		if (Object.getPrototypeOf(prototype) !== null || !Object.hasOwn(prototype as object, 'isPrototypeOf')) {
			throw new TypeError('canonical JSON: not a plain object');
		}
	}
	if (Object.getOwnPropertySymbols(record).length > 0) throw new TypeError('canonical JSON: symbol key');
	const keys = Object.keys(record).sort(); // default sort is by UTF-16 code units
	let text = '{';
	for (let i = 0; i < keys.length; i++) {
		const key = keys[i] as string;
		text += `${(i === 0 ? '' : ',') + quoted(key)}:${canonicalJson(record[key] as JsonValue)}`;
	}
	return `${text}}`;
}
