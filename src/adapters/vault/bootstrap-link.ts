import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** Long enough to walk from the terminal to the browser; whoever was slower signs another. */
export const BOOTSTRAP_LINK_MS = 3_600_000;

/** Tells these secrets from those of invitations, which are random and known to the database. */
const PREFIX = 'boot_';

const claims = z.strictObject({ email: z.email().max(254), until: z.int() });

/**
 * The secret part of `<portal>/join#<secret>` that makes the first platform admin: e-mail and expiry, signed. It needs no
 * database, and it is worth nothing once there is a platform admin: whoever accepts it checks that under a lock.
 * @param key of the purpose `bootstrap` (derive-key.ts).
 */
export function signBootstrapLink(email: string, key: Uint8Array, now: Date): { secret: string; expiresAt: Date } {
	const until = Math.floor((now.getTime() + BOOTSTRAP_LINK_MS) / 1000);
	const payload = Buffer.from(JSON.stringify({ email, until })).toString('base64url');
	return {
		secret: `${PREFIX}${payload}.${signature(payload, key).toString('base64url')}`,
		expiresAt: new Date(until * 1000),
	};
}

/** Whose link it is, or null: not one of ours, altered, of another root key, or expired. */
export function readBootstrapLink(secret: string, key: Uint8Array, now: Date): { email: string } | null {
	if (!secret.startsWith(PREFIX)) return null;
	const [payload = '', signed = '', ...rest] = secret.slice(PREFIX.length).split('.');
	if (rest.length > 0) return null;
	const expected = signature(payload, key);
	const given = Buffer.from(signed, 'base64url');
	if (given.byteLength !== expected.byteLength || !timingSafeEqual(given, expected)) return null;
	// Only what this portal has signed gets here, so the content needs no further suspicion than its shape.
	const read = claims.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
	return read.success && now.getTime() < read.data.until * 1000 ? { email: read.data.email } : null;
}

function signature(payload: string, key: Uint8Array): Buffer {
	return createHmac('sha256', key).update(`${PREFIX}${payload}`).digest();
}
