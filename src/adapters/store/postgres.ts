import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { err, ok, type Result } from '#core/result';
import type { Log } from '#gateway/ports';
import type { Database, OpenFailure, Query } from './database.ts';
import { safeInteger } from './safe-integer.ts';
import { tables } from './tables.ts';

const FLOOR = 150_000;

/** int8 as a number; every other type as the driver has it. Drizzle brings its own and is not affected. */
const customTypes: pg.CustomTypesConfig = {
	getTypeParser: (oid, format) => (oid === pg.types.builtins.INT8 ? safeInteger : pg.types.getTypeParser(oid, format)),
};

function queryOf(client: pg.Pool | pg.PoolClient): Query {
	return async <Row extends Record<string, unknown>>(text: string, params: readonly unknown[] = [], name?: string) => {
		const config = { text, values: [...params], types: customTypes };
		return (await client.query<Row>(name === undefined ? config : { ...config, name })).rows;
	};
}

/**
 * Opens a pool on PostgreSQL 15 or later and asks it one question. Statements and idle transactions are bounded, so that
 * a stuck peer cannot hold the audit head for ever.
 */
export async function openPostgres(url: string, size: number, log?: Log): Promise<Result<Database, OpenFailure>> {
	let pool: pg.Pool;
	try {
		pool = new pg.Pool({
			connectionString: url,
			max: size,
			connectionTimeoutMillis: 5_000,
			idleTimeoutMillis: 30_000,
			keepAlive: true,
			statement_timeout: 15_000,
			lock_timeout: 10_000,
			idle_in_transaction_session_timeout: 30_000,
			application_name: 'sarc-portal',
		});
	} catch {
		return err({ code: 'unreachable', detail: 'This is not a PostgreSQL connection string.' });
	}
	// A restart of PostgreSQL breaks idle connections. Without a listener that would end the process; the pool has
	// already dropped them and opens new ones when asked.
	pool.on('error', (error) => log?.warn({ code: codeOf(error) }, 'an idle database connection broke'));
	try {
		const { rows } = await pool.query<{ server_version_num: string }>('SHOW server_version_num');
		const version = Number(rows[0]?.server_version_num ?? 0);
		if (version < FLOOR) {
			await pool.end();
			return err({ code: 'unsupported', detail: `PostgreSQL 15 or later is needed; the server is ${version}.` });
		}
	} catch (error) {
		await pool.end();
		// The driver's sentence names host, user or database, never the password.
		const why = error instanceof Error ? error.message : 'unknown error';
		return err({ code: 'unreachable', detail: `The database cannot be reached: ${why || codeOf(error)}` });
	}
	return ok(handle(pool));
}

/** The role that a connection string stands for, as the driver reads it; null when it is none. */
export function roleOf(url: string): string | null {
	try {
		return new pg.Client({ connectionString: url }).user ?? null;
	} catch {
		return null;
	}
}

function codeOf(error: unknown): string {
	return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

function handle(pool: pg.Pool): Database {
	return {
		kind: 'postgres',
		db: drizzle(pool, { schema: tables }),
		query: queryOf(pool),
		transaction: async (work) => {
			const client = await pool.connect();
			let broken: Error | undefined;
			// A connection that breaks between two statements has nobody waiting on it: the next statement reports it.
			const note = (error: Error) => {
				broken = error;
			};
			client.on('error', note);
			try {
				await client.query('BEGIN');
				const result = await work({ db: drizzle(client, { schema: tables }), query: queryOf(client) });
				await client.query('COMMIT');
				return result;
			} catch (error) {
				// Of a connection that broke, the first word is the true one; the statement after it only says “not queryable”.
				const cause = broken ?? error;
				await client.query('ROLLBACK').catch(note);
				throw cause;
			} finally {
				client.off('error', note);
				// A connection that could not even roll back is thrown away: it may hold locks.
				client.release(broken);
			}
		},
		close: () => pool.end(),
	};
}
