import { describe, expect, it } from 'vitest';
import { readBootstrapLink } from '#adapters/vault/bootstrap-link';
import { deriveKey } from '#adapters/vault/derive-key';
import { portal } from './run.ts';

const SECRET = 'a-secret-of-more-than-32-bytes-for-tests-only';
const settings = { PORTAL_URL: 'https://portal.example.com', PORTAL_SECRET: SECRET };
const key = deriveKey(new TextEncoder().encode(SECRET), 'bootstrap', 1);

describe('[first-admin] portal bootstrap', () => {
	it('prints the link alone on stdout: for the join page, signed with the portal’s own secret', async () => {
		const { code, out, err } = await portal('bootstrap --email ops@example.com', settings);
		expect(code).toBe(0);
		const [page, secret = ''] = out.split('#');
		expect(page).toBe('https://portal.example.com/join');
		expect(readBootstrapLink(secret, key, new Date())).toEqual({ email: 'ops@example.com' });
		expect(err).toContain('60 minutes');
		expect(out + err).not.toContain(SECRET);
	});

	it('takes the address from PORTAL_ADMIN_EMAIL, and --email goes before it', async () => {
		const env = { ...settings, PORTAL_ADMIN_EMAIL: 'env@example.com' };
		const of = async (words: string) =>
			readBootstrapLink((await portal(words, env)).out.split('#')[1] ?? '', key, new Date())?.email;
		expect(await of('bootstrap')).toBe('env@example.com');
		expect(await of('bootstrap --email=ops@example.com')).toBe('ops@example.com');
	});

	it.each([
		['no address', 'bootstrap', settings, /--email/],
		['an address that is none', 'bootstrap --email ops', settings, /not an e-mail address/],
		['no PORTAL_URL', 'bootstrap --email ops@example.com', { PORTAL_SECRET: SECRET }, /PORTAL_URL is not set/],
		['no secret', 'bootstrap --email ops@example.com', { PORTAL_URL: settings.PORTAL_URL }, /PORTAL_SECRET is not set/],
		['a short secret', 'bootstrap', { ...settings, PORTAL_SECRET: 'short' }, /PORTAL_SECRET is shorter/],
		['something else', 'bootstrap ops@example.com', settings, /--help/],
	])('refuses %s, and prints no link', async (_what, words, env, why) => {
		const said = await portal(words, env as Record<string, string>);
		expect(said).toMatchObject({ code: 1, out: '', err: expect.stringMatching(why) });
	});
});
