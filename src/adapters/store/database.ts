import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { Result } from '#core/result';
import type { Log } from '#gateway/ports/log';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';
import type { tables } from './tables.ts';

/** A drizzle handle, the same type on both drivers: what better-auth's `drizzleAdapter` is given. */
export type Drizzle = PgDatabase<PgQueryResultHKT, typeof tables>;

/**
 * Runs SQL and gives its rows, the same shape on both drivers: int8 as number (throws past 2^53), timestamptz as Date,
 * text[] as string[], bytea as Uint8Array. A `name` has PostgreSQL keep the plan: give one to a hot, constant text.
 */
export type Query = <Row extends Record<string, unknown>>(
	text: string,
	params?: readonly unknown[],
	name?: string,
) => Promise<Row[]>;

/** Inside a transaction. Use only this in there: the outer handle waits for itself (PGlite has a single connection). */
export interface Tx {
	readonly db: Drizzle;
	readonly query: Query;
}

export interface Database extends Tx {
	readonly kind: 'pglite' | 'postgres';
	/** READ COMMITTED; commits when `work` resolves, rolls back when it throws. */
	transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
	close(): Promise<void>;
}

export interface OpenFailure {
	/** locked: another process has the embedded directory. unsupported: the server is older than PostgreSQL 15. */
	readonly code: 'locked' | 'unreachable' | 'unsupported' | 'unreadable';
	/** For the person who starts the portal: what is wrong and what to do. Holds no password. */
	readonly detail: string;
}

export interface DatabaseOptions {
	/** PostgreSQL's connection string; without one, the embedded PGlite opens `dataDir`. */
	readonly databaseUrl?: string;
	/** A directory for the embedded database, or `:memory:`. */
	readonly dataDir?: string;
	/** Connections of this process to PostgreSQL (20). */
	readonly poolSize?: number;
	readonly log?: Log;
}

/** Opens PostgreSQL or the embedded database. Applies no migration: see `migrate`. */
export async function openDatabase(options: DatabaseOptions): Promise<Result<Database, OpenFailure>> {
	if (options.databaseUrl !== undefined && options.databaseUrl !== '') {
		return openPostgres(options.databaseUrl, options.poolSize ?? 20, options.log);
	}
	// Never in memory by default: a forgotten setting must not look like a portal that works.
	if (options.dataDir === undefined) throw new Error('neither databaseUrl nor dataDir given');
	return openPglite(options.dataDir);
}

/** PostgreSQL's code of an error (https://www.postgresql.org/docs/15/errcodes-appendix.html), also under drizzle's wrapping. */
export function sqlState(error: unknown): string | null {
	for (let at = error; at instanceof Error; at = at.cause) {
		if ('code' in at && typeof at.code === 'string') return at.code;
	}
	return null;
}

const systemCalls = new Set([
	...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT'],
	...['ENOENT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL'],
]);

/**
 * What PostgreSQL says when it cannot serve now, whatever the statement: 08 connection; 28, 3D000 it does not let us in;
 * 53 out of connections, memory or disk; 57P0x shutdown or restart; 58 its own disk or files; 57014, 55P03, 25P03 too slow;
 * 25006 a standby, after a failover; 55000, 55006 the database is closed to everybody, or in somebody's hands.
 */
const CANNOT_SERVE = /^(?:(?:08|28|53|58)...|57P0.|3D000|57014|55P03|25P03|25006|55000|55006)$/;

/** The drivers give these no code. */
const NO_ANSWER =
	/timeout exceeded when trying to connect|timeout expired|Query read timeout|Connection terminated|not queryable|after calling end on the pool|PGlite is clos(?:ed|ing)/;

/** Whether the database did not answer (as opposed to: it answered that the statement is wrong). */
export function isUnavailable(error: unknown): boolean {
	const code = sqlState(error);
	if (code !== null) return systemCalls.has(code) || CANNOT_SERVE.test(code);
	for (let at = error; at instanceof Error; at = at.cause) {
		if (NO_ANSWER.test(at.message)) return true;
		// The embedded database has crashed: it answers nothing any more, until the process is started again.
		if (at instanceof WebAssembly.RuntimeError) return true;
		if (at instanceof AggregateError && at.errors.some(isUnavailable)) return true;
	}
	return false;
}
