import { createHmac } from 'node:crypto';
import { base64url, errors, FlattenedEncrypt, flattenedDecrypt } from 'jose';
import { z } from 'zod';
import { canonicalJson } from '#core/canonical-json';
import { err, ok } from '#core/result';
import type { Vault } from '#gateway/ports';
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

function additionalData(row: RowIdentity): Uint8Array {
	const { tenantId, provider, credentialId } = row;
	return new TextEncoder().encode(canonicalJson({ tenantId, provider, credentialId, v: 1 }));
}

/**
 * Seals tenant secrets as flattened JWE (RFC 7516 §7.2.2; `dir`, A256GCM, `kid` = the key's version). The additional
 * data is the row's identity; it is left out of what is stored and rebuilt from the row at each opening. Were it
 * stored, a whole sealed value copied into another tenant's row would carry its own valid `aad` along and open there.
 */
export function createVault(options: { rootKey: Uint8Array; keyVersion?: number }): Vault {
	const version = options.keyVersion ?? 1;
	const kid = `seal-v${version}`;
	// Imported once: given as bytes, jose would import it for each seal and each open.
	const sealKey = crypto.subtle.importKey(
		'raw',
		new Uint8Array(deriveKey(options.rootKey, 'seal', version)),
		'AES-GCM',
		false,
		['encrypt', 'decrypt'],
	);
	const fingerprintKey = deriveKey(options.rootKey, 'fingerprint', version);

	return {
		async seal(secret, row) {
			const {
				protected: header,
				iv,
				ciphertext,
				tag,
			} = await new FlattenedEncrypt(new TextEncoder().encode(secret))
				.setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid })
				.setAdditionalAuthenticatedData(additionalData(row))
				.encrypt(await sealKey);
			return JSON.stringify({ protected: header, iv, ciphertext, tag });
		},

		async open(sealed, row) {
			const stored = parse(sealed);
			if (stored === null) return err('credential_unreadable');
			try {
				const opened = await flattenedDecrypt(
					{ ...stored, aad: base64url.encode(additionalData(row)) },
					await sealKey,
					{
						keyManagementAlgorithms: ['dir'],
						contentEncryptionAlgorithms: ['A256GCM'],
					},
				);
				if (opened.protectedHeader?.kid !== kid) return err('credential_unreadable');
				return ok(new TextDecoder('utf-8', { fatal: true }).decode(opened.plaintext));
			} catch (error) {
				// Everything that jose refuses is one answer: which check failed is of use only to an attacker.
				if (error instanceof errors.JOSEError) return err('credential_unreadable');
				throw error;
			}
		},

		fingerprint(secret) {
			const hex = createHmac('sha256', fingerprintKey).update(secret).digest('hex');
			return `${hex.slice(0, 4)}·${hex.slice(4, 8)}`;
		},
	};
}

function parse(sealed: string): z.infer<typeof storedJwe> | null {
	try {
		const stored = storedJwe.safeParse(JSON.parse(sealed));
		return stored.success ? stored.data : null;
	} catch {
		return null;
	}
}
