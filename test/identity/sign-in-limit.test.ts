import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSignInLimit, network, type SignInLimit } from '#adapters/identity/sign-in-limit';

let limit: SignInLimit;
beforeEach(() => {
	// The limiter library reads Date; its clean-up timers are not waited for.
	vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-24T09:00:00Z') });
	limit = createSignInLimit();
});
afterEach(() => void vi.useRealTimers());

async function fail(times: number, account: string, address: string): Promise<number> {
	let allowed = 0;
	for (let i = 0; i < times; i++) {
		const attempt = await limit(account, address);
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
	it('is when it really opens: refused until then, allowed after', async () => {
		await fail(10, 'ada@x.test', '203.0.113.1');
		vi.setSystemTime(new Date('2026-11-24T09:05:00Z'));
		const refused = await limit('ada@x.test', '203.0.113.1');
		expect(refused).toEqual({ allowed: false, retryAfter: 600 });
		vi.setSystemTime(new Date('2026-11-24T09:14:59Z'));
		expect(await limit('ada@x.test', '203.0.113.1')).toEqual({ allowed: false, retryAfter: 1 });
		vi.setSystemTime(new Date('2026-11-24T09:15:00Z'));
		expect(await limit('ada@x.test', '203.0.113.1')).toMatchObject({ allowed: true });
	});

	it('is that of the limit that opens last', async () => {
		await fail(10, 'ada@x.test', '203.0.113.1');
		vi.setSystemTime(new Date('2026-11-24T09:10:00Z'));
		for (let i = 0; i < 50; i++) await fail(1, 'ben@x.test', `198.51.100.${i}`);
		for (let i = 0; i < 20; i++) await fail(1, `person${i}@x.test`, '203.0.113.1');
		// The address is full until 09:15, the account until 09:25.
		expect(await limit('ben@x.test', '203.0.113.1')).toEqual({ allowed: false, retryAfter: 900 });
	});

	it('does not grow with further attempts', async () => {
		await fail(10, 'ada@x.test', '203.0.113.1');
		vi.setSystemTime(new Date('2026-11-24T09:14:00Z'));
		await fail(100, 'ada@x.test', '203.0.113.1');
		vi.setSystemTime(new Date('2026-11-24T09:15:00Z'));
		expect(await limit('ada@x.test', '203.0.113.1')).toMatchObject({ allowed: true });
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
