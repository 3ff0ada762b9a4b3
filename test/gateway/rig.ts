import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll } from 'vitest';
import { refusals } from '#core/refusals';
import type { Deps } from '#gateway/deps';
import { execute } from '#gateway/execute';
import type { Caller } from '#gateway/ports/caller';
import type { Execution } from '#gateway/ports/executions';
import { propose } from '#gateway/propose';
import type { Executed } from '#gateway/send';
import { verifyChain } from '#gateway/verify-chain';
import { latestExecution } from '#test/support/latest-execution';
import { startPortal, type TestPortal } from '#test/support/portal';
import { type Cluster, findPostgres, startPostgres } from '#test/support/postgres';

export interface PortalOn {
	readonly name: string;
	start(env?: Record<string, string>): Promise<TestPortal>;
}

/** Whole portals over the embedded database and over PostgreSQL; each start has a fresh one. Closed after the file's tests. */
export function portals(): PortalOn[] {
	const started: TestPortal[] = [];
	let cluster: Promise<Cluster> | undefined;
	afterAll(async () => {
		for (const portal of started) await portal.close();
		await (await cluster)?.stop();
	});
	const start = async (env: Record<string, string>): Promise<TestPortal> => {
		// The rate limit is another suite's: here a hundred at once are the point.
		const portal = await startPortal({ env: { PORTAL_RATE_PER_MINUTE: '100000', ...env } });
		started.push(portal);
		return portal;
	};
	const embedded: PortalOn = { name: 'embedded', start: (env = {}) => start(env) };
	const bin = findPostgres();
	if (bin === null) {
		if (process.env.CI === 'true') throw new Error('no PostgreSQL: this suite must run over both databases in CI');
		console.warn('SKIPPED: everything over a real PostgreSQL server (install postgresql).');
		return [embedded];
	}
	const server: PortalOn = {
		name: 'PostgreSQL',
		start: async (env = {}) => {
			cluster ??= startPostgres(bin, { durable: false });
			return start({ DATABASE_URL: await newDatabase(await cluster), ...env });
		},
	};
	return [embedded, server];
}

/** Makes an empty database; gives its connection string. */
export async function newDatabase(cluster: Cluster): Promise<string> {
	const name = `portal_${randomUUID().replaceAll('-', '')}`;
	const client = new pg.Client({ connectionString: cluster.url('postgres') });
	await client.connect();
	await client.query(`CREATE DATABASE ${name}`);
	await client.end();
	// `?host=` names the socket's folder and wins over the host, without which it is no URL to WHATWG's eyes.
	return cluster.url(name).replace('@/', '@localhost/');
}

export interface Told {
	/** `ok`, or the code of the refusal. */
	readonly code: string;
	readonly status: number;
	readonly detail: string;
	readonly executionId: string | undefined;
	readonly answer: Executed | null;
}

/** Executes as a caller would be answered. */
export async function tellOf(deps: Deps, caller: Caller, body: object): Promise<Told> {
	const result = await execute(deps, caller, bytes(body));
	if (result.ok) {
		const { executionId } = result.value;
		return { code: 'ok', status: 200, detail: '', executionId, answer: result.value };
	}
	const { code, detail, extra } = result.error;
	const id = extra?.executionId;
	return {
		code,
		status: refusals[code].status,
		detail,
		executionId: typeof id === 'string' ? id : undefined,
		answer: null,
	};
}

/** A write with the argsSha that the portal gives it. */
export async function approved(
	deps: Deps,
	caller: Caller,
	args: Record<string, unknown>,
	tool = 'issue_write',
): Promise<{ provider: string; tool: string; args: Record<string, unknown>; argsSha: string }> {
	const request = { provider: 'github', tool, args };
	const proposal = await propose(deps, caller, bytes(request));
	if (!proposal.ok) throw new Error(`${proposal.error.code}: ${proposal.error.detail}`);
	return { ...request, argsSha: proposal.value.argsSha };
}

export function bytes(value: unknown): Uint8Array {
	return new TextEncoder().encode(JSON.stringify(value));
}

export interface Row {
	readonly seq: number;
	readonly action: string;
	readonly ok: boolean;
	readonly code?: string;
	readonly argsSha?: string;
	readonly executionId?: string;
	readonly reason?: string;
	readonly actor: { kind: string };
	readonly artifact?: { url: string };
	readonly detail?: Record<string, unknown>;
}

/** Every row of the tenant's log, oldest first, after the chain has been re-derived from its bytes. */
export async function rowsOf(deps: Deps, tenantId: string): Promise<Row[]> {
	const verdict = await verifyChain(deps, tenantId);
	if (!verdict.ok) throw new Error(`the chain is broken at ${verdict.firstBad?.seq}: ${verdict.firstBad?.reason}`);
	const rows: Row[] = [];
	for await (const batch of deps.store.scan(tenantId, verdict.size)) {
		rows.push(...batch.map(({ entry }) => JSON.parse(entry) as Row));
	}
	return rows;
}

export async function attemptsOf(deps: Deps, tenantId: string, argsSha: string): Promise<Row[]> {
	const rows = await rowsOf(deps, tenantId);
	return rows.filter((row) => row.argsSha === argsSha && row.action.startsWith('mcp.tool.'));
}

export async function verdictsOf(deps: Deps, tenantId: string, executionId: string): Promise<Row[]> {
	const rows = await rowsOf(deps, tenantId);
	return rows.filter((row) => row.executionId === executionId && row.action.startsWith('mcp.reconcile.'));
}

export async function mustFind(deps: Deps, tenantId: string, argsSha: string): Promise<Execution> {
	const execution = await latestExecution(deps.store, tenantId, argsSha);
	if (execution === null) throw new Error('there is no execution of these bytes');
	return execution;
}

/** What waits in the sandbox GitHub for `release()`; resolves once `count` writes are held there. */
export async function untilRequested(portal: TestPortal, count: number, path = '/issues'): Promise<void> {
	const { state } = portal.sandbox.github;
	const arrived = () => state.requests.filter((each) => each.method === 'POST' && each.path.endsWith(path)).length;
	while (arrived() < count) await new Promise((resolve) => setImmediate(resolve));
}
