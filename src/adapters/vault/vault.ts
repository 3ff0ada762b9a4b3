import { createHmac } from 'node:crypto';
import { base64url, errors, FlattenedEncrypt, flattenedDecrypt } from 'jose';
import { z } from 'zod';
import { canonicalJson } from '#core/canonical-json';
import { err, ok } from '#core/result';
import type { Vault } from '#gateway/ports/credentials';
import { deriveKey } from './derive-key.ts';

type RowIdentity = Parameters<Vault['seal']>[1];

/**
 * What a row may hold. Closed on purpose: whoever can write the row controls every member, and a stored `aad`,
 * `unprotected` header or `encrypted_key` would be input to the decryption that nobody here asked for.
 */
const storedJwe = z.strictObject({
	protected: z.string(),
	iv: z.string(),
	ciphertext: z.string(),
	tag: z.string(),
});

type StoredJwe = z.infer<typeof storedJwe>;

const protectedHeader = z.object({ kid: z.string() });

function additionalData(row: RowIdentity): Uint8Array {
	const { tenantId, provider, credentialId } = row;
	return new TextEncoder().encode(canonicalJson({ tenantId, provider, credentialId, v: 1 }));
}

/** The highest version that a key may have; env.ts allows no higher one to be asked for. */
const MOST_VERSIONS = 1000;

const KID = /^seal-v([1-9]\d{0,3})$/;

export interface Keys {
	readonly rootKey: Uint8Array;
	/** The root before this one, while credentials are moved from one to the other: it opens, and never seals. */
	readonly previousRootKey?: Uint8Array;
	/** Of the key that seals (1). Values sealed under any other version open too. */
	readonly keyVersion?: number;
}

/**
 * Seals tenant secrets as flattened JWE (RFC 7516 §7.2.2; `dir`, A256GCM, `kid` = the key's version). The additional
 * data is the row's identity; it is left out of what is stored and rebuilt from the row at each opening. Were it
 * stored, a whole sealed value copied into another tenant's row would carry its own valid `aad` along and open there.
 *
 * Every version opens, a higher one than the present too: while a raised version rolls out, and when it is taken back,
 * some processes read what others have sealed.
 */
export function createVault(keys: Keys): Vault {
	const version = keys.keyVersion ?? 1;
	const present = sealKeys(keys.rootKey);
	const roots = keys.previousRootKey === undefined ? [present] : [present, sealKeys(keys.previousRootKey)];
	// Before it is needed: given as bytes, jose would import it for each seal and each open.
	void present(version);
	// Its version stays: a fingerprint tells whether two secrets are the same, which a new sealing does not change.
	const fingerprintKey = deriveKey(keys.rootKey, 'fingerprint', 1);

	return {
		async seal(secret, row) {
			const {
				protected: header,
				iv,
				ciphertext,
				tag,
			} = await new FlattenedEncrypt(new TextEncoder().encode(secret))
				.setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: kidOf(version) })
				.setAdditionalAuthenticatedData(additionalData(row))
				.encrypt(await present(version));
			return JSON.stringify({ protected: header, iv, ciphertext, tag });
		},

		async open(sealed, row) {
			const stored = parse(sealed);
			if (stored === null) return err('credential_unreadable');
			const sealedUnder = versionOf(stored);
			if (sealedUnder === null) return err('credential_unreadable');
			for (const root of roots) {
				const opened = await openUnder(await root(sealedUnder), stored, row);
				if (opened !== null) return ok(opened);
			}
			return err('credential_unreadable');
		},

		fingerprint(secret) {
			const hex = createHmac('sha256', fingerprintKey).update(secret).digest('hex');
			return `${hex.slice(0, 4)}·${hex.slice(4, 8)}`;
		},
	};
}

/** The name of a sealing key: the version counts per root, so the same name under two roots is two keys. */
export function kidOf(version: number): string {
	return `seal-v${version}`;
}

/** The key that a sealed value says it needs, or null when it is not shaped like one of ours. Proves nothing about the value. */
export function kidOfSealed(sealed: string): string | null {
	const stored = parse(sealed);
	const version = stored === null ? null : versionOf(stored);
	return version === null ? null : kidOf(version);
}

/** Each version of one root's sealing key, imported when it is first asked for. */
function sealKeys(root: Uint8Array): (version: number) => Promise<CryptoKey> {
	const imported = new Map<number, Promise<CryptoKey>>();
	return (version) => {
		const known = imported.get(version);
		if (known !== undefined) return known;
		const bytes = new Uint8Array(deriveKey(root, 'seal', version));
		const key = crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
		imported.set(version, key);
		return key;
	};
}

async function openUnder(key: CryptoKey, stored: StoredJwe, row: RowIdentity): Promise<string | null> {
	try {
		const { plaintext } = await flattenedDecrypt({ ...stored, aad: base64url.encode(additionalData(row)) }, key, {
			keyManagementAlgorithms: ['dir'],
			contentEncryptionAlgorithms: ['A256GCM'],
		});
		return new TextDecoder('utf-8', { fatal: true }).decode(plaintext);
	} catch (error) {
		// Everything that jose refuses is one answer: which check failed is of use only to an attacker.
		if (error instanceof errors.JOSEError) return null;
		throw error;
	}
}

/** Read before the tag is checked, so it only picks which of our own keys is tried; the tag then covers it too. */
function versionOf(stored: StoredJwe): number | null {
	try {
		const header = protectedHeader.safeParse(JSON.parse(new TextDecoder().decode(base64url.decode(stored.protected))));
		const version = header.success ? Number(KID.exec(header.data.kid)?.[1]) : Number.NaN;
		return version >= 1 && version <= MOST_VERSIONS ? version : null;
	} catch {
		return null;
	}
}

function parse(sealed: string): StoredJwe | null {
	try {
		const stored = storedJwe.safeParse(JSON.parse(sealed));
		return stored.success ? stored.data : null;
	} catch {
		return null;
	}
}
