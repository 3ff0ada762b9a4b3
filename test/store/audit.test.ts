import { beforeAll, describe, expect, it } from 'vitest';
import { anotherPool, testDatabases } from '#test/support/database';
import { type Bench, benchOver, draft, newTenant, verifyLog } from './fixture.ts';

describe.each(testDatabases())('the audit log on $name', ({ open }) => {
	let bench: Bench;
	beforeAll(async () => {
		bench = benchOver(await open());
	});
	let count = 0;
	const newLog = () => `log-${++count}`;
	const atsOf = async (log: string): Promise<string[]> => {
		const ats: string[] = [];
		for await (const batch of bench.store.scan(log, 10_000)) {
			for (const { entry } of batch) ats.push((JSON.parse(entry) as { at: string }).at);
		}
		return ats;
	};

	it('of eight writers with stores of their own neither forks nor leaves a gap', async () => {
		const log = newLog();
		const stores = [bench.store];
		for (let i = 1; i < 8; i++) {
			// The first four in one process and pool, the others each in another, as far as the database can tell.
			const pool = i < 4 ? null : await anotherPool(bench.database);
			stores.push(benchOver(pool ?? bench.database).store);
		}
		const each = 25;
		const positions = await Promise.all(
			stores.flatMap((store, writer) =>
				Array.from({ length: each }, (_, i) => store.append(log, draft({ detail: { writer, i } }))),
			),
		);
		const seqs = positions.map(({ seq }) => seq).sort((a, b) => a - b);
		expect(seqs).toEqual(Array.from({ length: 8 * each }, (_, seq) => seq));
		expect(await verifyLog(bench.store, log)).toMatchObject({ ok: true, size: 8 * each });
		expect(new Set(positions.map(({ entryHash }) => entryHash)).size).toBe(8 * each);
	});

	it('has an `at` that strictly increases while the clock stands still and when it goes back', async () => {
		const log = newLog();
		const rival = benchOver(bench.database);
		bench.now = new Date('2026-11-24T10:00:00.500Z');
		rival.now = new Date('2026-11-24T09:59:00.000Z');
		await bench.store.append(log, draft());
		await bench.store.append(log, draft());
		await rival.store.append(log, draft());
		bench.now = new Date('2025-01-01T00:00:00.000Z');
		await bench.store.append(log, draft());
		bench.now = new Date('2026-11-24T10:00:01.000Z');
		await bench.store.append(log, draft());
		expect(await atsOf(log)).toEqual([
			'2026-11-24T10:00:00.500000Z',
			'2026-11-24T10:00:00.500001Z',
			'2026-11-24T10:00:00.500002Z',
			'2026-11-24T10:00:00.500003Z',
			'2026-11-24T10:00:01.000000Z',
		]);
		expect(await verifyLog(bench.store, log)).toMatchObject({ ok: true });
	});

	it('says each append in a log line with log, seq and hash', async () => {
		const log = newLog();
		const position = await bench.store.append(log, draft());
		expect(bench.lines.filter((line) => line.log === log)).toEqual([{ log, ...position }]);
	});

	it('appends nothing of an entry that cannot be built, and goes on with the next', async () => {
		const log = newLog();
		await bench.store.append(log, draft());
		await expect(bench.store.append(log, draft({ action: 'NOPE' }))).rejects.toThrow();
		await expect(bench.store.append(log, draft({ detail: { text: 'x'.repeat(70_000) } }))).rejects.toThrow();
		expect(await bench.store.append(log, draft())).toMatchObject({ seq: 1 });
		expect(await verifyLog(bench.store, log)).toMatchObject({ ok: true, size: 2 });
	});

	it('gives each of many appends at once its own answer, a failing one among them, and keeps every text to the byte', async () => {
		const log = newLog();
		const odd = ['"', '\\', '{a,b}', 'NULL', '', ' ', '\u2028', '😀', "it's", '\u0001', '\\u0041', 'a,b', '\n'];
		const results = await Promise.allSettled([
			...odd.map((text) => bench.store.append(log, draft({ detail: { text } }))),
			bench.store.append(log, draft({ action: 'NOPE' })),
			...odd.map((text) => bench.store.append(log, draft({ detail: { again: text } }))),
		]);
		expect(results.map(({ status }) => status).indexOf('rejected')).toBe(odd.length);
		const seqs = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.seq] : []));
		expect(seqs).toEqual(Array.from({ length: 2 * odd.length }, (_, seq) => seq));
		expect(await verifyLog(bench.store, log)).toMatchObject({ ok: true, size: 2 * odd.length });
		const { entries } = await bench.store.page({ log, limit: 100, order: 'asc' });
		expect(entries.slice(0, odd.length).map(({ entry }) => JSON.parse(entry).detail.text)).toEqual(odd);
		const lines = bench.lines.filter((line) => line.log === log);
		expect(lines).toEqual(entries.map(({ seq, entryHash }) => ({ log, seq, entryHash })));
	});

	it.each([
		"UPDATE audit_entry SET entry = 'x'",
		'UPDATE audit_entry SET ok = ok WHERE false',
		'DELETE FROM audit_entry WHERE seq = 0',
		'TRUNCATE audit_entry',
		'TRUNCATE audit_entry, audit_head CASCADE',
		'DELETE FROM audit_head',
		'TRUNCATE audit_head',
		'UPDATE audit_head SET size = size - 1',
		"UPDATE audit_head SET head = repeat('a', 64)",
		"UPDATE audit_head SET log = log || 'x'",
		"INSERT INTO audit_entry SELECT * FROM audit_entry ON CONFLICT (log, seq) DO UPDATE SET entry = 'x'",
	])('refuses %s, even from the owner of the tables', async (sql) => {
		const log = newLog();
		await bench.store.append(log, draft());
		await expect(bench.database.query(sql)).rejects.toThrow(/append-only/);
		await expect(
			bench.database.transaction(async ({ query }) => {
				await query("SET LOCAL session_replication_role = 'replica'");
				await query(sql);
			}),
		).rejects.toThrow(/append-only/);
		expect(await verifyLog(bench.store, log)).toMatchObject({ ok: true, size: 1 });
	});

	it('refuses to build on a head that was taken back behind its back', async () => {
		const log = newLog();
		for (let i = 0; i < 3; i++) await bench.store.append(log, draft());
		// What a careless restore does: the head is at 1 again, the entries are still there.
		await bench.database.query('ALTER TABLE audit_head DISABLE TRIGGER USER');
		await bench.database.query('UPDATE audit_head SET size = 1 WHERE log = $1', [log]);
		await bench.database.query('ALTER TABLE audit_head ENABLE ALWAYS TRIGGER audit_head_grows');
		await bench.database.query('ALTER TABLE audit_head ENABLE ALWAYS TRIGGER audit_head_stays');
		await expect(bench.store.append(log, draft())).rejects.toThrow();
		expect(await bench.database.query('SELECT seq FROM audit_entry WHERE log = $1 ORDER BY seq', [log])).toEqual([
			{ seq: 0 },
			{ seq: 1 },
			{ seq: 2 },
		]);
	});

	describe('pages', () => {
		const log = 'pages';
		beforeAll(async () => {
			const commit = 'c'.repeat(64);
			for (let i = 0; i < 9; i++) {
				bench.now = new Date(Date.UTC(2026, 0, 1, 0, 0, i));
				const id = i % 2 === 0 ? 'ada' : 'ben';
				await bench.store.append(
					log,
					draft({
						action: i % 3 === 0 ? 'flag.set' : 'token.created',
						ok: i !== 4,
						actor: i === 8 ? { kind: 'system' } : { kind: 'user', id, commit, role: 'ADMIN' },
					}),
				);
			}
		});
		const page = async (query: Partial<Parameters<Bench['store']['page']>[0]>) => {
			const { entries, more, head } = await bench.store.page({ log, limit: 100, order: 'asc', ...query });
			expect(head).toEqual(await bench.store.head(log));
			return { seqs: entries.map(({ seq }) => seq), more };
		};

		it('give exactly what was asked for, with exclusive cursors both ways', async () => {
			expect(await page({ limit: 3 })).toEqual({ seqs: [0, 1, 2], more: true });
			expect(await page({ limit: 3, after: 2 })).toEqual({ seqs: [3, 4, 5], more: true });
			expect(await page({ limit: 3, after: 5 })).toEqual({ seqs: [6, 7, 8], more: false });
			expect(await page({ limit: 2, order: 'desc' })).toEqual({ seqs: [8, 7], more: true });
			expect(await page({ limit: 100, order: 'desc', before: 2 })).toEqual({ seqs: [1, 0], more: false });
			expect(await page({ after: 1, before: 4 })).toEqual({ seqs: [2, 3], more: false });
			expect(await page({ after: 8 })).toEqual({ seqs: [], more: false });
		});

		it('filter by action, outcome, actor and time, and by all of them', async () => {
			expect((await page({ action: 'flag.set' })).seqs).toEqual([0, 3, 6]);
			expect((await page({ action: 'flag' })).seqs).toEqual([]);
			expect((await page({ ok: false })).seqs).toEqual([4]);
			expect((await page({ actor: 'ben' })).seqs).toEqual([1, 3, 5, 7]);
			const from = '2026-01-01T00:00:02.000000Z';
			const to = '2026-01-01T00:00:05.000000Z';
			expect((await page({ from, to })).seqs).toEqual([2, 3, 4]);
			expect((await page({ from: '2026-01-01T00:00:02.000001Z', to })).seqs).toEqual([3, 4]);
			expect((await page({ from, actor: 'ada', ok: true, action: 'flag.set' })).seqs).toEqual([6]);
		});

		it('hold a log alone, and an unknown log is empty', async () => {
			const tenant = await newTenant(bench);
			await bench.store.append(tenant.id, draft());
			expect((await bench.store.page({ log: tenant.id, limit: 9, order: 'asc' })).entries).toHaveLength(1);
			expect(await bench.store.page({ log: 'nobody', limit: 9, order: 'asc' })).toEqual({
				entries: [],
				head: { size: 0, head: '0'.repeat(64) },
				more: false,
			});
		});
	});

	it('scans every entry below a size, in order, across batches', async () => {
		const log = newLog();
		for (let i = 0; i < 1_203; i += 1) await bench.store.append(log, draft({ detail: { i } }));
		const seqs: number[] = [];
		let batches = 0;
		for await (const batch of bench.store.scan(log, 1_200)) {
			batches++;
			seqs.push(...batch.map(({ seq }) => seq));
		}
		expect(batches).toBe(2);
		expect(seqs).toEqual(Array.from({ length: 1_200 }, (_, seq) => seq));
	});
});
