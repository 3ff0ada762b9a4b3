import { realpathSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { err, ok, type Result } from '#core/result';
import type { Database, OpenFailure, Query } from './database.ts';
import { lockDirectory } from './directory-lock.ts';
import { safeInteger } from './safe-integer.ts';
import { tables } from './tables.ts';

interface Client {
	query<T>(text: string, params?: unknown[]): Promise<{ rows: T[] }>;
}

function queryOf(client: Client): Query {
	return async <Row>(text: string, params: readonly unknown[] = []) =>
		(await client.query<Row>(text, [...params])).rows;
}

/**
 * Opens the embedded database: PostgreSQL in this process. It survives `kill -9`, but does not fsync: a power cut may
 * lose the last commits. Production is PostgreSQL.
 */
export async function openPglite(dataDir: string): Promise<Result<Database, OpenFailure>> {
	if (dataDir === ':memory:') return ok(await boot('memory://', () => {}));
	await mkdir(dataDir, { recursive: true });
	// The real path, so that two spellings of one directory are one lock.
	const directory = realpathSync(resolve(dataDir));
	const lock = lockDirectory(directory);
	if (!lock.ok) {
		return err({
			code: 'locked',
			detail: `Another portal process has the database in ${dataDir} open. Stop that process, or give this one a directory of its own (PORTAL_DATA_DIR), or use PostgreSQL (DATABASE_URL), which several processes can share.`,
		});
	}
	try {
		return ok(await boot(directory, lock.value.release));
	} catch (error) {
		lock.value.release();
		const why = error instanceof Error ? error.message : 'unknown error';
		return err({ code: 'unreadable', detail: `The embedded database in ${dataDir} does not open: ${why}` });
	}
}

/** Loaded only here: production has PostgreSQL, and its image need not carry an embedded one. */
async function boot(dataDir: string, release: () => void): Promise<Database> {
	const [{ PGlite, types }, { drizzle }] = await Promise.all([
		import('@electric-sql/pglite'),
		import('drizzle-orm/pglite'),
	]);
	const client = await PGlite.create({ dataDir, parsers: { [types.INT8]: safeInteger } });
	return {
		kind: 'pglite',
		db: drizzle(client, { schema: tables }),
		query: queryOf(client),
		transaction: (work) =>
			client.transaction((tx) =>
				work({
					// drizzle only ever calls `query` (and `transaction`, for savepoints, which nobody here asks for).
					db: drizzle(tx as unknown as PGlite, { schema: tables }),
					query: queryOf(tx),
				}),
			),
		close: async () => {
			try {
				await client.close();
			} finally {
				release();
			}
		},
	};
}
