import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { envExample, readCommandEnv, readEnv } from '#src/env';

const SECRET = 'canary-secret-canary-secret-canary';
const production = {
	PORTAL_URL: 'https://portal.example.com',
	PORTAL_SECRET: SECRET,
	DATABASE_URL: 'postgresql://portal:canary@db.example:5432/portal',
};
const sandbox = { sandbox: true };

describe('the sandbox', () => {
	it('starts with nothing set, and with empty variables', () => {
		const expected = {
			ok: true,
			value: {
				sandbox: true,
				port: 3000,
				host: '127.0.0.1',
				dataDir: './data',
				url: null,
				secret: null,
				databaseUrl: null,
				githubServerUrl: null,
				githubWebUrl: null,
				ratePerMinute: 600,
				upstreamTimeoutMs: 30_000,
				writeBudget: { perMinute: 80, perHour: 500 },
				trustedProxies: [],
				migrationUrl: null,
				previousSecret: null,
				keyVersion: 1,
				firstAdmin: null,
				exactTools: false,
				shutdownDelayMs: 0,
				logLevel: 'info',
				sandboxPassword: 'sandbox-demo',
			},
		};
		expect(readEnv({}, sandbox)).toEqual(expected);
		expect(readEnv({ PORT: '', PORTAL_URL: '', LOG_LEVEL: '', PATH: '/bin', constructor: 'x' }, sandbox)).toEqual(
			expected,
		);
	});

	it.each([
		['off', { perMinute: null, perHour: null }],
		['20/m', { perMinute: 20, perHour: null }],
		['300/h', { perMinute: null, perHour: 300 }],
		['3/m,4/h', { perMinute: 3, perHour: 4 }],
	])('reads the write budget %s', (PORTAL_WRITE_BUDGET, writeBudget) => {
		expect(readEnv({ PORTAL_WRITE_BUDGET }, sandbox)).toMatchObject({ ok: true, value: { writeBudget } });
	});

	it.each(['0.0.0.0', '::', '10.0.0.1', 'example.com'])('does not listen on %s', (HOST) => {
		const refused = readEnv({ HOST }, sandbox);
		expect(refused.ok || refused.error).toContain('HOST must be a loopback address in the sandbox');
	});

	it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('listens on %s', (HOST) => {
		expect(readEnv({ HOST }, sandbox)).toMatchObject({ ok: true, value: { host: HOST } });
	});
});

describe('production', () => {
	it('starts with the three that it needs, and carries no sandbox password', () => {
		const env = readEnv({ ...production, HOST: '0.0.0.0' }, { sandbox: false });
		expect(env).toMatchObject({
			ok: true,
			value: {
				sandbox: false,
				url: 'https://portal.example.com',
				secret: SECRET,
				databaseUrl: production.DATABASE_URL,
			},
		});
		expect(env.ok && env.value).not.toHaveProperty('sandboxPassword');
	});

	it.each(['PORTAL_URL', 'PORTAL_SECRET', 'DATABASE_URL'])(
		'does not start without %s, also when it is empty',
		(name) => {
			for (const value of [undefined, '']) {
				const refused = readEnv({ ...production, [name]: value }, { sandbox: false });
				expect(refused.ok || refused.error).toContain(`${name} is required in production`);
			}
		},
	);

	it('names everything that is missing or wrong at once', () => {
		const refused = readEnv({ PORT: 'x', LOG_LEVEL: 'loud' }, { sandbox: false });
		const text = refused.ok ? '' : refused.error;
		for (const name of ['PORTAL_URL', 'PORTAL_SECRET', 'DATABASE_URL', 'PORT ', 'LOG_LEVEL'])
			expect(text).toContain(name);
		expect(text).toContain('.env.example');
		expect(text.split('\n').length).toBeGreaterThan(5);
	});
});

