import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newDatabase } from '#test/gateway/rig';
import { findPostgres, startPostgres } from '#test/support/postgres';
import { type PortalProcess, runToEnd, startPortalProcess } from './portal-process.ts';

const SECRET = 'a-secret-of-more-than-32-bytes-for-tests-only';

let dataDir: string;
let running: PortalProcess[];
beforeEach(() => {
	dataDir = mkdtempSync(join(tmpdir(), 'portal-start-'));
	running = [];
});
afterEach(async () => {
	for (const portal of running) portal.signal('SIGKILL');
	await Promise.all(running.map(({ ended }) => ended));
	rmSync(dataDir, { recursive: true, force: true });
});

async function start(env: Record<string, string> = {}): Promise<PortalProcess> {
	const portal = await startPortalProcess({ PORTAL_DATA_DIR: dataDir, ...env });
	running.push(portal);
	return portal;
}

function filesOf(directory: string): Record<string, string> {
	const names = readdirSync(directory).filter((name) => name.endsWith('.json'));
	return Object.fromEntries(names.map((name) => [name, readFileSync(join(directory, name), 'utf8')]));
}

describe('a second portal on the same data directory', { timeout: 90_000 }, () => {
	it('[one-opener] is refused with what to do and exit code 1, and leaves no trace; the first serves on', async () => {
		const first = await start();
		const before = filesOf(dataDir);
		expect(Object.keys(before)).toContain('sandbox-ports.json');
		const second = await runToEnd(['--sandbox'], { PORTAL_DATA_DIR: dataDir });
		expect(second.code).toBe(1);
		expect(second.stderr).toMatch(/Another portal process has the database .* open.*PORTAL_DATA_DIR.*DATABASE_URL/);
		// The first one's links and issues are in these files: whoever may not open the database may not touch them.
		expect(filesOf(dataDir)).toEqual(before);
		expect((await fetch(`${first.origin}/readyz`)).status).toBe(200);
		first.signal('SIGTERM');
		expect(await first.ended).toBe(0);
		// The directory is free again.
		await start();
	});
});

describe('a start that cannot be', { timeout: 90_000 }, () => {
	it('on a port that is taken says so, and another one to try', async () => {
		const other = createServer();
		await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
		const address = other.address();
		const port = typeof address === 'object' ? String(address?.port) : '';
		const ended = await runToEnd(['--sandbox'], { PORTAL_DATA_DIR: dataDir, PORT: port });
		other.close();
		expect(ended.code).toBe(1);
		expect(ended.stderr).toContain(`Port ${port} is taken`);
		expect(ended.stderr).toContain(`PORT=${Number(port) + 10} npm start`);
	});

	it('[secret-stays] with wrong settings names every one of them, and the value of none that is secret', async () => {
		const ended = await runToEnd([], {
			PORT: 'http',
			PORTAL_SECRET: 'too-short-secret',
			DATABASE_URL: 'mysql://portal:pa55word@db/portal',
			PORTAL_URL: 'https://portal.example.test/path',
		});
		expect(ended.code).toBe(1);
		for (const name of ['PORT', 'PORTAL_SECRET', 'DATABASE_URL', 'PORTAL_URL']) expect(ended.stderr).toContain(name);
		expect(ended.stdout + ended.stderr).not.toMatch(/too-short-secret|pa55word/);
		expect(ended.stderr).not.toMatch(/\n\s+at /);
	});

	it('in production without settings names those that are required', async () => {
		const ended = await runToEnd([], {});
		expect(ended.code).toBe(1);
		for (const name of ['PORTAL_SECRET', 'DATABASE_URL', 'PORTAL_URL']) expect(ended.stderr).toContain(name);
	});

	it('[secret-stays] on a database that cannot be reached says so without its password', async () => {
		const url = 'postgres://portal:pa55word@127.0.0.1:1/portal';
		const ended = await runToEnd(['--sandbox'], { PORTAL_DATA_DIR: dataDir, DATABASE_URL: url });
		expect(ended.code).toBe(1);
		expect(ended.stderr).toMatch(/database cannot be reached/);
		expect(ended.stdout + ended.stderr).not.toContain('pa55word');
		expect(ended.stderr).not.toMatch(/\n\s+at /);
	});
});

const bin = findPostgres();
if (bin === null && process.env.CI === 'true') throw new Error('no PostgreSQL: this suite needs it in CI');

describe.runIf(bin !== null)('sandbox and production', { timeout: 120_000 }, () => {
	it('[modes-apart] neither starts on the other’s database, and each still does on its own', async () => {
		const cluster = await startPostgres(bin ?? '', { durable: false });
		try {
			const production = { PORTAL_URL: 'http://portal.example.test', PORTAL_SECRET: SECRET, PORTAL_DATA_DIR: dataDir };
			const ofSandbox = await newDatabase(cluster);
			const sandbox = await start({ DATABASE_URL: ofSandbox });
			sandbox.signal('SIGTERM');
			expect(await sandbox.ended).toBe(0);
			const refused = await runToEnd([], { ...production, DATABASE_URL: ofSandbox });
			expect(refused.code).toBe(1);
			expect(refused.stderr).toMatch(/belongs to a sandbox/);

			const ofProduction = await newDatabase(cluster);
			const port = await freePort();
			const served = startPortalProcess(
				{ ...production, DATABASE_URL: ofProduction, PORT: port, LOG_LEVEL: 'info' },
				[],
			);
			const portal = await served;
			running.push(portal);
			portal.signal('SIGTERM');
			expect(await portal.ended).toBe(0);
			const reverse = await runToEnd(['--sandbox'], { PORTAL_DATA_DIR: dataDir, DATABASE_URL: ofProduction });
			expect(reverse.code).toBe(1);
			expect(reverse.stderr).toMatch(/belongs to a production portal/);
			await start({ DATABASE_URL: ofSandbox });
		} finally {
			await cluster.stop();
		}
	});
});

async function freePort(): Promise<string> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	return typeof address === 'object' ? String(address?.port) : '';
}
