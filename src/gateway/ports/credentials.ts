import type { Result } from '#core/result';

export interface CredentialInfo {
	readonly id: string;
	readonly provider: string;
	readonly kind: 'pat';
	/** HMAC of the secret, for showing and comparing: 8 hex as `7c1e·94d0`. */
	readonly fingerprint: string;
	readonly login: string | null;
	readonly setBy: string;
	readonly setAt: Date;
	readonly testedAt: Date | null;
}

export interface SealedCredential extends CredentialInfo {
	readonly sealed: string;
}

/** Opens and seals tenant secrets. The additional data is the row's identity, rebuilt from the row each time. */
export interface Vault {
	seal(secret: string, row: { tenantId: string; provider: string; credentialId: string }): Promise<string>;
	open(
		sealed: string,
		row: { tenantId: string; provider: string; credentialId: string },
	): Promise<Result<string, 'credential_unreadable'>>;
	/** HMAC of the secret under a key of its own: first 8 hex, as `7c1e·94d0`. */
	fingerprint(secret: string): string;
}
