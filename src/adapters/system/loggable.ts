import { safeError } from './safe-error.ts';

/** Fields that are never logged, whatever stands in them, at any depth. `tokenId`, `tokenName` and the like are fine. */
const SECRET_FIELD =
	/(?:password|passwd|passphrase|secret|token|authorization|cookie|api[-_]?key|private[-_]?key|root[-_]?key|sealed)$|^pat$/i;

const MAX_DEPTH = 6;
const MAX_ITEMS = 50;

export interface Loggable {
	/** A value as a log line may hold it. */
	value(value: unknown): unknown;
	/** The fields of one log call or child logger. */
	fields(fields: object): Record<string, unknown>;
}

/**
 * Rebuilds what is to be logged: secret fields masked, errors reduced to what is safe to say, and of any object that is not
 * plain (a Request, a Headers, a Buffer, a class with its own `toJSON`) only the kind. Bounded in depth and width, and each
 * text, also a name, by `shorten`.
 */
export function createLoggable(shorten: (text: string) => string): Loggable {
	function loggable(value: unknown, depth: number): unknown {
		if (typeof value === 'string') return shorten(value);
		if (typeof value === 'bigint') return shorten(String(value));
		if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
		if (typeof value !== 'object' || value === null) return value;
		if (value instanceof Error) return safeError(value);
		if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[Date]' : value.toISOString();
		if (depth >= MAX_DEPTH) return '[…]';
		if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => loggable(item, depth + 1));
		const prototype: unknown = Object.getPrototypeOf(value);
		if (prototype !== null && prototype !== Object.prototype) return Object.prototype.toString.call(value);
		return fieldsOf(value, depth);
	}

	function fieldsOf(fields: object, depth: number): Record<string, unknown> {
		const entries = Object.entries(fields).slice(0, MAX_ITEMS);
		return Object.fromEntries(entries.map(([name, value]) => [shorten(name), field(name, value, depth)]));
	}

	function field(name: string, value: unknown, depth: number): unknown {
		const holdsNothing = value === null || value === undefined || typeof value === 'boolean';
		if (SECRET_FIELD.test(name) && !holdsNothing) return '[redacted]';
		return loggable(value, depth + 1);
	}

	return { value: (value) => loggable(value, 0), fields: (fields) => fieldsOf(fields, 0) };
}
