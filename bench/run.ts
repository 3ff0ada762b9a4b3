/**
 * Side-by-side measurements, as ratios: absolute times say more about the machine. Asserts nothing; takes some five
 * minutes. `npm run bench`, or `node bench/run.ts a` for one of a to g; d needs GITHUB_MCP_SERVER_BIN.
 */
import pg from 'pg';
import { realServerBin, startRealServer } from '#test/sandbox/real-server';
import { startDetour } from '#test/sidecar/detour';
import { startPortal } from '#test/support/portal';
import { type Cluster, findPostgres, startPostgres } from '#test/support/postgres';
import { serveBare } from './bare-server.ts';
import { benchExecute } from './execute.ts';
import { say } from './figures.ts';
import { benchLogSize } from './log-size.ts';
import { servePortal } from './portal-server.ts';
import { benchPropose } from './propose.ts';
import { benchThroughput } from './throughput.ts';
import { serveUpstream } from './upstream-server.ts';
import { benchVerify } from './verify.ts';

const asked = process.argv.slice(2);
const wanted = (part: string): boolean => asked.length === 0 || asked.includes(part);

// The processes that the parts start.
if (asked[0] === 'bare') serveBare();
if (asked[0] === 'upstream') await serveUpstream();
if (asked[0] === 'portal') await servePortal(JSON.parse(asked[1] ?? ''));

async function overDatabase(title: string, env: Record<string, string>): Promise<void> {
	const test = await startPortal({ env: { PORTAL_RATE_PER_MINUTE: '1000000', ...env } });
	try {
		if (wanted('b')) await benchExecute(title, test, test.sandbox.upstream.sidecarUrl);
		if (wanted('c')) await benchVerify(title, test);
	} finally {
		await test.close();
	}
}

/** The same as (b) through the real github-mcp-server, which asks the sandbox's GitHub. */
async function overRealSidecar(env: Record<string, string>): Promise<void> {
	if (realServerBin === undefined) {
		say('(d) not measured: set GITHUB_MCP_SERVER_BIN to the path of github-mcp-server 1.0.4.');
		return;
	}
	const detour = await startDetour();
	const server = await startRealServer(realServerBin, detour.url);
	const limits = { PORTAL_RATE_PER_MINUTE: '1000000', MCP_GITHUB_SERVER_URL: server.url };
	const test = await startPortal({ env: { ...limits, ...env } });
	detour.leadTo(test.sandbox.apiUrl);
	try {
		await benchExecute('PostgreSQL through the real github-mcp-server', test, server.url, 'd');
	} finally {
		await test.close();
		await server.close();
		await detour.close();
	}
}

/** An empty database of the cluster: its connection string. */
async function fresh(cluster: Cluster, name: string): Promise<string> {
	const client = new pg.Client({ connectionString: cluster.url('postgres') });
	await client.connect();
	await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
	await client.end();
	return cluster.url(name).replace('@/', '@localhost/');
}

if (wanted('a')) await benchPropose();
if (['b', 'c', 'd', 'e', 'f', 'g'].some(wanted)) {
	const bin = findPostgres();
	if (bin === null) say('PostgreSQL: not measured, there is none on this machine (install postgresql).');
	else {
		const cluster = await startPostgres(bin, { durable: true });
		try {
			// `?host=` names the socket's folder and wins over the host.
			const url = (database: string) => ({ DATABASE_URL: cluster.url(database).replace('@/', '@localhost/') });
			if (wanted('b') || wanted('c')) await overDatabase('PostgreSQL', url('postgres'));
			if (wanted('e') || wanted('f')) await benchThroughput(cluster, await fresh(cluster, 'throughput'));
			if (wanted('g')) await benchLogSize([await fresh(cluster, 'empty'), await fresh(cluster, 'hundred_thousand')]);
			if (wanted('d')) await overRealSidecar(url('template1'));
		} finally {
			await cluster.stop();
		}
	}
	if (wanted('b') || wanted('c')) await overDatabase('the embedded database (which does not fsync)', {});
}
