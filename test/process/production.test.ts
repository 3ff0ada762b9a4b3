import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type TwoRoles, twoRoles } from '#test/cli/two-roles';
import { newDatabase } from '#test/gateway/rig';
import { type Cluster, findPostgres, startPostgres } from '#test/support/postgres';
import { type PortalProcess, runCommand, runToEnd, signIn, startPortalProcess } from './portal-process.ts';

const SECRET = 'a-secret-of-more-than-32-bytes-for-tests-only';
const EMAIL = 'ops@example.com';
const PASSWORD = 'the-password-of-the-first-admin';

const bin = findPostgres();
if (bin === null && process.env.CI === 'true') throw new Error('no PostgreSQL: this suite needs it in CI');

let cluster: Cluster;
let dataDir: string;
let running: PortalProcess[];
beforeAll(async () => {
	if (bin !== null) cluster = await startPostgres(bin, { durable: false });
});
afterAll(() => cluster?.stop());
beforeEach(() => {
	dataDir = join(mkdtempSync(join(tmpdir(), 'portal-production-')), 'data');
	running = [];
});
afterEach(async () => {
	for (const portal of running) portal.signal('SIGKILL');
	await Promise.all(running.map(({ ended }) => ended));
	rmSync(join(dataDir, '..'), { recursive: true, force: true });
});

interface Started {
	readonly origin: string;
	readonly process: PortalProcess;
}

/** A production portal under the name that it is reached by. */
async function start(env: Record<string, string>): Promise<Started> {
	const port = await freePort();
	const origin = `http://localhost:${port}`;
	const portal = await startPortalProcess({ ...settings(origin), PORT: port, LOG_LEVEL: 'info', ...env }, []);
	running.push(portal);
	return { origin, process: portal };
}

function settings(origin = 'http://localhost:1'): Record<string, string> {
	return { PORTAL_URL: origin, PORTAL_SECRET: SECRET, PORTAL_DATA_DIR: dataDir };
}

const byOwner = ({ owner, serving }: TwoRoles) => ({ DATABASE_MIGRATION_URL: owner, DATABASE_URL: serving });
const database = async () => twoRoles(await newDatabase(cluster));

