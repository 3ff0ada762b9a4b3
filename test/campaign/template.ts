import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { Query } from '#adapters/store/database';
import { deriveKey } from '#adapters/vault/derive-key';
import { rootKeyFromSecret } from '#adapters/vault/root-key';
import { startSandboxGitHub } from '#sandbox/github/server';
import { compose } from '#src/compose';
import { readEnv } from '#src/env';
import { seedSandbox } from '#src/start-sandbox';
import { recordingLog } from '#test/support/log';
import type { Cluster } from '#test/support/postgres';
import { PORTAL_URL } from './portal.ts';

const SECRET = 'a-secret-of-more-than-32-bytes-for-campaigns-only';
const PASSWORD = 'sandbox-demo';

/** A portal's database as it is after its first start, with an ADMIN signed in. Worlds are copies of it. */
export interface Template {
	readonly tenantId: string;
	/** The ADMIN's session, at every portal of every world. */
	readonly cookie: string;
	readonly env: Readonly<Record<string, string>>;
}

/** The PAT that the seed puts into the vault: known to whoever knows the portal's secret. */
export function patOfTemplate(): string {
	const root = rootKeyFromSecret(SECRET);
	if (!root.ok) throw new Error(root.error.message);
	return `ghp_${Buffer.from(deriveKey(root.value, 'sandbox-pat', 1))
		.toString('hex')
		.slice(0, 36)}`;
}

/** The embedded database of a sandbox, in `dataDir`. */
export function embeddedTemplate(dataDir: string): Promise<Template> {
	return seeded({ PORTAL_DATA_DIR: dataDir }, true);
}

/** The copy of an embedded template that no process has open. */
export async function copyEmbedded(from: string, to: string): Promise<void> {
	await mkdir(to, { recursive: true });
	await cp(join(from, 'database'), join(to, 'database'), { recursive: true });
}

/** A production portal's database of that name. */
export async function postgresTemplate(cluster: Cluster, name: string): Promise<Template> {
	await administer(cluster, (query) => query(`CREATE DATABASE ${name}`));
	return seeded({ DATABASE_URL: urlOf(cluster, name) }, false);
}

/** As a setting: `?host=` names the socket's folder and wins over the host, without which it is no URL to WHATWG's eyes. */
export function urlOf(cluster: Cluster, name: string): string {
	return cluster.url(name).replace('@/', '@localhost/');
}

export async function administer(cluster: Cluster, work: (query: Query) => Promise<unknown>): Promise<void> {
	const client = new pg.Client({ connectionString: cluster.url('postgres') });
	await client.connect();
	try {
		await work(
			(async (text: string, params: readonly unknown[] = []) => (await client.query(text, [...params])).rows) as Query,
		);
	} finally {
		await client.end();
	}
}

async function seeded(settings: Record<string, string>, sandbox: boolean): Promise<Template> {
	const env = { PORTAL_SECRET: SECRET, PORTAL_URL, ...settings };
	const read = readEnv(env, { sandbox });
	if (!read.ok) throw new Error(read.error);
	const github = await startSandboxGitHub();
	const own = { hosts: new Set([new URL(PORTAL_URL).host]), origins: new Set([PORTAL_URL]) };
	const upstream = { sidecarUrl: 'http://127.0.0.1:1', webUrl: github.webUrl, acceptedRestDigests: {} };
	const composed = await compose({
		env: read.value,
		log: recordingLog().log,
		own,
		portalUrl: PORTAL_URL,
		sandbox: sandbox ? upstream : null,
	});
	if (!composed.ok) throw new Error(composed.error);
	const portal = composed.value;
	try {
		await seedSandbox(portal, { upstream, apiUrl: github.apiUrl, github, close: async () => {} }, PASSWORD);
		const tenant = await portal.store.tenantBySlug('demo');
		if (tenant === null) throw new Error('the template has no tenant');
		return { tenantId: tenant.id, cookie: await signedIn(portal.fetch), env };
	} finally {
		await portal.close();
		await github.close();
	}
}

async function signedIn(fetch: (request: Request, bindings: object) => Response | Promise<Response>): Promise<string> {
	const body = JSON.stringify({ email: 'admin@demo.local', password: PASSWORD });
	const headers = {
		host: new URL(PORTAL_URL).host,
		origin: PORTAL_URL,
		'content-type': 'application/json',
		'content-length': String(Buffer.byteLength(body)),
	};
	const request = new Request(`${PORTAL_URL}/api/auth/sign-in/email`, { method: 'POST', headers, body });
	const bindings = { incoming: { socket: { remoteAddress: '127.0.0.1', remotePort: 1, remoteFamily: 'IPv4' } } };
	const answer = await fetch(request, bindings);
	if (answer.status !== 200) throw new Error(`sign-in: ${answer.status} ${await answer.text()}`);
	return answer.headers
		.getSetCookie()
		.map((line) => line.split(';')[0])
		.join('; ');
}
