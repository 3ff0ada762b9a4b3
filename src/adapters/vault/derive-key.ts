import { hkdfSync } from 'node:crypto';

/** What a key is for. Each purpose has a key of its own, so that a leak or a misuse of one tells nothing of another. */
export type KeyPurpose = 'seal' | 'fingerprint' | 'session' | 'bootstrap' | 'sandbox-pat';

/**
 * Derives a 32-byte key from the root by HKDF-SHA256 (RFC 5869), without a salt: the root is already uniformly random
 * or a long secret. The info string names purpose and version, so a new version is a new, unrelated key.
 * A shorter root is a bug of the caller: `root-key.ts` refuses it before.
 */
export function deriveKey(root: Uint8Array, purpose: KeyPurpose, version: number): Uint8Array {
	if (root.byteLength < 32) throw new Error('a root key has at least 32 bytes');
	if (!Number.isSafeInteger(version) || version < 1) throw new Error('key versions count from 1');
	return new Uint8Array(hkdfSync('sha256', root, new Uint8Array(), `sarc-portal/${purpose}/v${version}`, 32));
}