describe.runIf(bin !== null)('a production start', { timeout: 120_000 }, () => {
	it('[first-admin, lesser-role] from nothing: migrates as the owner, serves as the lesser role, and its admin signs in', async () => {
		const roles = await database();
		const admin = { PORTAL_ADMIN_EMAIL: EMAIL, PORTAL_ADMIN_PASSWORD: PASSWORD };
		const { origin, process: portal } = await start({ ...byOwner(roles), ...admin });
		const me = await (await signIn(origin, EMAIL, PASSWORD)).send('GET', '/api/me');
		expect(me).toMatchObject({ status: 200, body: { platformAdmin: true, user: { email: EMAIL }, memberships: [] } });
		const connected = await roles.query(
			roles.roles.owner,
			`SELECT DISTINCT usename AS role FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'sarc-portal'`,
		);
		expect(connected).toEqual([{ role: roles.roles.serving }]);
		// In a container nothing but /tmp can be written.
		expect(existsSync(dataDir)).toBe(false);
		portal.signal('SIGTERM');
		expect(await portal.ended).toBe(0);
		for (const secret of [PASSWORD, SECRET, roles.owner, roles.serving, 'p@ss']) {
			expect(portal.output()).not.toContain(secret);
		}
	});

	it('[first-admin] twice at once makes one admin and one schema', async () => {
		const roles = await database();
		const one = { ...byOwner(roles), PORTAL_ADMIN_EMAIL: EMAIL, PORTAL_ADMIN_PASSWORD: PASSWORD };
		const started = await Promise.all([start(one), start(one)]);
		for (const { origin } of started) {
			const me = await (await signIn(origin, EMAIL, PASSWORD)).send('GET', '/api/me');
			expect(me.body.platformAdmin).toBe(true);
		}
		expect(await roles.query(roles.roles.serving, 'SELECT count(*) AS n FROM platform_admin')).toEqual([{ n: '1' }]);
		expect(await roles.query(roles.roles.serving, 'SELECT count(*) AS n FROM "user"')).toEqual([{ n: '1' }]);
		const rows = "SELECT count(*) AS n FROM audit_entry WHERE action = 'access.platform-admin.set'";
		expect(await roles.query(roles.roles.serving, rows)).toEqual([{ n: '1' }]);
	});

	it('[first-admin] portal bootstrap → join → sign in, once: after that no link makes another', async () => {
		const { origin, process: portal } = await start({ DATABASE_URL: await newDatabase(cluster) });
		expect(portal.output()).toContain('portal bootstrap');
		const link = async (email: string) => {
			const said = await runCommand(['bootstrap', '--email', email], settings(origin));
			expect(said.code).toBe(0);
			expect(said.stdout).toMatch(new RegExp(`^${origin}/join#`));
			return said.stdout.trim().split('#')[1] ?? '';
		};
		const join = (secret: string, password = PASSWORD) =>
			fetch(`${origin}/api/join`, {
				method: 'POST',
				headers: { origin, 'content-type': 'application/json' },
				body: JSON.stringify({ secret, name: 'Olga Prin', password }),
			});
		const [mine, theirs] = [await link(EMAIL), await link('eve@example.com')];
		const joined = await join(mine);
		expect({ status: joined.status, body: await joined.json() }).toEqual({
			status: 200,
			body: { email: EMAIL, tenant: null },
		});
		const me = await (await signIn(origin, EMAIL, PASSWORD)).send('GET', '/api/me');
		expect(me.body).toMatchObject({ platformAdmin: true, user: { name: 'Olga Prin' } });

		for (const secret of [mine, theirs, await link('late@example.com')]) {
			const refused = await join(secret);
			expect(refused.status).toBe(404);
			await refused.body?.cancel();
		}
		for (const secret of [mine, theirs]) expect(portal.output()).not.toContain(secret);
	});

	it('[lesser-role] on a schema that is behind says “portal migrate”, tries nothing, and runs after it', async () => {
		const roles = await database();
		const serving = { DATABASE_URL: roles.serving };
		const refused = await runToEnd([], { ...settings(), ...serving });
		expect(refused.code).toBe(1);
		expect(refused.stderr).toMatch(/schema is behind this version \(missing: 0000_portal.*Run: portal migrate/);
		expect(refused.stdout + refused.stderr).not.toMatch(/permission denied|\n\s+at /);
		const tables = "SELECT count(*) AS n FROM pg_tables WHERE schemaname = 'public'";
		expect(await roles.query(roles.roles.owner, tables)).toEqual([{ n: '0' }]);

		// A migration by the owner alone leaves the role without rights: that is said too, before the first request.
		await runCommand(['migrate'], { DATABASE_MIGRATION_URL: roles.owner });
		const lacking = await runToEnd([], { ...settings(), ...serving });
		expect(lacking.code).toBe(1);
		expect(lacking.stderr).toMatch(/missing: .* on .*Run: portal migrate/);

		const migrated = await runCommand(['migrate'], byOwner(roles));
		expect(migrated).toMatchObject({ code: 0, stderr: '' });
		const { origin } = await start(serving);
		expect((await fetch(`${origin}/readyz`)).status).toBe(200);
	});

	it('refuses an owner that does not own, and names the setting', async () => {
		const roles = await database();
		const env = { ...settings(), DATABASE_MIGRATION_URL: roles.serving, DATABASE_URL: roles.serving };
		const refused = await runToEnd([], env);
		expect(refused.code).toBe(1);
		expect(refused.stderr).toContain('DATABASE_MIGRATION_URL');
	});
});

it.runIf(bin !== null)(
	'a production portal names, once, the proxy that PORTAL_TRUSTED_PROXIES lacks',
	{ timeout: 120_000 },
	async () => {
		const { origin, process: portal } = await start({ DATABASE_URL: await newDatabase(cluster) });
		const through = (header: Record<string, string>) =>
			fetch(`${origin}/api/auth/get-session`, { headers: header }).then((answer) => answer.body?.cancel());
		const warnings = () => portal.output().match(/"peer":"[^"]*","msg":"[^"]*PORTAL_TRUSTED_PROXIES/g) ?? [];
		await through({});
		expect(warnings()).toEqual([]);
		for (const header of ['x-forwarded-for', 'forwarded']) await through({ [header]: '203.0.113.9' });
		portal.signal('SIGTERM');
		expect(await portal.ended).toBe(0);
		expect(warnings()).toEqual([expect.stringMatching(/^"peer":"(127\.0\.0\.1|::1)"/)]);
	},
);

describe.runIf(bin !== null)('a production portal that is told to stop', { timeout: 120_000 }, () => {
	it('[drains] is not ready at once and serves on for PORTAL_SHUTDOWN_DELAY_MS; a second signal does not wait for it', async () => {
		const { origin, process: portal } = await start({
			DATABASE_URL: await newDatabase(cluster),
			PORTAL_SHUTDOWN_DELAY_MS: '60000',
		});
		expect((await fetch(`${origin}/readyz`)).status).toBe(200);
		portal.signal('SIGTERM');
		const deadline = Date.now() + 10_000;
		for (;;) {
			const ready = await fetch(`${origin}/readyz`);
			const body = await ready.json();
			if (ready.status === 503) {
				expect(body).toEqual({ ok: false, notReady: ['stopping'] });
				break;
			}
			expect(Date.now()).toBeLessThan(deadline);
		}
		expect((await fetch(`${origin}/healthz`)).status).toBe(200);
		expect((await fetch(`${origin}/api/me`)).status).toBe(401);
		portal.signal('SIGTERM');
		expect(await portal.ended).toBe(0);
	});

	it('[drains] ends by itself when the delay is over', async () => {
		const { origin, process: portal } = await start({
			DATABASE_URL: await newDatabase(cluster),
			PORTAL_SHUTDOWN_DELAY_MS: '300',
		});
		expect((await fetch(`${origin}/readyz`)).status).toBe(200);
		portal.signal('SIGTERM');
		expect(await portal.ended).toBe(0);
	});
});

async function freePort(): Promise<string> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	return typeof address === 'object' ? String(address?.port) : '';
}
