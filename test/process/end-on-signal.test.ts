import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { migrateAsOwner } from '#adapters/store/open-serving';
import { newDatabase } from '#test/gateway/rig';
import { type Cluster, findPostgres, startPostgres } from '#test/support/postgres';

const bin = findPostgres();
if (bin === null && process.env.CI === 'true') throw new Error('no PostgreSQL: this suite needs it in CI');
let cluster: Cluster | undefined;
afterAll(() => cluster?.stop());

const ROOT = join(import.meta.dirname, '../..');

describe.runIf(bin !== null)('a command that is told to end', { timeout: 60_000 }, () => {
	// With a code, not by the signal: as the first process of a container it would outlive the signal's default.
	it.each([
		['migrate', ['migrate'], 'SELECT pg_advisory_xact_lock(7272001)', 'SIGTERM', 143],
		['keys', ['keys', 'status'], 'LOCK TABLE credential', 'SIGTERM', 143],
		['keys', ['keys', 'status'], 'LOCK TABLE credential', 'SIGINT', 130],
	] as const)(
		'[drains] portal %s (%j) behind “%s” ends at once on %s with %i',
		async (name, args, lock, signal, code) => {
			cluster ??= await startPostgres(bin ?? '', { durable: false });
			const DATABASE_URL = (await newDatabase(cluster)).replace('//postgres@/', '//postgres@localhost/');
			if (name === 'keys') await migrateAsOwner({ databaseUrl: DATABASE_URL, migrationUrl: null, dataDir: '/nowhere' });
			const holder = new pg.Client({ connectionString: DATABASE_URL });
			await holder.connect();
			await holder.query('BEGIN');
			await holder.query(lock);
			const { PATH = '', HOME = '' } = process.env;
			const child = spawn(process.execPath, ['src/cli/main.ts', ...args], {
				cwd: ROOT,
				env: { PATH, HOME, NODE_ENV: 'production', DATABASE_URL, PORTAL_SECRET: 'x'.repeat(40) },
				stdio: 'ignore',
			});
			try {
				const ended = new Promise((resolve) => child.once('close', (exit, by) => resolve(exit ?? by)));
				await waits(holder, child);
				child.kill(signal);
				expect(await ended).toBe(code);
			} finally {
				child.kill('SIGKILL');
				await holder.query('ROLLBACK');
			}
			const { rows } = await holder.query("SELECT to_regclass('public.tenant') IS NULL AS nothing");
			expect(rows).toEqual([{ nothing: name === 'migrate' }]);
			await holder.end();
		},
	);
});

/** Until the command stands before the lock. */
async function waits(holder: pg.Client, child: ChildProcess): Promise<void> {
	const deadline = Date.now() + 30_000;
	for (;;) {
		const { rows } = await holder.query(
			`SELECT 1 FROM pg_locks WHERE NOT granted AND pid IN
				(SELECT pid FROM pg_stat_activity WHERE datname = current_database())`,
		);
		if (rows.length > 0) return;
		if (Date.now() > deadline || child.exitCode !== null) throw new Error('the command did not wait for the lock');
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}
