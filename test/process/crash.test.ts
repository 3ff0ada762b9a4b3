import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HoldingProxy, startHoldingProxy } from './holding-proxy.ts';
import { type HttpClient, type PortalProcess, signIn, startPortalProcess } from './portal-process.ts';

let dataDir: string;
let proxy: HoldingProxy;
let running: PortalProcess[];
beforeEach(async () => {
	dataDir = mkdtempSync(join(tmpdir(), 'portal-crash-'));
	proxy = await startHoldingProxy();
	running = [];
});
afterEach(async () => {
	for (const portal of running) portal.signal('SIGKILL');
	await Promise.all(running.map(({ ended }) => ended));
	await proxy.close();
	rmSync(dataDir, { recursive: true, force: true });
});

async function start(): Promise<PortalProcess> {
	const portal = await startPortalProcess({
		PORTAL_DATA_DIR: dataDir,
		NODE_USE_ENV_PROXY: '1',
		HTTP_PROXY: proxy.url,
	});
	running.push(portal);
	return portal;
}

async function approve(client: HttpClient, title: string): Promise<Record<string, unknown> & { argsSha: string }> {
	const args = { method: 'create', owner: 'acme', repo: 'payments-api', title, body: 'A body.' };
	const request = { provider: 'github', tool: 'issue_write', args };
	const proposed = await client.send('POST', '/api/mcp/propose?tenant=demo', request);
	expect(proposed.status).toBe(200);
	return { ...request, argsSha: proposed.body.argsSha };
}

function execute(client: HttpClient, body: object) {
	return client.send('POST', '/api/mcp/execute?tenant=demo', body);
}

/** Titles of the issues that the sandbox GitHub has on disk: what it had answered, or was about to. */
function issuesOnDisk(): string[] {
	const { repositories } = JSON.parse(readFileSync(join(dataDir, 'sandbox-github.json'), 'utf8')) as {
		repositories: { name: string; issues: { title: string }[] }[];
	};
	return repositories.flatMap(({ issues }) => issues.map(({ title }) => title));
}

interface Row {
	readonly seq: number;
	readonly action: string;
	readonly ok: boolean;
	readonly code?: string;
	readonly argsSha?: string;
	readonly executionId?: string;
	readonly actor: { kind: string };
}

async function rowsOf(client: HttpClient): Promise<Row[]> {
	const verified = await client.send('POST', '/api/audit/verify-chain?tenant=demo', {});
	expect(verified).toMatchObject({ status: 200, body: { ok: true } });
	const page = await client.send('GET', '/api/audit?tenant=demo&limit=100');
	expect(page.body.next).toBeNull();
	return page.body.entries.map(({ entry }: { entry: string }) => JSON.parse(entry));
}

