import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll } from 'vitest';
import { type Database, openDatabase } from '#adapters/store/database';
import { migrate } from '#adapters/store/migrate';
import { type Cluster, findPostgres, startPostgres } from './postgres.ts';

export interface TestDatabase {
	readonly name: string;
	/** A fresh, migrated database. Closed after the file's tests, if they did not close it. */
	open(): Promise<Database>;
}

/**
 * The databases that every suite about state runs over: the embedded one and a real PostgreSQL, one throw-away cluster
 * per test file. Call it at the top of a test file. Without PostgreSQL's binaries that half is skipped, loudly; with
 * CI=true it fails instead, so that nobody mistakes half a suite for a green one.
 */
export function testDatabases(): TestDatabase[] {
	const opened: Database[] = [];
	const keep = (database: Database): Database => {
		opened.push(database);
		return database;
	};
	let cluster: Promise<Cluster> | undefined;
	afterAll(async () => {
		await Promise.all(opened.map((database) => database.close().catch(() => {})));
		await (await cluster)?.stop();
	});

	const embedded: TestDatabase = {
		name: 'PGlite',
		open: async () => {
			const database = keep(await mustOpen({ dataDir: ':memory:' }));
			await migrate(database);
			return database;
		},
	};
	const bin = findPostgres();
	if (bin === null) {
		const what = 'no PostgreSQL binaries under /usr/lib/postgresql/*/bin';
		if (process.env.CI === 'true') throw new Error(`${what}: the suite must run over both databases in CI`);
		console.warn(`SKIPPED: everything over a real PostgreSQL server (${what}; install postgresql).`);
		return [embedded];
	}
	const server: TestDatabase = {
		name: 'PostgreSQL',
		open: async () => {
			cluster ??= withTemplate(bin);
			const running = await cluster;
			const name = `test_${randomUUID().replaceAll('-', '')}`;
			await administer(running, `CREATE DATABASE ${name} TEMPLATE portal`);
			const database = keep(await mustOpen({ databaseUrl: running.url(name) }));
			places.set(database, { url: running.url(name), keep });
			return database;
		},
	};
	return [embedded, server];
}

const places = new WeakMap<Database, { url: string; keep: (database: Database) => Database }>();

/** A second pool on the same PostgreSQL database, as another portal process (or role) has it. Null on the embedded one. */
export async function anotherPool(database: Database, role = 'postgres'): Promise<Database | null> {
	const place = places.get(database);
	if (place === undefined) return null;
	return place.keep(await mustOpen({ databaseUrl: place.url.replace('//postgres@', `//${role}@`) }));
}

async function withTemplate(bin: string): Promise<Cluster> {
	const cluster = await startPostgres(bin, { durable: false });
	await administer(cluster, 'CREATE DATABASE portal');
	const template = await mustOpen({ databaseUrl: cluster.url('portal') });
	await migrate(template);
	await template.close();
	return cluster;
}

async function administer(cluster: Cluster, sql: string): Promise<void> {
	const client = new pg.Client({ connectionString: cluster.url('postgres') });
	await client.connect();
	try {
		await client.query(sql);
	} finally {
		await client.end();
	}
}

async function mustOpen(options: { databaseUrl?: string; dataDir?: string }): Promise<Database> {
	const opened = await openDatabase(options);
	if (!opened.ok) throw new Error(opened.error.detail);
	return opened.value;
}