describe('a value that cannot be meant is refused by name', () => {
	it.each([
		['PORT', '70000', 'between'],
		['PORT', '80a', 'whole number'],
		['PORT', '-1', 'whole number'],
		['PORT', '3e3', 'whole number'],
		['PORTAL_RATE_PER_MINUTE', '0', 'between'],
		['PORTAL_WRITE_BUDGET', '0/m', 'is not like'],
		['PORTAL_WRITE_BUDGET', '80/m;500/h', 'is not like'],
		['PORTAL_UPSTREAM_TIMEOUT_MS', '99', 'between'],
		['PORTAL_UPSTREAM_TIMEOUT_MS', '99999999999', 'whole number'],
		['PORTAL_URL', 'portal.example.com', 'not an http'],
		['PORTAL_URL', 'ftp://portal.example.com', 'not an http'],
		['PORTAL_URL', 'https://me:canary@portal.example.com', 'user or password'],
		['PORTAL_URL', 'https://portal.example.com/portal', 'give only https://portal.example.com'],
		['PORTAL_URL', 'https://portal.example.com/?a=canary', 'query'],
		['GITHUB_WEB_URL', 'https://github.com/acme', 'path'],
		['MCP_GITHUB_SERVER_URL', 'http://x:canary@mcp:8082/', 'user or password'],
		['MCP_GITHUB_SERVER_URL', 'mcp:8082', 'not an http'],
		['DATABASE_URL', 'mysql://portal:canary@db/portal', 'postgresql://'],
		['DATABASE_URL', 'postgresql://portal:canary@db:port/portal', 'postgresql://'],
		['PORTAL_SECRET', 'canary', 'openssl rand'],
		['PORTAL_SECRET', `${SECRET}\n`, 'white space'],
		['PORTAL_SANDBOX_PASSWORD', 'canary', '8 characters'],
		['PORTAL_TRUSTED_PROXIES', '10.0.0.0/8, proxy', '"proxy"'],
		['PORTAL_TRUSTED_PROXIES', '10.0.0.0/33', '10.0.0.0/33'],
		['PORTAL_TRUSTED_PROXIES', '::1/129', '::1/129'],
		['LOG_LEVEL', 'loud', 'debug'],
	])('%s=%s', (name, value, hint) => {
		const refused = readEnv({ [name]: value }, sandbox);
		const text = refused.ok ? '' : refused.error;
		expect(text).toContain(`- ${name} `);
		expect(text).toContain(hint);
		expect(text).not.toContain('canary');
	});
});

describe('settings that only make sense together', () => {
	it.each([
		[
			'a password of nobody',
			{ PORTAL_ADMIN_PASSWORD: 'canary-password' },
			/PORTAL_ADMIN_PASSWORD is set without PORTAL_ADMIN_EMAIL/,
		],
		[
			'one secret twice',
			{ PORTAL_SECRET: SECRET, PORTAL_SECRET_PREVIOUS: SECRET },
			/PORTAL_SECRET_PREVIOUS is the same/,
		],
		[
			'an owner of no database',
			{ DATABASE_MIGRATION_URL: 'postgres://o@db/p' },
			/DATABASE_MIGRATION_URL is set without/,
		],
	])('%s is refused', (_what, env, why) => {
		const refused = readEnv(env, sandbox);
		expect(refused.ok ? '' : refused.error).toMatch(why);
		expect(refused.ok ? '' : refused.error).not.toContain('canary');
	});

	it('PORTAL_ADMIN_EMAIL alone names nobody as first admin: it is for portal bootstrap', () => {
		expect(readEnv({ PORTAL_ADMIN_EMAIL: 'ops@example.com' }, sandbox)).toMatchObject({
			ok: true,
			value: { firstAdmin: null },
		});
	});
});

describe('a command', () => {
	it('needs no setting, and none of the server’s can stand in its way', () => {
		const env = { PORT: 'tcp://10.0.0.1:80', HOST: '0.0.0.0', PORTAL_ADMIN_PASSWORD: 'short' };
		expect(readCommandEnv(env)).toMatchObject({ ok: true, value: { dataDir: './data', secret: null, keyVersion: 1 } });
	});

	it('refuses one of its own that is wrong, by name', () => {
		const refused = readCommandEnv({ DATABASE_URL: 'mysql://portal:canary@db/portal' });
		expect(refused.ok ? '' : refused.error).toMatch(/The command cannot run[\s\S]*DATABASE_URL is not a postgresql/);
		expect(refused.ok ? '' : refused.error).not.toContain('canary');
	});
});

describe('a value is brought into one form', () => {
	it.each([
		['PORTAL_URL', 'HTTPS://Portal.Example.com:443/', { url: 'https://portal.example.com' }],
		['PORTAL_URL', 'http://127.0.0.1:3000', { url: 'http://127.0.0.1:3000' }],
		['MCP_GITHUB_SERVER_URL', 'http://mcp:8082/mcp', { githubServerUrl: 'http://mcp:8082/mcp' }],
		['GITHUB_WEB_URL', 'https://git.example.com/', { githubWebUrl: 'https://git.example.com' }],
		['PORT', '0', { port: 0 }],
		['PORTAL_TRUSTED_PROXIES', '10.0.0.0/8, ::1 192.168.1.1', { trustedProxies: ['10.0.0.0/8', '::1', '192.168.1.1'] }],
	])('%s=%s', (name, value, expected) => {
		expect(readEnv({ [name]: value }, sandbox)).toMatchObject({ ok: true, value: expected });
	});
});

it('.env.example is what the schema prints (else run: node scripts/env-example.ts)', async () => {
	expect(await readFile('.env.example', 'utf8')).toBe(envExample());
});

it('.env.example holds a comment for every variable and no secret', () => {
	const lines = envExample()
		.split('\n')
		.filter((line) => line !== '');
	for (const line of lines) expect(line).toMatch(/^# /);
	expect(envExample()).toContain('# PORTAL_SECRET=\n');
});
