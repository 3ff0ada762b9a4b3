/**
 * SHA-256 (FIPS 180-4), handed in by whoever has one: takes any bytes, gives the 32-byte digest.
 * Core computes no hash itself, so that the same code runs in the portal, the browser and an auditor's tool.
 */
export type Sha256 = (data: Uint8Array) => Uint8Array;

// The ES-only `lib` of tsconfig.core.json has no Encoding API; every runtime we ship to has it.
declare const TextEncoder: new () => { encode(text: string): Uint8Array };

const encoder = new TextEncoder();
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The UTF-8 bytes of `text`. A lone surrogate would become U+FFFD: refuse it before, as canonicalJson does. */
export function utf8(text: string): Uint8Array {
	return encoder.encode(text);
}

/** Lowercase hex, two digits a byte. */
export function toHex(bytes: Uint8Array): string {
	let hex = '';
	for (let i = 0; i < bytes.length; i++) hex += HEX[bytes[i] as number];
	return hex;
}

/** The bytes that `hex` (lowercase, an even number of digits) writes down. Throws on anything else. */
export function fromHex(hex: string): Uint8Array {
	if (hex.length % 2 !== 0 || !/^[0-9a-f]*$/.test(hex)) throw new TypeError('not lowercase hex');
	const bytes = new Uint8Array(hex.length / 2);
	for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
	return bytes;
}

/** Whether two hex texts are equal, in a time that depends on their lengths alone: for comparing with what a client sent. */
export function equalHex(a: string, b: string): boolean {
	let difference = a.length ^ b.length;
	for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
	return difference === 0;
}

/** The parts joined into one array, in order. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
	let size = 0;
	for (const part of parts) size += part.length;
	const joined = new Uint8Array(size);
	let at = 0;
	for (const part of parts) {
		joined.set(part, at);
		at += part.length;
	}
	return joined;
}
