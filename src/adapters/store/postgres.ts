import { setTimeout as delay } from 'node:timers/promises';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { err, ok, type Result } from '#core/result';
import type { Log } from '#gateway/ports/log';
import { type Database, isUnavailable, type OpenFailure, type Query } from './database.ts';
import { safeInteger } from './safe-integer.ts';
import { tables } from './tables.ts';

const FLOOR = 150_000;

/* How long a request can hang on the database: a connection, then an answer. The server's own limits come before ours, so
 * that in all but a stopped server it is the server that says what became of the statement. */
const CONNECT_MS = 5_000;
const CONNECT_AGAIN_MS = 100;
const LOCK_MS = 10_000;
const STATEMENT_MS = 15_000;
const ANSWER_MS = 17_000;
/** How long a process that ends waits for the server's goodbye. */
const CLOSE_MS = 3_000;

/** int8 as a number; every other type as the driver has it. Drizzle brings its own and is not affected. */
const customTypes: pg.CustomTypesConfig = {
	getTypeParser: (oid, format) => (oid === pg.types.builtins.INT8 ? safeInteger : pg.types.getTypeParser(oid, format)),
};

function configOf(text: string, params: readonly unknown[], name: string | undefined): pg.QueryConfig {
	const config = { text, values: [...params], types: customTypes };
	return name === undefined ? config : { ...config, name };
}

function queryOf(client: pg.PoolClient): Query {
	return async <Row extends Record<string, unknown>>(text: string, params: readonly unknown[] = [], name?: string) =>
		(await client.query<Row>(configOf(text, params, name))).rows;
}

/**
 * One statement on a connection of its own. The pool's `query` would throw the connection away with every error, also
 * where the server is well and only says no: to a name that is taken, to a change that has come too late.
 */
function queryOn(pool: pg.Pool): Query {
	return async <Row extends Record<string, unknown>>(text: string, params: readonly unknown[] = [], name?: string) => {
		const client = await connect(pool);
		let broken: Error | undefined;
		const note = (error: Error) => {
			broken = error;
		};
		client.on('error', note);
		try {
			return (await client.query<Row>(configOf(text, params, name))).rows;
		} catch (error) {
			if (!serverSaysNo(error)) note(asError(error));
			throw error;
		} finally {
			client.off('error', note);
			client.release(broken);
		}
	};
}

/**
 * A connection, within a bound. One that is refused is asked for again until then: nothing was sent, and a server that
 * restarts or has no slot free is often back in a moment, which spares a write that is under way an unknown outcome.
 */
async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
	const until = performance.now() + CONNECT_MS;
	for (;;) {
		try {
			return await pool.connect();
		} catch (error) {
			if (pool.ending || performance.now() + CONNECT_AGAIN_MS > until || !isUnavailable(error)) throw error;
			await delay(CONNECT_AGAIN_MS);
		}
	}
}

/** Whether the server itself has refused the statement, and the connection goes on (FATAL and PANIC end it). */
function serverSaysNo(error: unknown): boolean {
	return error instanceof pg.DatabaseError && error.severity === 'ERROR';
}

function asError(error: unknown): Error {
	return error instanceof Error ? error : new Error('a connection broke');
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
			connectionTimeoutMillis: CONNECT_MS,
			idleTimeoutMillis: 30_000,
			keepAlive: true,
			statement_timeout: STATEMENT_MS,
			lock_timeout: LOCK_MS,
			// A server that has stopped, or whose machine has gone, says nothing at all. What it had been sent it may still do
			// when it comes back: whoever asked must take this for “not known”.
			query_timeout: ANSWER_MS,
			idle_in_transaction_session_timeout: 30_000,
			application_name: 'sarc-portal',
		});
	} catch {
		return err({ code: 'unreachable', detail: 'This is not a PostgreSQL connection string.' });
	}
	// A restart of PostgreSQL breaks idle connections. Without a listener that would end the process; the pool has
	// already dropped them and opens new ones when asked.
	pool.on('error', (error) => log?.warn({ code: codeOf(error) }, 'an idle database connection broke'));
	// Between the pool and whoever has awaited a connection it is nobody's for a moment, and may break just then. Its next
	// statement says so.
	pool.on('connect', (client) => client.on('error', () => {}));
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
		query: queryOn(pool),
		transaction: async (work) => {
			const client = await connect(pool);
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
				// Behind a statement that was not answered a ROLLBACK would wait as long again. Cutting the connection undoes it.
				if (isUnavailable(error) && !serverSaysNo(error)) note(asError(error));
				else await client.query('ROLLBACK').catch(note);
				throw cause;
			} finally {
				client.off('error', note);
				// A connection that could not even roll back is thrown away: it may hold locks.
				client.release(broken);
			}
		},
		// A server that has stopped never says goodbye, and the process is to end all the same.
		close: () => Promise.race([pool.end(), delay(CLOSE_MS, undefined, { ref: false })]),
	};
}
