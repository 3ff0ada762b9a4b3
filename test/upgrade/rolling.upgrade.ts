import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '#adapters/store/database';
import { grantServing } from '#adapters/store/grants';
import { migrate } from '#adapters/store/migrate';
import { deriveKey } from '#adapters/vault/derive-key';
import { rootKeyFromSecret } from '#adapters/vault/root-key';
import { type HttpClient, type PortalProcess, signIn, startPortalProcess } from '#test/process/portal-process';
import { issue } from '#test/support/portal';
import { type Cluster, findPostgres, startPostgres } from '#test/support/postgres';

const EARLIER = process.env.PORTAL_EARLIER ?? '';
const SECRET = randomBytes(32).toString('hex');

let cluster: Cluster;
/** What every sandbox with this secret knows, whichever version it is. */
let pat: string;
const folders: string[] = [];
const running = new Set<PortalProcess>();

beforeAll(async () => {
	const bin = findPostgres();
	if (bin === null) throw new Error('no PostgreSQL under /usr/lib/postgresql (Debian: apt-get install postgresql)');
	cluster = await startPostgres(bin, { durable: false });
	await administer('postgres', 'CREATE ROLE serving LOGIN', 'CREATE DATABASE portal', 'CREATE DATABASE later');
	const root = rootKeyFromSecret(SECRET);
	if (!root.ok) throw new Error(root.error.message);
	pat = `ghp_${Buffer.from(deriveKey(root.value, 'sandbox-pat', 1))
		.toString('hex')
		.slice(0, 36)}`;
});
afterAll(async () => {
	await Promise.all([...running].map(stop));
	await cluster?.stop();
	for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

type Version = 'earlier' | 'present';

/** A sandbox start, for its accounts, on PostgreSQL. Each has a GitHub of its own, and they share the database. */
async function start(version: Version, database: string, role = 'postgres'): Promise<PortalProcess> {
	const dataDir = mkdtempSync(join(tmpdir(), 'portal-upgrade-'));
	folders.push(dataDir);
	const env = {
		DATABASE_URL: urlOf(database, role),
		PORTAL_SECRET: SECRET,
		PORTAL_DATA_DIR: dataDir,
	};
	const portal = await startPortalProcess(env, ['--sandbox'], version === 'earlier' ? EARLIER : undefined);
	running.add(portal);
	return portal;
}

async function stop(portal: PortalProcess): Promise<void> {
	portal.signal('SIGTERM');
	await portal.ended;
	running.delete(portal);
}

function urlOf(database: string, role = 'postgres'): string {
	return cluster.url(database).replace('//postgres@/', `//${role}@localhost/`);
}

async function administer(database: string, ...statements: string[]): Promise<void> {
	const client = new pg.Client({ connectionString: cluster.url(database) });
	await client.connect();
	for (const statement of statements) await client.query(statement);
	await client.end();
}

async function migrateToPresent(database: string): Promise<void> {
	const opened = await openDatabase({ databaseUrl: urlOf(database) });
	if (!opened.ok) throw new Error(opened.error.detail);
	await migrate(opened.value);
	await grantServing(opened.value, 'serving');
	await opened.value.close();
}

/** The answer's body; an answer of another status fails the test with what it said. */
// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
async function asks(client: HttpClient, method: string, path: string, body?: unknown, status = 200): Promise<any> {
	const answer = await client.send(method, path, body);
	expect({ path, status: answer.status, code: answer.body?.code }).toEqual({ path, status, code: undefined });
	return answer.body;
}

async function write(client: HttpClient, title: string): Promise<{ request: object; url: string }> {
	const asked = { provider: 'github', tool: 'issue_write', args: issue(title) };
	const { argsSha } = await asks(client, 'POST', '/api/mcp/propose?tenant=demo', asked);
	const request = { ...asked, argsSha };
	const done = await asks(client, 'POST', '/api/mcp/execute?tenant=demo', request);
	expect(done.replayed).toBe(false);
	return { request, url: done.artifact.url };
}

/** Everything that the earlier version does with the database, once. */
async function everything(client: HttpClient, title: string): Promise<void> {
	const { request, url } = await write(client, title);
	const again = await asks(client, 'POST', '/api/mcp/execute?tenant=demo', request);
	expect(again).toMatchObject({ replayed: true, artifact: { url } });
	const off = await client.send('PUT', '/api/flags/mcp.gateway?tenant=demo', { enabled: false });
	expect(off.status).toBe(200);
	const refused = await client.send('POST', '/api/mcp/execute?tenant=demo', request);
	expect(refused.body.code).toBe('feature-disabled');
	await asks(client, 'PUT', '/api/flags/mcp.gateway?tenant=demo', { enabled: true, reason: 'test' });
	await asks(client, 'PUT', '/api/credentials/github?tenant=demo', { kind: 'pat', token: pat });
	await asks(client, 'POST', '/api/credentials/github/test?tenant=demo');
	const minted = await asks(
		client,
		'POST',
		'/api/tokens?tenant=demo',
		{ name: title, scopes: ['read'], expiresInHours: 1 },
		201,
	);
	await asks(client, 'DELETE', `/api/tokens/${minted.id}?tenant=demo`);
	await asks(client, 'GET', '/api/mcp/executions?tenant=demo');
	await verified(client);
}

async function verified(client: HttpClient): Promise<number> {
	const verdict = await asks(client, 'POST', '/api/audit/verify-chain?tenant=demo');
	expect(verdict).toMatchObject({ ok: true });
	return verdict.size;
}

describe('the code of the earlier version', () => {
	it('works on the present schema: while it is migrated under it, beside the present code, and after a rollback', async () => {
		const old = await start('earlier', 'portal');
		const onOld = await signIn(old.origin);
		await asks(onOld, 'PUT', '/api/credentials/github?tenant=demo', { kind: 'pat', token: pat });
		const first = await write(onOld, 'Before the migration');

		await migrateToPresent('portal');
		await everything(onOld, 'Earlier code, after the migration');

		const present = await start('present', 'portal');
		const onPresent = await signIn(present.origin);
		await everything(onPresent, 'Present code');
		// What either wrote, the other knows: the same bytes are never written twice.
		const second = await write(onPresent, 'Written by the present code');
		for (const [client, { request, url }] of [
			[onPresent, first],
			[onOld, second],
		] as const) {
			const replay = await asks(client, 'POST', '/api/mcp/execute?tenant=demo', request);
			expect(replay).toMatchObject({ replayed: true, artifact: { url } });
		}
		// A credential that one sealed the other opens.
		await asks(onPresent, 'PUT', '/api/credentials/github?tenant=demo', { kind: 'pat', token: pat });
		await write(onOld, 'With what the present code sealed');
		const size = await verified(onPresent);
		expect(await verified(onOld)).toBe(size);

		await Promise.all([stop(old), stop(present)]);
		const rolledBack = await start('earlier', 'portal');
		const after = await signIn(rolledBack.origin);
		await everything(after, 'After the rollback');
		expect(await asks(after, 'POST', '/api/mcp/execute?tenant=demo', second.request)).toMatchObject({ replayed: true });
	});

	it('works on a database that the owner migrated to the present schema, with the lesser role that serves', async () => {
		await migrateToPresent('later');
		const old = await start('earlier', 'later', 'serving');
		const client = await signIn(old.origin);
		await asks(client, 'PUT', '/api/credentials/github?tenant=demo', { kind: 'pat', token: pat });
		await everything(client, 'Earlier code, lesser role');
	});
});
