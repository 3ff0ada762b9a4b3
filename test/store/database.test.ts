import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '#adapters/store/database';
import { migrate, schemaState } from '#adapters/store/migrate';
import { stamp } from '#adapters/store/stamp';
import { tables } from '#adapters/store/tables';
import { testDatabases } from '#test/support/database';

describe.each(testDatabases())('a database handle on $name', ({ open }) => {
	let database: Database;
	beforeAll(async () => {
		database = await open();
	});

	it('gives the same JavaScript values for the same SQL', async () => {
		const [row] = await database.query<Record<string, unknown>>(
			`SELECT 42::int8 AS big, ARRAY['a','b'] AS list, '2026-11-23T02:00:00.123456Z'::timestamptz AS at,
			decode('00ff', 'hex') AS bytes, true AS yes, NULL AS nothing, $1::text[] AS given`,
			[['x', 'y"z']],
		);
		expect(row).toMatchObject({ big: 42, list: ['a', 'b'], yes: true, nothing: null, given: ['x', 'y"z'] });
		expect(row?.at).toEqual(new Date('2026-11-23T02:00:00.123Z'));
		expect(Buffer.from((row?.bytes ?? []) as Uint8Array).toString('hex')).toBe('00ff');
	});

	it('undoes everything of a transaction that throws, by SQL and by drizzle alike', async () => {
		const failing = database.transaction(async ({ db, query }) => {
			await db.insert(tables.user).values({ id: 'u1', name: 'Ada', email: 'ada@example.test' });
			await query("UPDATE flag_setting SET enabled = false WHERE flag = 'mcp.gateway'");
			throw new Error('stop');
		});
		await expect(failing).rejects.toThrow('stop');
		expect(await database.db.select().from(tables.user).where(eq(tables.user.id, 'u1'))).toEqual([]);
		expect(await database.query("SELECT enabled FROM flag_setting WHERE flag = 'mcp.gateway'")).toEqual([
			{ enabled: true },
		]);
	});

	it('keeps a transaction that returns', async () => {
		const created = await database.transaction(async ({ db }) => {
			await db.insert(tables.user).values({ id: 'u2', name: 'Ada', email: 'ben@example.test' });
			return 'done';
		});
		expect(created).toBe('done');
		expect(await database.db.select({ id: tables.user.id }).from(tables.user).where(eq(tables.user.id, 'u2'))).toEqual([
			{ id: 'u2' },
		]);
	});

	it('applies migrations once, however many starts there are at the same time', async () => {
		await Promise.all([migrate(database), migrate(database), migrate(database)]);
		// Twice would have failed on the tables that are there.
		expect(await schemaState(database)).toEqual({ missing: [], unknown: 0 });
	});

	it('refuses a production start on a sandbox’s database, and the reverse, and says what to do', async () => {
		for (const [first, second] of [
			['sandbox', 'production'],
			['production', 'sandbox'],
		] as const) {
			const fresh = first === 'sandbox' ? database : await open();
			const stamped = await stamp(fresh, first);
			expect(stamped).toMatchObject({ ok: true, value: { mode: first } });
			expect(await stamp(fresh, first)).toEqual(stamped);
			expect(await stamp(fresh, second)).toMatchObject({
				ok: false,
				error: { detail: expect.stringMatching(/DATABASE_URL/) },
			});
		}
	});
});
