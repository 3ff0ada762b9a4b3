import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findPostgres } from '#test/support/postgres';

const bin = findPostgres();
if (bin === null && process.env.CI === 'true')
	throw new Error('no PostgreSQL binaries under /usr/lib/postgresql/*/bin');

/** Answers each SIGINT with what PostgreSQL says after it. */
const HARNESS = `
	import pg from 'pg';
	import { findPostgres, startPostgres } from '#test/support/postgres';
	const cluster = await startPostgres(findPostgres(), { durable: false });
	const client = new pg.Client({ connectionString: cluster.url('postgres') });
	client.on('error', () => {});
	await client.connect();
	process.on('SIGINT', async () => {
		const said = await client.query('SELECT pg_sleep(0.3)').then(() => 'still there', (cause) => cause.message);
		console.log(said);
	});
	setInterval(() => {}, 1000);
	console.log(cluster.url('postgres').split('host=')[1]);
`;

describe.skipIf(bin === null)('a PostgreSQL of the tests', () => {
	it('outlives a Ctrl-C that its process decides to outlive, and ends with that process, folder and all, on kill -9', async () => {
		// A process group of its own, as a terminal makes one.
		const child = spawn(process.execPath, ['--input-type=module', '-e', HARNESS], {
			detached: true,
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		const lines = child.stdout.setEncoding('utf8')[Symbol.asyncIterator]();
		const next = async () => String((await lines.next()).value).trim();
		try {
			const folder = decodeURIComponent(await next());
			expect(readdirSync(folder)).toContain('data');
			process.kill(-(child.pid ?? 0), 'SIGINT');
			expect(await next()).toBe('still there');

			child.kill('SIGKILL');
			await expect.poll(() => existsSync(folder), { timeout: 20_000 }).toBe(false);
		} finally {
			child.kill('SIGKILL');
		}
	});
});
