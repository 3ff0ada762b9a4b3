import { describe, expect, it } from 'vitest';
import { BOOTSTRAP_LINK_MS, readBootstrapLink, signBootstrapLink } from '#adapters/vault/bootstrap-link';
import { deriveKey } from '#adapters/vault/derive-key';

const key = deriveKey(new Uint8Array(32).fill(7), 'bootstrap', 1);
const now = new Date('2026-11-24T09:00:00.000Z');
const later = (ms: number) => new Date(now.getTime() + ms);
const email = 'ops@example.com';

describe('[first-admin] a bootstrap link', () => {
	it('names its e-mail address for an hour, and then nobody', () => {
		const { secret, expiresAt } = signBootstrapLink(email, key, now);
		expect(readBootstrapLink(secret, key, now)).toEqual({ email });
		expect(readBootstrapLink(secret, key, later(BOOTSTRAP_LINK_MS - 1))).toEqual({ email });
		expect(readBootstrapLink(secret, key, later(BOOTSTRAP_LINK_MS))).toBeNull();
		expect(expiresAt).toEqual(later(BOOTSTRAP_LINK_MS));
	});

	it('is worth nothing under another root key', () => {
		const other = deriveKey(new Uint8Array(32).fill(8), 'bootstrap', 1);
		expect(readBootstrapLink(signBootstrapLink(email, key, now).secret, other, now)).toBeNull();
	});

	it('is worth nothing with any one character changed, or another payload under its signature', () => {
		const { secret } = signBootstrapLink(email, key, now);
		for (let at = 0; at < secret.length; at++) {
			// The last character of the signature carries unused bits, which decoders drop.
			if (at === secret.length - 1) continue;
			const changed = secret.slice(0, at) + (secret[at] === 'A' ? 'B' : 'A') + secret.slice(at + 1);
			expect(readBootstrapLink(changed, key, now), `${at}`).toBeNull();
		}
		const foreign = Buffer.from(JSON.stringify({ email: 'eve@example.com', until: 9_999_999_999 })).toString(
			'base64url',
		);
		expect(readBootstrapLink(`boot_${foreign}.${secret.split('.')[1]}`, key, now)).toBeNull();
	});

	it.each(['', 'boot_', 'boot_.', 'boot_e30', 'boot_e30.', 'boot_*.*', 'x'.repeat(512), 'boot_a.b.c'])(
		'is not “%s”, which is refused without throwing',
		(text) => {
			expect(readBootstrapLink(text, key, now)).toBeNull();
		},
	);

	it('fits what the join route takes, for the longest address too', () => {
		const long = `${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(57)}.com`;
		const { secret } = signBootstrapLink(long, key, now);
		expect(long.length).toBe(254);
		expect(secret.length).toBeLessThanOrEqual(512);
		expect(readBootstrapLink(secret, key, now)).toEqual({ email: long });
	});
});
