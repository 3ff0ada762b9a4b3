import { beforeEach, describe, expect, it } from 'vitest';
import { createSignInLimit, network, type SignInLimit } from '#adapters/identity/sign-in-limit';
import type { Database } from '#adapters/store/database';
import { createLimitCounts } from '#adapters/store/limit-counts';
import { anotherPool, testDatabases } from '#test/support/database';
import { passTime } from '#test/support/pass-time';

describe.each(testDatabases())('sign-ins counted on $name', ({ open }) => {
	let database: Database;
	let second: Database;
	let limit: SignInLimit;
	/** That of another portal on the same database; over a second pool where there can be one. */
	let elsewhere: SignInLimit;
	let monotonic = 0;
	beforeEach(async () => {
		database ??= await open();
		await database.query('DELETE FROM limit_count');
		second ??= (await anotherPool(database)) ?? database;
		limit = createSignInLimit(createLimitCounts(database.query), () => monotonic);
		elsewhere = createSignInLimit(createLimitCounts(second.query), () => monotonic);
	});

	/** For the database and for this process. */
	async function pass(seconds: number): Promise<void> {
		monotonic += seconds * 1_000;
		await passTime(database.query, seconds * 1_000);
	}

	async function fail(times: number, account: string, address: string, at: SignInLimit = limit): Promise<number> {
		let allowed = 0;
		for (let i = 0; i < times; i++) {
			const attempt = await at(account, address);
			if (attempt.allowed) {
				allowed += 1;
				await attempt.settle('failed');
			}
		}
		return allowed;
	}

	describe('failed sign-ins', () => {
		it('are allowed 10 times for one account from one address', async () => {
			expect(await fail(12, 'ada@x.test', '203.0.113.1')).toBe(10);
			expect(await fail(1, 'ada@x.test', '203.0.113.2')).toBe(1);
			expect(await fail(1, 'ben@x.test', '203.0.113.1')).toBe(1);
		});

		it('count for the account whatever its letters’ case', async () => {
			expect(await fail(10, 'Ada@X.test', '203.0.113.1')).toBe(10);
			expect(await fail(1, 'ada@x.test', '203.0.113.1')).toBe(0);
		});

		it('are allowed 30 times from one address, over all accounts', async () => {
			let allowed = 0;
			for (let i = 0; i < 40; i++) allowed += await fail(1, `person${i}@x.test`, '203.0.113.1');
			expect(allowed).toBe(30);
		});

		it('are allowed 50 times for one account, over all addresses', async () => {
			let allowed = 0;
			for (let i = 0; i < 60; i++) allowed += await fail(1, 'ada@x.test', `203.0.113.${i}`);
			expect(allowed).toBe(50);
		});

		it('from many addresses do not lock a person out of one where they have signed in', async () => {
			const before = await limit('ada@x.test', '198.51.100.1');
			if (before.allowed) await before.settle('succeeded');
			for (let i = 0; i < 60; i++) await fail(1, 'ada@x.test', `203.0.113.${i}`);
			expect(await limit('ada@x.test', '203.0.113.99')).toMatchObject({ allowed: false });
			expect(await limit('ada@x.test', '198.51.100.1')).toMatchObject({ allowed: true });
		});

		it('of others at an address do not lock out a person who has signed in from it', async () => {
			const before = await limit('Admin@x.test', '203.0.113.1');
			if (before.allowed) await before.settle('succeeded');
			for (let i = 0; i < 40; i++) await fail(1, `person${i}@x.test`, '203.0.113.1');
			expect(await limit('new@x.test', '203.0.113.1')).toMatchObject({ allowed: false });
			expect(await limit('admin@x.test', '203.0.113.1')).toMatchObject({ allowed: true });
			// Nowhere else than there: the other address is as full for them as for anybody.
			for (let i = 0; i < 40; i++) await fail(1, `person${i}@y.test`, '203.0.113.2');
			expect(await limit('admin@x.test', '203.0.113.2')).toMatchObject({ allowed: false });
		});

		it('of a person known at an address take nothing from the others there, and end after 10', async () => {
			const before = await limit('ada@x.test', '203.0.113.1');
			if (before.allowed) await before.settle('succeeded');
			expect(await fail(40, 'ada@x.test', '203.0.113.1')).toBe(10);
			let others = 0;
			for (let i = 0; i < 40; i++) others += await fail(1, `person${i}@x.test`, '203.0.113.1');
			expect(others).toBe(30);
		});

		it('at such an address are still limited to 10', async () => {
			const before = await limit('ada@x.test', '198.51.100.1');
			if (before.allowed) await before.settle('succeeded');
			expect(await fail(12, 'ada@x.test', '198.51.100.1')).toBe(10);
		});

		it('sent all at once are no more than sent one by one', async () => {
			const attempts = await Promise.all(Array.from({ length: 40 }, () => limit('ada@x.test', '203.0.113.1')));
			expect(attempts.filter((attempt) => attempt.allowed)).toHaveLength(10);
			// What the refused ones had counted elsewhere is given back: the address has 20 left.
			let others = 0;
			for (let i = 0; i < 30; i++) others += await fail(1, `person${i}@x.test`, '203.0.113.1');
			expect(others).toBe(20);
		});

		it('are counted over a whole IPv6 /64', async () => {
			expect(await fail(10, 'ada@x.test', '2001:db8:0:1::1')).toBe(10);
			expect(await fail(1, 'ada@x.test', '2001:db8:0:1:ffff::2')).toBe(0);
			expect(await fail(1, 'ada@x.test', '2001:db8:0:2::1')).toBe(1);
		});
	});

	describe('a sign-in that succeeded, or could not be checked,', () => {
		it.each(['succeeded', 'not_checked'] as const)('counts for nothing (%s)', async (outcome) => {
			for (let i = 0; i < 100; i++) {
				const attempt = await limit('ada@x.test', '203.0.113.1');
				expect(attempt.allowed).toBe(true);
				if (attempt.allowed) await attempt.settle(outcome);
			}
		});
	});

	describe('the wait that is told', () => {
		const waitAt = async (account: string, address: string): Promise<number> => {
			const attempt = await limit(account, address);
			if (attempt.allowed) throw new Error('it was allowed');
			return attempt.retryAfter;
		};
		/** The tests’ own time passes too. */
		const about = (seconds: number) => [seconds - 30, seconds] as const;
		const expectAbout = (wait: number, seconds: number): void => {
			const [least, most] = about(seconds);
			expect(wait).toBeGreaterThanOrEqual(least);
			expect(wait).toBeLessThanOrEqual(most);
		};

		it('[limits-shared] is when it really opens: refused until then, allowed after', async () => {
			await fail(10, 'ada@x.test', '203.0.113.1');
			await pass(300);
			const wait = await waitAt('ada@x.test', '203.0.113.1');
			expectAbout(wait, 600);
			await pass(wait - 30);
			expect(await waitAt('ada@x.test', '203.0.113.1')).toBeLessThanOrEqual(30);
			await pass(30);
			expect(await limit('ada@x.test', '203.0.113.1')).toMatchObject({ allowed: true });
		});

		it('is that of the limit that opens last', async () => {
			await fail(10, 'ada@x.test', '203.0.113.1');
			await pass(600);
			for (let i = 0; i < 50; i++) await fail(1, 'ben@x.test', `198.51.100.${i}`);
			for (let i = 0; i < 20; i++) await fail(1, `person${i}@x.test`, '203.0.113.1');
			// The address is full for 5 minutes more, the account for 15.
			expectAbout(await waitAt('ben@x.test', '203.0.113.1'), 900);
			expectAbout(await waitAt('cem@x.test', '203.0.113.1'), 300);
		});

		it('does not grow with further attempts', async () => {
			await fail(10, 'ada@x.test', '203.0.113.1');
			await pass(840);
			await fail(100, 'ada@x.test', '203.0.113.1');
			await pass(60);
			expect(await limit('ada@x.test', '203.0.113.1')).toMatchObject({ allowed: true });
		});
	});

	describe('of several portals', () => {
		it('[limits-shared] failures at one count at the other', async () => {
			expect(await fail(7, 'ada@x.test', '203.0.113.1')).toBe(7);
			expect(await fail(7, 'ada@x.test', '203.0.113.1', elsewhere)).toBe(3);
			expect(await fail(1, 'ada@x.test', '203.0.113.1')).toBe(0);
		});

		it('[limits-shared] attempts sent to both at once are no more than to one', async () => {
			const attempts = await Promise.all(
				Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? limit : elsewhere)('ada@x.test', '203.0.113.1')),
			);
			const allowed = attempts.filter((attempt) => attempt.allowed);
			expect(allowed).toHaveLength(10);
			for (const attempt of allowed) if (attempt.allowed) await attempt.settle('not_checked');
			let others = 0;
			for (let i = 0; i < 40; i++) others += await fail(1, `person${i}@x.test`, '203.0.113.1', elsewhere);
			expect(others, 'the refused ones left nothing behind').toBe(30);
		});

		it('what one gives back is open at the other a second later', async () => {
			const held = await Promise.all(Array.from({ length: 10 }, () => limit('ada@x.test', '203.0.113.1')));
			expect(await fail(1, 'ada@x.test', '203.0.113.1', elsewhere)).toBe(0);
			for (const attempt of held) if (attempt.allowed) await attempt.settle('succeeded');
			monotonic += 1_000;
			expect(await fail(1, 'ada@x.test', '203.0.113.1', elsewhere)).toBe(1);
		});

		it('many attempts over one account and many, at one address and many, never wait in a circle', async () => {
			const work = Array.from({ length: 200 }, async (_, i) => {
				const attempt = await (i % 2 === 0 ? limit : elsewhere)(`p${i % 7}@x.test`, `203.0.113.${i % 5}`);
				if (attempt.allowed) await attempt.settle(i % 3 === 0 ? 'failed' : 'not_checked');
			});
			await Promise.all(work);
			const rows = await database.query<{ points: number }>('SELECT points FROM limit_count');
			expect(rows.every(({ points }) => points >= 0)).toBe(true);
		});
	});

	it('a success that comes after the window is over takes nothing from the next', async () => {
		const early = await limit('ada@x.test', '203.0.113.1');
		await pass(900);
		expect(await fail(9, 'ada@x.test', '203.0.113.1')).toBe(9);
		if (early.allowed) await early.settle('not_checked');
		expect(await fail(5, 'ada@x.test', '203.0.113.1')).toBe(1);
	});

	it('a flood at a limit that is full costs a query a second at most', async () => {
		await fail(10, 'ada@x.test', '203.0.113.1');
		let asked = 0;
		const counts = createLimitCounts((...query) => {
			asked += 1;
			return database.query(...query);
		});
		const flooded = createSignInLimit(counts, () => monotonic);
		expect(await fail(500, 'ada@x.test', '203.0.113.1', flooded)).toBe(0);
		expect(asked).toBe(1);
		monotonic += 1_000;
		expect(await fail(500, 'ada@x.test', '203.0.113.1', flooded)).toBe(0);
		expect(asked).toBe(2);
	});

	it.each(['\u0000', 'a\u0000b@x.test', '\ud800', 'ä'.repeat(50_000), "x' OR 1=1 --"])(
		'an account of any characters and length is counted like any other (%#)',
		async (account) => {
			expect(await fail(12, account, '203.0.113.1')).toBe(10);
			const [row] = await database.query<{ longest: number }>(
				'SELECT max(length(key))::int AS longest FROM limit_count',
			);
			expect(row?.longest).toBe(64);
		},
	);

	it('without the database nobody is let through', async () => {
		const counts = createLimitCounts(() => Promise.reject(new Error('gone')));
		await expect(createSignInLimit(counts, () => monotonic)('ada@x.test', '203.0.113.1')).rejects.toThrow('gone');
	});

	it('counts are kept until their window is over, then purged', async () => {
		await fail(3, 'ada@x.test', '203.0.113.1');
		await createLimitCounts(database.query).purge();
		expect(await database.query('SELECT FROM limit_count')).toHaveLength(3);
		await pass(900);
		await createLimitCounts(database.query).purge();
		expect(await database.query('SELECT FROM limit_count')).toHaveLength(0);
	});
});

it.each([
	['203.0.113.1', '203.0.113.1'],
	['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
	['2001:0db8::1', '2001:db8:0:0::/64'],
	['::1', '0:0:0:0::/64'],
	['1::', '1:0:0:0::/64'],
	['64:ff9b::1.2.3.4', '64:ff9b:0:0::/64'],
	['', ''],
])('the network of %j is %j', (address, expected) => {
	expect(network(address)).toBe(expected);
});
