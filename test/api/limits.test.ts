import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database, Query } from '#adapters/store/database';
import { createLimitCounts } from '#adapters/store/limit-counts';
import { type RateLimit, rateLimit } from '#api/rate-limit';
import type { Refusal } from '#core/refusals';
import type { Principal } from '#gateway/ports/caller';
import { anotherPool, testDatabases } from '#test/support/database';
import { passTime } from '#test/support/pass-time';

const person = (id: string): Principal => ({
	kind: 'user',
	person: { id, name: id, email: `${id}@x.test` },
	platformAdmin: false,
	sessionId: 's',
});

describe.each(testDatabases())('requests counted on $name', ({ open }) => {
	let databases: Database[];
	let monotonic = 0;
	let asked = 0;
	beforeAll(async () => {
		const first = await open();
		databases = [first, (await anotherPool(first)) ?? first];
	});
	beforeEach(async () => {
		await databases[0]?.query('DELETE FROM limit_count');
		asked = 0;
	});

	/** The limit as one of several portals keeps it. */
	function portal(perMinute: number, which = 0): RateLimit {
		const { query } = databases[which] as Database;
		const counting: Query = (...args) => {
			asked += 1;
			return query(...args);
		};
		return rateLimit(perMinute, createLimitCounts(counting), () => monotonic);
	}
	async function pass(ms: number): Promise<void> {
		monotonic += ms;
		await passTime((databases[0] as Database).query, ms);
	}
	const allowed = (answers: readonly (Refusal | null)[]) => answers.filter((answer) => answer === null).length;
	async function inTurn(times: number, limit: RateLimit, who = 'ada', tenant = 't'): Promise<number> {
		let count = 0;
		for (let i = 0; i < times; i++) if ((await limit(person(who), tenant)) === null) count += 1;
		return count;
	}
	const waitOf = (answer: Refusal | null): number => {
		if (answer?.retryAfter === undefined) throw new Error('it was allowed');
		return answer.retryAfter;
	};

	it.each([1, 7, 60, 100])(
		'[limits-shared] %i a minute over two portals are exactly as many, asked in turn or at once',
		async (most) => {
			const portals = [portal(most, 0), portal(most, 1)];
			let one = 0;
			for (let i = 0; i < most + 20; i++) one += await inTurn(1, portals[i % 2] as RateLimit);
			expect(one).toBe(most);
			const many = await Promise.all(
				Array.from({ length: most + 150 }, (_, i) => (portals[i % 2] as RateLimit)(person('ben'), 't')),
			);
			expect(allowed(many)).toBe(most);
		},
	);

	it.each([101, 600, 5_000])(
		'[limits-shared] %i a minute over three portals are never more, and nearly as many',
		async (most) => {
			const portals = [portal(most, 0), portal(most, 1), portal(most, 1)];
			// One of them takes a part and then is asked no more; each of the others could spend everything.
			await inTurn(1, portals[2] as RateLimit);
			const answers = await Promise.all(
				Array.from({ length: 2 * most + 100 }, (_, i) => (portals[i % 2] as RateLimit)(person('ada'), 't')),
			);
			expect(allowed(answers) + 1).toBeLessThanOrEqual(most);
			expect(allowed(answers) + 1).toBeGreaterThanOrEqual(most - Math.floor(most / 20));
			const all = allowed(answers) + 1 + (await inTurn(most, portals[2] as RateLimit));
			expect(all).toBe(most);
		},
	);

	it('cost few queries while they are allowed, and none once they are not', async () => {
		const limit = portal(600);
		expect(await inTurn(600, limit)).toBe(600);
		expect(asked).toBeLessThan(60);
		await limit(person('ada'), 't');
		asked = 0;
		expect(await inTurn(5_000, limit)).toBe(0);
		expect(asked).toBe(0);
	});

	it('sent at once share the query that is under way', async () => {
		const limit = portal(10_000);
		const answers = await Promise.all(Array.from({ length: 400 }, () => limit(person('ada'), 't')));
		expect([allowed(answers), asked]).toEqual([400, 1]);
	});

	it('[limits-shared] are told a wait that is long enough, at the portal that refused and at the other', async () => {
		const portals = [portal(20, 0), portal(20, 1)] as const;
		expect(await inTurn(20, portals[0])).toBe(20);
		await pass(15_000);
		for (const limit of portals) {
			const wait = waitOf(await limit(person('ada'), 't'));
			expect(wait).toBeGreaterThan(20);
			expect(wait).toBeLessThanOrEqual(45);
		}
		await pass(25_000);
		expect(waitOf(await portals[0](person('ada'), 't'))).toBeLessThanOrEqual(20);
		await pass(20_000);
		expect(await inTurn(20, portals[0])).toBe(20);
		expect(waitOf(await portals[1](person('ada'), 't'))).toBeLessThanOrEqual(60);
	});

	it('[limits-shared] that were allowed in one minute are not kept for the next', async () => {
		const [one, other] = [portal(600, 0), portal(600, 1)] as const;
		await inTurn(1, one);
		await pass(60_000);
		expect(await inTurn(700, other)).toBe(600);
		expect(await inTurn(100, one)).toBe(0);
	});

	it('are counted for each person and tenant by themselves, whichever token they use', async () => {
		const limit = portal(5);
		const token: Principal = {
			kind: 'token',
			tokenId: 'k',
			tokenName: 'k',
			tenantId: 't',
			scopes: ['read'],
			person: { id: 'ada', name: 'Ada', email: 'ada@x.test' },
		};
		expect(await inTurn(3, limit)).toBe(3);
		expect(allowed(await Promise.all(Array.from({ length: 5 }, () => limit(token, 't'))))).toBe(2);
		expect(await inTurn(6, limit, 'ada', 'u')).toBe(5);
		expect(await inTurn(6, limit, 'ben', 't')).toBe(5);
	});

	it('begin anew when the database’s clock was set back: nobody is shut out until it has caught up', async () => {
		const [one, other] = [portal(5, 0), portal(5, 1)] as const;
		expect(await inTurn(6, one)).toBe(5);
		await passTime((databases[0] as Database).query, -86_400_000);
		expect(await inTurn(6, other)).toBe(5);
	});

	it('are refused by a limit that was lowered, and go on by one that was raised', async () => {
		expect(await inTurn(10, portal(10))).toBe(10);
		expect(await inTurn(1, portal(5))).toBe(0);
		expect(await inTurn(10, portal(15))).toBe(5);
	});

	it('fail while the database is away, all of them, and go on when it is back', async () => {
		let away = true;
		const { query } = databases[0] as Database;
		const failing: Query = (...args) => (away ? Promise.reject(new Error('gone')) : query(...args));
		const limit = rateLimit(10, createLimitCounts(failing), () => monotonic);
		const answers = await Promise.allSettled(Array.from({ length: 30 }, () => limit(person('ada'), 't')));
		expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['rejected']));
		away = false;
		expect(await inTurn(12, limit)).toBe(10);
	});
});
