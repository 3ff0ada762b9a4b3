import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, isUnavailable, openDatabase } from '#adapters/store/database';
import { migrate } from '#adapters/store/migrate';
import { type Cluster, findPostgres, startPostgres } from '#test/support/postgres';
import { benchOver, draft, verifyLog } from './fixture.ts';

const bin = findPostgres();

describe.runIf(bin !== null)('an outage of PostgreSQL', () => {
	let cluster: Cluster;
	let database: Database;
	beforeAll(async () => {
		cluster = await startPostgres(bin ?? '', { durable: true });
		const opened = await openDatabase({ databaseUrl: cluster.url('postgres') });
		if (!opened.ok) throw new Error(opened.error.detail);
		database = opened.value;
		await migrate(database);
	});
	afterAll(async () => {
		await database.close();
		await cluster.stop();
	});

	it('does not end the process; afterwards the log goes on where it was', async () => {
		const { store } = benchOver(database);
		await Promise.all(Array.from({ length: 10 }, () => store.append('log', draft())));
		await cluster.restart();
		// The connections of before are dead: the pool may find out with the first statements, never with a crash.
		const append = () => store.append('log', draft()).catch((error: unknown) => (isUnavailable(error) ? null : error));
		let after: unknown = null;
		for (let turn = 0; turn < 30 && after === null; turn++) after = await append();
		expect(after).toMatchObject({ seq: expect.any(Number) });
		expect(await verifyLog(store, 'log')).toMatchObject({ ok: true });
	});

	it('in the middle of a transaction undoes it and is told apart from a wrong statement', async () => {
		const { store } = benchOver(database);
		const { size } = await store.head('log');
		const cut = database.transaction(async ({ query }) => {
			await query('CREATE TABLE half (n int)');
			await cluster.restart();
			await query('SELECT 1');
		});
		const error: unknown = await cut.catch((cause: unknown) => cause);
		expect(isUnavailable(error)).toBe(true);
		const wrong: unknown = await untilAnswered(() => database.query('SELECT * FROM half'));
		expect(isUnavailable(wrong)).toBe(false);
		expect((await store.head('log')).size).toBe(size);
	});

	it('at the start is said in one sentence, without the password', async () => {
		const url = 'postgres://portal:s3cret-pw@127.0.0.1:1/portal';
		const opened = await openDatabase({ databaseUrl: url });
		expect(opened).toMatchObject({
			ok: false,
			error: { code: 'unreachable', detail: expect.stringMatching(/ECONNREFUSED/) },
		});
		expect(JSON.stringify(opened)).not.toContain('s3cret-pw');
		const odd = await openDatabase({ databaseUrl: 'postgres://portal:s3cret-pw@host:port:x/' });
		expect(odd).toMatchObject({ ok: false, error: { code: 'unreachable' } });
		expect(JSON.stringify(odd)).not.toContain('s3cret-pw');
	});
});

async function untilAnswered(ask: () => Promise<unknown>): Promise<unknown> {
	for (let turn = 0; ; turn++) {
		try {
			return await ask();
		} catch (error) {
			if (turn > 30 || !isUnavailable(error)) return error;
		}
	}
}
