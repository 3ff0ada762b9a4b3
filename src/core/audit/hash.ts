import { concatBytes, fromHex, type Sha256, toHex, utf8 } from '#core/sha256';

/** `prev` of a log's first entry, and the head of an empty log. */
export const EMPTY_HEAD = '0'.repeat(64);

/** An entry is at most this many UTF-8 bytes: what a C2SP tlog-tiles entry bundle can hold. */
export const MAX_ENTRY_BYTES = 65_535;

/** 64 lowercase hex digits. */
export const HASH_PATTERN = /^[0-9a-f]{64}$/;

const LEAF_PREFIX = Uint8Array.of(0x00);
const CHAIN_DOMAIN = utf8('sarc-audit-v1\n');

/** SHA-256(0x00 ‖ entry bytes), as RFC 6962 §2.1 hashes a leaf, so that a Merkle tree can be put over the log later. */
export function leafHash(entryBytes: Uint8Array, sha256: Sha256): Uint8Array {
	return sha256(concatBytes(LEAF_PREFIX, entryBytes));
}

/** SHA-256(`sarc-audit-v1\n` ‖ prev as 32 bytes ‖ leaf), in hex. `prev` in hex; throws when it is not a hash. */
export function chainHash(prev: string, leaf: Uint8Array, sha256: Sha256): string {
	if (!HASH_PATTERN.test(prev)) throw new TypeError('malformed prev');
	return toHex(sha256(concatBytes(CHAIN_DOMAIN, fromHex(prev), leaf)));
}
