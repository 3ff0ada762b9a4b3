import { concatBytes, fromHex, type Sha256, utf8 } from '#core/sha256';

/** `prev` of a log's first entry, and the head of an empty log. */
export const EMPTY_HEAD = '0'.repeat(64);

/** An entry is at most this many UTF-8 bytes: what a C2SP tlog-tiles entry bundle can hold. */
export const MAX_ENTRY_BYTES = 65_535;

/** 64 lowercase hex digits. */
export const HASH_PATTERN = /^[0-9a-f]{64}$/;

const CHAIN_DOMAIN = utf8('sarc-audit-v1\n');

/**
 * SHA-256(0x00 ‖ entry bytes), as RFC 6962 §2.1 hashes a leaf, so that a Merkle tree can be put over the log later. Throws
 * on more than MAX_ENTRY_BYTES.
 */
export function leafHash(entry: string, sha256: Sha256): Uint8Array {
	const bytes = utf8(`\0${entry}`); // U+0000 is the byte 0x00
	if (bytes.length > 1 + MAX_ENTRY_BYTES) throw new RangeError(`an entry of ${bytes.length - 1} bytes`);
	return sha256(bytes);
}

/** SHA-256(`sarc-audit-v1\n` ‖ prev as 32 bytes ‖ leaf). `prev` as bytes or in lowercase hex; throws when it is no hash. */
export function chainHash(prev: Uint8Array | string, leaf: Uint8Array, sha256: Sha256): Uint8Array {
	const bytes = typeof prev === 'string' ? fromHex(prev) : prev;
	if (bytes.length !== 32) throw new TypeError('malformed prev');
	return sha256(concatBytes(CHAIN_DOMAIN, bytes, leaf));
}
