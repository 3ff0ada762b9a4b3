import { hash, randomBytes } from 'node:crypto';

/** A new portal token, to be shown once, and what is stored of it. 256 random bits need no salt and no slow hash. */
export function mintToken(random: (size: number) => Uint8Array = randomBytes): { token: string; hash: string } {
	const token = `karc_pat_${Buffer.from(random(32)).toString('base64url')}`;
	return { token, hash: tokenHash(token) };
}

/** SHA-256 in hex: the token is looked up by it, so that no comparison of the secret itself can be timed. */
export function tokenHash(token: string): string {
	return hash('sha256', token, 'hex');
}

/** The portal token of an Authorization header (RFC 6750 §2.1); null for any other scheme or shape. */
export function bearerToken(authorization: string): string | null {
	// The scheme is case-insensitive (RFC 9110 §11.1), the token is not.
	const token = /^bearer +(\S+)$/i.exec(authorization)?.[1] ?? '';
	return /^karc_pat_[A-Za-z0-9_-]{43}$/.test(token) ? token : null;
}
