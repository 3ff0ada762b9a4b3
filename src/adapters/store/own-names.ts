import type { Database, Tx } from './database.ts';

/**
 * A transaction in which only PostgreSQL's own functions and operators are found. Whoever may create in `public` can put a
 * function there that fits the types of a call better than PostgreSQL's own, such as format(text, name): called by the
 * owner, it does what the owner may. Tables are named with their schema in here.
 */
export function withOwnNames<T>(database: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
	return database.transaction(async (tx) => {
		await tx.query('SET LOCAL search_path = pg_catalog, pg_temp');
		return work(tx);
	});
}
