import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '#adapters/store/database';
import { forgetIdleAccounts } from '#adapters/store/write-slots';
import type { ReserveInput, ReserveResult, WriteBudget } from '#gateway/ports/reservation';
import { anotherPool, testDatabases } from '#test/support/database';
import { passTime } from '#test/support/pass-time';
import {
	type Bench,
	benchOver,
	draft,
	mustReserve,
	newOffice,
	type Office,
	putCredential,
	reservation,
	settlement,
} from './fixture.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const perMinute = (most: number): WriteBudget => ({ perMinute: most, perHour: null });

describe.each(testDatabases())('the write budget on $name', ({ open }) => {
	let database: Database;
	let bench: Bench;
	let stores: Bench['store'][];
	let logins = 0;
	beforeAll(async () => {
		database = await open();
		bench = benchOver(database);
		const second = await anotherPool(database);
		stores = [bench.store, second === null ? bench.store : benchOver(second).store];
	});

	/** An office whose credential has an account of its own, so that no test spends another's budget. */
	async function ownAccount(login = `bot-${logins++}`): Promise<Office & { login: string }> {
		const office = await newOffice(bench);
		await putCredential(bench, office.tenant.id, office.credentialId, login);
		return { ...office, login };
	}

	const ask = (office: Office, budget: WriteBudget, more: Partial<ReserveInput> = {}): Promise<ReserveResult> =>
		bench.store.reserve(reservation(office, { budget, ...more }));
	const kinds = (results: readonly ReserveResult[]) =>
		results.map((result) => (result.kind === 'refused' ? result.code : result.kind)).sort();
	const busy = async ({ login }: { login: string }) =>
		(
			await database.query('SELECT FROM write_slot WHERE account = $1 AND free_at > clock_timestamp()', [
				`github:${login}`,
			])
		).length;
	const waitOf = (result: ReserveResult): number => {
		if (result.kind !== 'refused' || result.retryAfter === undefined) throw new Error(JSON.stringify(result));
		return result.retryAfter;
	};

	it('[budget-shared] lets exactly 20 of 50 simultaneous writes begin over two pools, and 20 more when the window is over', async () => {
		const office = await ownAccount();
		const budget = { perMinute: 20, perHour: 30 };
		const all = () =>
			Promise.all(
				Array.from({ length: 50 }, (_, i) => (stores[i % 2] ?? bench.store).reserve(reservation(office, { budget }))),
			);
		const first = kinds(await all());
		expect(first.filter((kind) => kind === 'reserved')).toHaveLength(20);
		expect(first.filter((kind) => kind === 'write_budget_exhausted')).toHaveLength(30);
		expect((await bench.store.executions(office.tenant.id, { limit: 100 })).length, 'nothing else is stored').toBe(20);

		await passTime(database.query, MINUTE);
		expect(
			kinds(await all()).filter((kind) => kind === 'reserved'),
			'the hour’s rest',
		).toHaveLength(10);
		await passTime(database.query, HOUR);
		expect(kinds(await all()).filter((kind) => kind === 'reserved')).toHaveLength(20);
	});

	it('[budget-shared] holds in every window, not only in those that begin on the minute', async () => {
		const office = await ownAccount();
		const began: number[] = [];
		for (let second = 0; second < 200; second += 10) {
			for (let i = 0; i < 5; i++) if ((await ask(office, perMinute(7))).kind === 'reserved') began.push(second);
			await passTime(database.query, 10_000);
		}
		for (let from = 0; from < 200; from += 10) {
			const within = began.filter((second) => second >= from && second < from + 60).length;
			expect(within).toBeLessThanOrEqual(7);
		}
		expect(began.length).toBeGreaterThanOrEqual(14);
	});

	it('[budget-shared] tells a wait that is long enough, and not longer than needed or than the window', async () => {
		const office = await ownAccount();
		const budget = { perMinute: 2, perHour: 3 };
		await mustReserve(bench, reservation(office, { budget }));
		await passTime(database.query, 20_000);
		await mustReserve(bench, reservation(office, { budget }));
		const minute = waitOf(await ask(office, budget));
		expect(minute).toBeGreaterThan(20);
		expect(minute).toBeLessThanOrEqual(40);
		await passTime(database.query, (minute - 15) * 1_000);
		expect(waitOf(await ask(office, budget)), 'not before').toBeLessThanOrEqual(15);
		await passTime(database.query, 15_000);
		expect((await ask(office, budget)).kind).toBe('reserved');

		const hour = waitOf(await ask(office, budget));
		expect(hour).toBeGreaterThan(3_500);
		expect(hour).toBeLessThanOrEqual(3_600);
		await passTime(database.query, hour * 1_000);
		expect((await ask(office, budget)).kind).toBe('reserved');
	});

	it('is one for all tenants whose credentials are of one account, whatever its letters’ case', async () => {
		const one = await ownAccount();
		const two = await ownAccount(one.login.toUpperCase());
		const other = await ownAccount();
		await mustReserve(bench, reservation(one, { budget: perMinute(2) }));
		await mustReserve(bench, reservation(two, { budget: perMinute(2) }));
		for (const office of [one, two])
			expect(kinds([await ask(office, perMinute(2))])).toEqual(['write_budget_exhausted']);
		expect((await ask(other, perMinute(2))).kind).toBe('reserved');
	});

	it('is the tenant’s own while its credential’s login is not known', async () => {
		const [one, two] = [await ownAccount(), await ownAccount()];
		await database.query('UPDATE credential SET login = NULL WHERE tenant_id = ANY ($1::uuid[])', [
			[one.tenant.id, two.tenant.id],
		]);
		const execution = await mustReserve(bench, reservation(one, { budget: perMinute(1) }));
		expect(kinds([await ask(one, perMinute(1)), await ask(two, perMinute(1))])).toEqual([
			'reserved',
			'write_budget_exhausted',
		]);
		await bench.store.releaseBudget(execution.id);
		expect((await ask(one, perMinute(1))).kind).toBe('reserved');
	});

	it('[budget-shared] is not fresh for a credential that is deleted and set again without a login', async () => {
		const office = await ownAccount();
		const forgetLogin = () =>
			database.query('UPDATE credential SET login = NULL WHERE tenant_id = $1', [office.tenant.id]);
		await forgetLogin();
		await mustReserve(bench, reservation(office, { budget: perMinute(1) }));
		await bench.store.deleteCredential({
			tenantId: office.tenant.id,
			provider: 'github',
			entry: () => draft(),
		});
		await putCredential(bench, office.tenant.id, crypto.randomUUID(), 'whoever');
		await forgetLogin();
		expect(kinds([await ask(office, perMinute(1))])).toEqual(['write_budget_exhausted']);
	});

	it('is given back when nothing was sent, and only what this execution still holds', async () => {
		const office = await ownAccount();
		const budget = { perMinute: 1, perHour: 2 };
		const first = await mustReserve(bench, reservation(office, { budget }));
		expect(kinds([await ask(office, budget)])).toEqual(['write_budget_exhausted']);
		await bench.store.releaseBudget(first.id);
		const second = await mustReserve(bench, reservation(office, { budget }));
		// The first holds nothing any more: it cannot give away what the second took.
		await bench.store.releaseBudget(first.id);
		expect(kinds([await ask(office, budget)])).toEqual(['write_budget_exhausted']);
		await passTime(database.query, MINUTE);
		await mustReserve(bench, reservation(office, { budget }));
		await bench.store.releaseBudget(second.id);
		expect(kinds([await ask(office, budget)]), 'the minute is another’s by now').toEqual(['write_budget_exhausted']);
		await bench.store.releaseBudget('0196f5a0-0000-7000-8000-000000000000');
	});

	it('is not touched by what is refused, or answered by an earlier execute of the same bytes', async () => {
		const office = await ownAccount();
		const first = await mustReserve(bench, reservation(office, { budget: perMinute(5) }));
		expect(await busy(office)).toBe(1);
		const again = await Promise.all(
			Array.from({ length: 10 }, () => ask(office, perMinute(5), { argsSha: first.argsSha })),
		);
		expect(new Set(kinds(again))).toEqual(new Set(['exists']));
		await bench.store.setDispatch({
			tenantId: office.tenant.id,
			enabled: false,
			by: 'Ada',
			reason: null,
			entry: () => draft(),
		});
		expect(kinds([await ask(office, perMinute(5))])).toEqual(['agent_dispatch_disabled']);
		expect(await busy(office)).toBe(1);
	});

	it('[budget-shared] is taken once by many simultaneous executes of the same bytes, and is no reason to refuse them', async () => {
		const office = await ownAccount();
		const argsSha = reservation(office).argsSha;
		const results = await Promise.all(
			Array.from({ length: 40 }, (_, i) =>
				(stores[i % 2] ?? bench.store).reserve(reservation(office, { argsSha, budget: perMinute(60) })),
			),
		);
		expect(kinds(results).filter((kind) => kind === 'reserved')).toHaveLength(1);
		expect(kinds(results).filter((kind) => kind === 'exists')).toHaveLength(39);
		expect(await busy(office)).toBe(1);
		// Also when there is no room for another: check 11 goes before check 13.
		await mustReserve(bench, reservation(office, { budget: perMinute(2) }));
		expect(kinds([await ask(office, perMinute(2), { argsSha })])).toEqual(['exists']);
	});

	it('that is raised gives more at once; that is lowered holds at once, for what was begun before too', async () => {
		const office = await ownAccount();
		for (let i = 0; i < 4; i++) await mustReserve(bench, reservation(office, { budget: perMinute(4) }));
		expect(kinds([await ask(office, perMinute(4))])).toEqual(['write_budget_exhausted']);
		await passTime(database.query, 30_000);
		for (let i = 0; i < 2; i++) await mustReserve(bench, reservation(office, { budget: perMinute(6) }));
		await passTime(database.query, 31_000);
		// Four are free again, but two of the last minute’s stand in slots above the new limit.
		const wait = waitOf(await ask(office, perMinute(2)));
		expect(wait).toBeLessThanOrEqual(30);
		expect((await ask(office, perMinute(3))).kind).toBe('reserved');
		expect(kinds([await ask(office, perMinute(3))])).toEqual(['write_budget_exhausted']);
		await passTime(database.query, 30_000);
		expect((await ask(office, perMinute(2))).kind).toBe('reserved');
	});

	it('can be off, or one window only', async () => {
		const office = await ownAccount();
		for (let i = 0; i < 5; i++) {
			expect((await ask(office, { perMinute: null, perHour: null })).kind).toBe('reserved');
		}
		expect(await busy(office)).toBe(0);
		expect((await ask(office, { perMinute: null, perHour: 1 })).kind).toBe('reserved');
		expect(waitOf(await ask(office, { perMinute: null, perHour: 1 }))).toBeGreaterThan(3_500);
	});

	it('may be larger than what is made of it at a time', async () => {
		const office = await ownAccount();
		const budget = perMinute(99_999);
		const results = [];
		for (let i = 0; i < 12; i++) {
			results.push(...(await Promise.all(Array.from({ length: 50 }, () => ask(office, budget)))));
		}
		expect(new Set(kinds(results))).toEqual(new Set(['reserved']));
	});

	it('of an account that has begun nothing for a day is forgotten, and made anew', async () => {
		const [idle, working] = [await ownAccount(), await ownAccount()];
		for (const office of [idle, working]) await mustReserve(bench, reservation(office, { budget: perMinute(3) }));
		await passTime(database.query, 25 * HOUR);
		await mustReserve(bench, reservation(working, { budget: perMinute(3) }));
		await forgetIdleAccounts(database.query);
		const left = await database.query<{ account: string }>(
			'SELECT account FROM write_slot WHERE account = ANY ($1::text[])',
			[[`github:${idle.login}`, `github:${working.login}`]],
		);
		expect(new Set(left.map(({ account }) => account))).toEqual(new Set([`github:${working.login}`]));
		expect((await ask(idle, perMinute(1))).kind).toBe('reserved');
		expect(kinds([await ask(idle, perMinute(1))])).toEqual(['write_budget_exhausted']);
	});

	describe('of two writes that replace the state of one target', () => {
		const labels = { afterSha: 'a'.repeat(64), beforeSha: 'b'.repeat(64) };
		const on = (owner: string, number: number) => ({ ...labels, target: { owner, repo: 'ledger', number } });

		it.each([
			['RESERVED', 'execution_in_progress'],
			['INDETERMINATE', 'execution_unresolved'],
		] as const)('the second is refused while the first is %s, names it, and takes no slot', async (state, code) => {
			const office = await ownAccount();
			const budget = perMinute(5);
			const first = await mustReserve(bench, reservation(office, { budget, ...on('acme', 7) }));
			if (state === 'INDETERMINATE') {
				await bench.store.settle(settlement(first, { to: state, code: 'outcome_unknown', artifactUrl: null }));
			}
			const second = await ask(office, budget, on('ACME', 7));
			expect(second).toEqual({ kind: 'refused', code, executionId: first.id });
			expect(await busy(office)).toBe(1);
			expect((await ask(office, budget, on('acme', 8))).kind, 'another issue').toBe('reserved');
			expect((await ask(office, budget, { target: on('acme', 7).target })).kind, 'a comment there').toBe('reserved');
			await bench.store.settle(settlement(first, { from: [state] }));
			expect((await ask(office, budget, on('acme', 7))).kind).toBe('reserved');
		});

		it('[state-as-seen] are told apart by ASCII lower case, whatever the locale of the database', async () => {
			const [row] = await database.query<{ indexdef: string }>(
				"SELECT indexdef FROM pg_indexes WHERE indexname = 'execution_one_replacing'",
			);
			for (const column of ['target_owner', 'target_repo']) {
				expect(row?.indexdef).toMatch(new RegExp(`lower\\(\\(?${column} COLLATE "C"\\)`));
			}
		});

		it('[budget-shared] one of many at once goes on and is paid for; the others name it', async () => {
			const office = await ownAccount();
			const results = await Promise.all(
				Array.from({ length: 30 }, (_, i) =>
					(stores[i % 2] ?? bench.store).reserve(
						reservation(office, { budget: perMinute(40), ...on(i % 3 === 0 ? 'Acme' : 'acme', 9) }),
					),
				),
			);
			const [won] = results.filter((result) => result.kind === 'reserved');
			const others = results.filter((result) => result.kind !== 'reserved');
			expect(others).toHaveLength(29);
			for (const other of others) {
				expect(other).toEqual({
					kind: 'refused',
					code: 'execution_in_progress',
					executionId: won?.kind === 'reserved' ? won.execution.id : '',
				});
			}
			expect(await busy(office)).toBe(1);
		});
	});
});