/** Asks until the reconciler's looks have brought what is waited for; its first look comes with the start. */
async function untilState(
	client: HttpClient,
	argsSha: string,
	state: string,
): Promise<{ id: string; auditSeq: number }> {
	for (;;) {
		const { body } = await client.send('GET', '/api/mcp/executions?tenant=demo');
		const found = body.executions.find((each: { argsSha: string }) => each.argsSha === argsSha);
		if (found?.state === state) return found;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

describe('[once, one-row, unknown-not-failed] kill -9 in the middle of an execute', { timeout: 90_000 }, () => {
	it('after the write landed: the next start writes the row that was owed and finds the one issue', async () => {
		const first = await start();
		const client = await signIn(first.origin);
		const body = await approve(client, 'Killed after the write');
		proxy.hold('after the write');
		const lost = execute(client, body).catch((cause: unknown) => cause);
		await proxy.held(1);
		first.signal('SIGKILL');
		expect(await first.ended).toBe('SIGKILL');
		expect(await lost).toBeInstanceOf(Error);
		expect(issuesOnDisk().filter((title) => title === 'Killed after the write')).toHaveLength(1);

		const second = await start();
		const again = await signIn(second.origin);
		const execution = await untilState(again, body.argsSha, 'CONFIRMED');
		const rows = (await rowsOf(again)).filter(({ argsSha }) => argsSha === body.argsSha);
		expect(rows).toMatchObject([
			{
				action: 'mcp.tool.github.issue_write',
				ok: false,
				code: 'outcome_unknown',
				executionId: execution.id,
				seq: execution.auditSeq,
				actor: { kind: 'user' },
			},
			{ action: 'mcp.reconcile.github.issue_write', ok: true, executionId: execution.id, actor: { kind: 'system' } },
		]);
		// Whoever saw no answer and tries again is given that issue.
		expect(await execute(again, body)).toMatchObject({
			status: 200,
			body: { replayed: true, executionId: execution.id },
		});
		expect(issuesOnDisk().filter((title) => title === 'Killed after the write')).toHaveLength(1);
	});

	it('before GitHub saw it: the row is written, it stays unresolved, and no start ever sends it', async () => {
		const first = await start();
		const client = await signIn(first.origin);
		const body = await approve(client, 'Killed before the write');
		proxy.hold('before the write');
		const lost = execute(client, body).catch(() => {});
		await proxy.held(1);
		first.signal('SIGKILL');
		await Promise.all([first.ended, lost]);

		const second = await start();
		const again = await signIn(second.origin);
		const execution = await untilState(again, body.argsSha, 'INDETERMINATE');
		const rows = (await rowsOf(again)).filter(({ argsSha }) => argsSha === body.argsSha);
		expect(rows).toMatchObject([{ ok: false, code: 'outcome_unknown', executionId: execution.id }]);
		expect(await execute(again, body)).toMatchObject({ status: 409, body: { code: 'execution_unresolved' } });
		expect(issuesOnDisk()).not.toContain('Killed before the write');
	});

	it('with many under way: every one has one row, every one that landed is found, none is written twice', async () => {
		const first = await start();
		const client = await signIn(first.origin);
		const bodies = await Promise.all(Array.from({ length: 12 }, (_, i) => approve(client, `Many ${i}`)));
		proxy.hold('after the write', 5);
		proxy.hold('before the write', 5);
		// The two that are held nowhere may be anywhere between reservation and answer when it dies.
		const answers = Promise.allSettled(bodies.map((body) => execute(client, body)));
		await proxy.held(10);
		first.signal('SIGKILL');
		await Promise.all([first.ended, answers]);
		const landed = issuesOnDisk().filter((title) => title.startsWith('Many '));
		expect(new Set(landed).size).toBe(landed.length);
		expect(landed.length).toBeGreaterThanOrEqual(5);

		const second = await start();
		const again = await signIn(second.origin);
		for (const [i, body] of bodies.entries()) {
			await untilState(again, body.argsSha, landed.includes(`Many ${i}`) ? 'CONFIRMED' : 'INDETERMINATE');
		}
		const rows = await rowsOf(again);
		for (const { argsSha } of bodies) {
			const attempts = rows.filter((row) => row.argsSha === argsSha && row.action.startsWith('mcp.tool.'));
			expect(attempts).toHaveLength(1);
		}
		expect(issuesOnDisk().filter((title) => title.startsWith('Many '))).toEqual(landed);
	});
});

describe('SIGTERM', { timeout: 90_000 }, () => {
	it('in the middle of an execute: it is finished and answered with 200, then the process exits 0', async () => {
		const portal = await start();
		const client = await signIn(portal.origin);
		const body = await approve(client, 'Finished before the stop');
		proxy.hold('before the write');
		const answer = execute(client, body);
		await proxy.held(1);
		portal.signal('SIGTERM');
		// New connections are refused from now on: the stop has begun.
		while (
			await fetch(`${portal.origin}/healthz`, { headers: { connection: 'close' } }).then(
				() => true,
				() => false,
			)
		) {}
		proxy.release();
		expect(await answer).toMatchObject({ status: 200, body: { ok: true, replayed: false } });
		expect(await portal.ended).toBe(0);

		const next = await start();
		const rows = await rowsOf(await signIn(next.origin));
		expect(rows.filter(({ argsSha }) => argsSha === body.argsSha)).toMatchObject([{ ok: true }]);
		expect(issuesOnDisk().filter((title) => title === 'Finished before the stop')).toHaveLength(1);
	});
});
