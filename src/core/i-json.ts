import type { JsonValue } from '#core/canonical-json';
import { err, ok, type Result } from '#core/result';

/** Why a text is refused; `path` names the place (`args.labels.0`). Neither repeats a value that came in. */
export type IJsonFault = { message: string; path?: string };

export const MAX_DEPTH = 32;

declare const TextDecoder: new (
	label: string,
	options: { fatal: boolean; ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string };

/** As readIJson, from the bytes of a body. Also refuses what is not UTF-8, and a byte order mark (RFC 8259 §8.1). */
export function readIJsonBytes(bytes: Uint8Array): Result<JsonValue, IJsonFault> {
	try {
		return readIJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
	} catch {
		return err({ message: 'not UTF-8' });
	}
}

/**
 * Reads JSON that every reader understands alike: I-JSON (RFC 7493), narrowed by bytes.md §1.
 *
 * Refuses, on the raw text, what JSON.parse would silently settle in its own way: a key that comes twice in one object
 * (escapes undone), a lone surrogate, a number that is not finite or whose exact value lies beyond ±(2^53 − 1), more than
 * 32 levels (the outermost value is 1). Then JSON.parse decides on the grammar, so nothing here needs to be lenient.
 * `__proto__` stays an own key. One pass, no recursion: neither length nor nesting of the text can hurt.
 */
export function readIJson(text: string): Result<JsonValue, IJsonFault> {
	if (text.charCodeAt(0) === 0xfeff) return err({ message: 'starts with a byte order mark' });
	if (!text.isWellFormed()) return err({ message: 'lone surrogate' });
	const fault = findFault(text);
	if (fault) return err(fault);
	try {
		return ok(JSON.parse(text) as JsonValue);
	} catch {
		return err({ message: 'not JSON' }); // V8's message quotes the text
	}
}

/** One open object or array: `at` names the member being read. */
type Frame = { keys: Set<string> | null; at: string | number; keyNext: boolean };

const NUMBER = /-?[0-9.eE+-]+/y;

function findFault(text: string): IJsonFault | null {
	const frames: Frame[] = [];
	const fault = (message: string): IJsonFault =>
		frames.length === 0 ? { message } : { message, path: frames.map(step).join('.') };

	let i = 0;
	while (i < text.length) {
		const frame = frames.at(-1);
		const char = text[i] as string;
		if (char === '{' || char === '[') {
			if (frames.length === MAX_DEPTH) return fault(`nested deeper than ${MAX_DEPTH} levels`);
			frames.push(char === '{' ? { keys: new Set(), at: '', keyNext: true } : { keys: null, at: 0, keyNext: false });
		} else if (char === '}' || char === ']') {
			frames.pop();
		} else if (char === ',' && frame) {
			if (frame.keys) frame.keyNext = true;
			else frame.at = (frame.at as number) + 1;
		} else if (char === '"') {
			const end = stringEnd(text, i);
			if (end < 0) return fault('not JSON');
			const content = stringContent(text, i, end);
			if (content === null) return fault('not JSON');
			if (!content.isWellFormed()) return fault('lone surrogate');
			if (frame?.keys && frame.keyNext) {
				frame.keyNext = false;
				frame.at = content;
				if (frame.keys.has(content)) return fault('key given twice');
				frame.keys.add(content);
			}
			i = end;
			continue;
		} else if (char === '-' || (char >= '0' && char <= '9')) {
			NUMBER.lastIndex = i;
			const digits = NUMBER.exec(text)?.[0] ?? char;
			const problem = numberFault(digits);
			if (problem) return fault(problem);
			i += digits.length;
			continue;
		}
		i++;
	}
	return null;
}

/** The index after the closing quote of the string that opens at `start`; -1 without one. */
function stringEnd(text: string, start: number): number {
	for (let i = start + 1; i < text.length; i++) {
		const code = text.charCodeAt(i);
		if (code === 0x22) return i + 1;
		if (code === 0x5c) i++;
	}
	return -1;
}

/** What the string says. Without a backslash it says what it shows (control characters are JSON.parse's to refuse). */
function stringContent(text: string, start: number, end: number): string | null {
	const raw = text.slice(start + 1, end - 1);
	if (!raw.includes('\\')) return raw;
	try {
		return JSON.parse(`"${raw}"`) as string;
	} catch {
		return null;
	}
}

function numberFault(digits: string): string | null {
	const size = Math.abs(Number(digits));
	if (Number.isNaN(size)) return 'not JSON';
	if (size > Number.MAX_SAFE_INTEGER) return 'number beyond 2^53 - 1';
	// A double cannot tell 9007199254740991 from 9007199254740991.4: compare the digits themselves.
	if (size === Number.MAX_SAFE_INTEGER && significand(digits) > String(Number.MAX_SAFE_INTEGER)) {
		return 'number beyond 2^53 - 1';
	}
	return null;
}

/** The significant digits, without sign, point, exponent and outer zeros. */
function significand(digits: string): string {
	const plain = (digits.split(/[eE]/)[0] as string).replace(/[-+.]/g, '').replace(/^0+/, '');
	let end = plain.length;
	while (end > 0 && plain[end - 1] === '0') end--;
	return plain.slice(0, end);
}

function step(frame: Frame): string {
	const name = String(frame.at);
	return name.length > 64 ? `${name.slice(0, 64).toWellFormed()}…` : name;
}
