import { safeError } from './safe-error.ts';

/** Fields that are never logged, whatever stands in them, at any depth. `tokenId`, `tokenName` and the like are fine. */
const SECRET_FIELD =
	/(?:password|passwd|passphrase|secret|token|authorization|cookie|api[-_]?key|private[-_]?key|root[-_]?key|sealed)$|^pat$/i;

const MAX_DEPTH = 6;
const MAX_ITEMS = 50;

/**
 * A value as a log line may hold it: secret fields masked, errors reduced to what is safe to say, and of any object that is not
 * plain (a Request, a Headers, a Buffer, a class with its own `toJSON`) only the kind. Bounded in depth and width.
 */
export function loggable(value: unknown, depth = 0): unknown {
	if (typeof value === 'bigint') return String(value);
	if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
	if (typeof value !== 'object' || value === null) return value;
	if (value instanceof Error) return safeError(value);
	if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[Date]' : value.toISOString();
	if (depth >= MAX_DEPTH) return '[…]';
	if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => loggable(item, depth + 1));
	const prototype: unknown = Object.getPrototypeOf(value);
	if (prototype !== null && prototype !== Object.prototype) return Object.prototype.toString.call(value);
	return loggableFields(value, depth);
}

/** The fields of one log call or child logger. */
export function loggableFields(fields: object, depth = 0): Record<string, unknown> {
	const entries = Object.entries(fields).slice(0, MAX_ITEMS);
	return Object.fromEntries(entries.map(([name, value]) => [name, field(name, value, depth)]));
}

function field(name: string, value: unknown, depth: number): unknown {
	const holdsNothing = value === null || value === undefined || typeof value === 'boolean';
	if (SECRET_FIELD.test(name) && !holdsNothing) return '[redacted]';
	return loggable(value, depth + 1);
}
