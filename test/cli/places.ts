import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type Database, openDatabase } from '#adapters/store/database';
import { newDatabase } from '#test/gateway/rig';
import { type Cluster, findPostgres, startPostgres } from '#test/support/postgres';

/** Where a command finds a database, as its environment says it, and the way to the same one for a test. */
export interface Place {
	readonly env: Record<string, string>;
	open(): Promise<Database>;
}

/** A data directory and a PostgreSQL database: both empty, each time anew. Gone after the file's tests. */
export function places(): { name: string; make(): Promise<Place> }[] {
	const folders: string[] = [];
	let cluster: Promise<Cluster> | undefined;
	afterAll(async () => {
		await (await cluster)?.stop();
		for (const folder of folders) rmSync(folder, { recursive: true, force: true });
	});
	const embedded = async (): Promise<Place> => {
		const dataDir = mkdtempSync(join(tmpdir(), 'portal-cli-'));
		folders.push(dataDir);
		return { env: { PORTAL_DATA_DIR: dataDir }, open: () => mustOpen({ dataDir: join(dataDir, 'database') }) };
	};
	const bin = findPostgres();
	if (bin === null) {
		if (process.env.CI === 'true') throw new Error('no PostgreSQL: this suite must run over both databases in CI');
		console.warn('SKIPPED: everything over a real PostgreSQL server (install postgresql).');
		return [{ name: 'the embedded database', make: embedded }];
	}
	const server = async (): Promise<Place> => {
		cluster ??= startPostgres(bin, { durable: false });
		const databaseUrl = await newDatabase(await cluster);
		return {
			env: { DATABASE_URL: databaseUrl, PORTAL_DATA_DIR: '/nowhere' },
			open: () => mustOpen({ databaseUrl }),
		};
	};
	return [
		{ name: 'the embedded database', make: embedded },
		{ name: 'PostgreSQL', make: server },
	];
}

async function mustOpen(where: { dataDir?: string; databaseUrl?: string }): Promise<Database> {
	const opened = await openDatabase(where);
	if (!opened.ok) throw new Error(opened.error.detail);
	return opened.value;
}
