import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '#adapters/store/database';
import { migrate } from '#adapters/store/migrate';
import { createVault } from '#adapters/vault/vault';
import { portal as command } from '#test/cli/run';
import { newDatabase } from '#test/gateway/rig';
import { benchOver, draft, newTenant, verifyLog } from '#test/store/fixture';
import { issue, proposed, startPortal } from '#test/support/portal';
import { type Cluster, findPostgres, startPostgres } from '#test/support/postgres';
import { runCommand } from './portal-process.ts';

const OLD = 'the-old-secret-of-more-than-32-bytes-for-tests';
const NEW = 'the-new-secret-of-more-than-32-bytes-for-tests';
const TOKEN = 'ghp_canary0000000000000000000000000000';
const MANY = 120;

const bin = findPostgres();
if (bin === null && process.env.CI === 'true') throw new Error('no PostgreSQL: this suite needs it in CI');
let cluster: Cluster;
beforeAll(async () => {
	if (bin !== null) cluster = await startPostgres(bin, { durable: false });
});
afterAll(() => cluster?.stop());

describe.runIf(bin !== null)('[keys-turn] turning the portal’s secret', { timeout: 180_000 }, () => {
	it('leaves no moment in which a credential cannot write: both secrets, rewrap beside the running portal, the new one alone', async () => {
		const dataDir = mkdtempSync(join(tmpdir(), 'portal-turn-'));
		const DATABASE_URL = await newDatabase(cluster);
		/** Starts a portal with these secrets, lets `work` run, and executes one write before and after. */
		const withSecrets = async (secrets: Record<string, string>, work: (admin: Admin) => Promise<void>) => {
			const started = await startPortal({ dataDir, env: { DATABASE_URL, ...secrets } });
			started.sandbox.github.state.addToken({ token: TOKEN, login: 'acme-sarc-bot', scopes: ['repo'] });
			const admin = await started.as('admin');
			await work(admin);
			const request = await proposed(admin, issue(`Written under ${Object.keys(secrets).join(' and ')}: ${v7()}`));
			expect(await admin.post('/api/mcp/execute?tenant=demo', request)).toMatchObject({ status: 200 });
			const { body } = await admin.get('/api/credentials?tenant=demo');
			await started.close();
			return body.credentials[0].fingerprint as string;
		};
		type Admin = Awaited<ReturnType<Awaited<ReturnType<typeof startPortal>>['as']>>;
		const nothing = async () => {};
		try {
			const before = await withSecrets({ PORTAL_SECRET: OLD }, async (admin) => {
				const put = await admin.put('/api/credentials/github?tenant=demo', { kind: 'pat', token: TOKEN });
				expect(put.status).toBe(200);
			});
			// First the new secret only reads along, then they change places.
			await withSecrets({ PORTAL_SECRET: OLD, PORTAL_SECRET_PREVIOUS: NEW }, nothing);
			const both = { PORTAL_SECRET: NEW, PORTAL_SECRET_PREVIOUS: OLD };
			await withSecrets(both, async () => {
				expect(await command('keys rewrap', { DATABASE_URL, ...both })).toMatchObject({ code: 0 });
			});
			const after = await withSecrets({ PORTAL_SECRET: NEW }, nothing);
			expect(after).not.toBe(before);

			const raised = { PORTAL_SECRET: NEW, PORTAL_KEY_VERSION: '2' };
			const same = await withSecrets(raised, async () => {
				expect(await command('keys reencrypt', { DATABASE_URL, ...raised })).toMatchObject({ code: 0 });
			});
			expect(same).toBe(after);
			// The version is taken back: what was sealed under the higher one still opens.
			await withSecrets({ PORTAL_SECRET: NEW }, nothing);
		} finally {
			rmSync(dataDir, { recursive: true, force: true });
		}
	});

	it('goes on after being killed half-way: in the end each credential has moved, with exactly one row', async () => {
		const databaseUrl = await newDatabase(cluster);
		const opened = await openDatabase({ databaseUrl });
		if (!opened.ok) throw new Error(opened.error.detail);
		const database = opened.value;
		await migrate(database);
		const bench = benchOver(database);
		const old = createVault({ rootKey: new TextEncoder().encode(OLD) });
		const tenants: string[] = [];
		for (let n = 0; n < MANY; n++) {
			const { id: tenantId } = await newTenant(bench);
			tenants.push(tenantId);
			const credentialId = v7();
			const sealed = await old.seal(`ghp_canary${n}`, { tenantId, provider: 'github', credentialId });
			const times = { setAt: bench.now, testedAt: null };
			await bench.store.putCredential({
				tenantId,
				credential: {
					id: credentialId,
					provider: 'github',
					kind: 'pat',
					fingerprint: old.fingerprint(`ghp_canary${n}`),
					login: null,
					setBy: 'Ada',
					sealed,
					...times,
				},
				entry: () => draft({ action: 'credential.set' }),
			});
		}
		const moved = async () => {
			const [row] = await database.query<{ n: number }>(
				"SELECT count(*) AS n FROM audit_entry WHERE action = 'credential.rewrapped'",
			);
			return row?.n ?? 0;
		};
		const env = { DATABASE_URL: databaseUrl, PORTAL_SECRET: NEW, PORTAL_SECRET_PREVIOUS: OLD };
		const killed = await runCommand(['keys', 'rewrap'], env, (stdout, kill) => {
			if (stdout.split('\n').length > 5) kill();
		});
		expect(killed.code).toBe('SIGKILL');
		const halfWay = await moved();
		expect(halfWay).toBeGreaterThan(0);
		expect(halfWay).toBeLessThan(MANY);

		const rest = await runCommand(['keys', 'rewrap'], env);
		expect(rest).toMatchObject({ code: 0, stderr: '' });
		expect(rest.stdout).toContain(`${MANY - halfWay} sealed anew with PORTAL_SECRET, ${halfWay} were already, 0 left.`);
		expect(await moved()).toBe(MANY);
		const present = createVault({ rootKey: new TextEncoder().encode(NEW) });
		for (const [n, tenantId] of tenants.entries()) {
			const credential = await bench.store.credential(tenantId, 'github');
			const row = { tenantId, provider: 'github', credentialId: credential?.id ?? '' };
			expect(await present.open(credential?.sealed ?? '', row)).toEqual({ ok: true, value: `ghp_canary${n}` });
			expect(await verifyLog(bench.store, tenantId)).toMatchObject({ ok: true });
		}
		await database.close();
	});
});
