import { describe, expect, it } from 'vitest';
import { notes } from './helm.ts';

const OPEN = 'the portal may reach any address on port 5432';
const URL_INSIDE = 'from within the cluster alone';

describe('what helm says after an install', () => {
	it('without any value: how to make both Secrets, and what the defaults leave open', () => {
		const said = notes();
		expect(said).toContain(
			"create secret generic karc-portal-database \\\n       --from-literal=DATABASE_URL='postgresql://",
		);
		expect(said).toContain(
			'create secret generic karc-portal-root-key \\\n       --from-literal=PORTAL_SECRET="$(openssl rand -base64 48)"',
		);
		expect(said).toContain('http://karc-portal.prod.svc.cluster.local');
		expect(said).toContain(URL_INSIDE);
		expect(said).toContain(OPEN);
		expect(said).toContain('a second one needs a namespace of its own');
	});

	it('nothing of what does not hold', () => {
		const said = notes({
			env: { PORTAL_URL: 'https://portal.example.com' },
			networkPolicy: { postgres: { peers: [{ ipBlock: { cidr: '10.0.5.0/24' } }] } },
			trialSecret: { create: true, data: { DATABASE_URL: 'postgresql://a/b', PORTAL_SECRET: 'x'.repeat(32) } },
		});
		for (const not of ['create secret', URL_INSIDE, OPEN]) expect(said).not.toContain(not);
		expect(notes({ networkPolicy: { enabled: false } })).not.toContain(OPEN);
	});

	it.each([
		['an Ingress', { ingress: { enabled: true }, env: { PORTAL_URL: 'http://portal.example.com' } }, true],
		['https, which ends before the portal', { env: { PORTAL_URL: 'https://portal.example.com' } }, true],
		[
			'an Ingress whose addresses are listed',
			{
				ingress: { enabled: true },
				env: { PORTAL_URL: 'https://portal.example.com', PORTAL_TRUSTED_PROXIES: ['10.0.0.7'] },
			},
			false,
		],
		['a port-forward', { env: { PORTAL_URL: 'http://localhost:8080' } }, false],
		['the Service alone', {}, false],
	])('a proxy that is not listed locks people out: %s', (_how, values, warned) => {
		expect(notes(values).includes('WARNING: env.PORTAL_TRUSTED_PROXIES is empty')).toBe(warned);
	});

	it('the Secrets by the names and keys that values give them', () => {
		const said = notes({
			database: { existingSecret: 'db', key: 'url' },
			rootKey: { existingSecret: 'root', key: 'key' },
		});
		expect(said).toMatch(/create secret generic db \\\s+--from-literal=url=/);
		expect(said).toMatch(/create secret generic root \\\s+--from-literal=key=/);
	});
});
