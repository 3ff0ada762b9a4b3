import { expect, it } from 'vitest';
import { bearerToken, mintToken, tokenHash } from '#adapters/identity/portal-token';

it('a minted token holds 256 random bits, and only its hash goes with it', () => {
	const minted = mintToken();
	expect(minted.token).toMatch(/^karc_pat_[A-Za-z0-9_-]{43}$/);
	expect(minted.hash).toMatch(/^[0-9a-f]{64}$/);
	expect(minted.hash).toBe(tokenHash(minted.token));
	expect(mintToken().token).not.toBe(minted.token);
	expect(mintToken((size) => new Uint8Array(size).fill(255)).token).toBe(`karc_pat_${'_'.repeat(42)}8`);
});

it('is found again in its Authorization header', () => {
	const { token } = mintToken();
	expect(bearerToken(`Bearer ${token}`)).toBe(token);
	expect(bearerToken(`bearer  ${token}`)).toBe(token);
});

it.each([
	'',
	'Bearer',
	'Bearer karc_pat_short',
	`karc_pat_${'a'.repeat(43)}`,
	`Basic karc_pat_${'a'.repeat(43)}`,
	`Bearer karc_pat_${'a'.repeat(44)}`,
	`Bearer karc_pat_${'a'.repeat(42)}=`,
	`Bearer ghp_${'a'.repeat(43)}`,
	`Bearer karc_pat_${'a'.repeat(43)} x`,
	`Bearer KARC_PAT_${'a'.repeat(43)}`,
])('no other header holds one: %j', (header) => {
	expect(bearerToken(header)).toBeNull();
});
