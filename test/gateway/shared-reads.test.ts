import { beforeAll, describe, expect, it } from 'vitest';
import { ok } from '#core/result';
import type { SealedCredential } from '#gateway/ports/credentials';
import { createSharedReads } from '#gateway/shared-reads';
import type { TestPortal } from '#test/support/portal';
import { labelledIssue } from './labels-rig.ts';
import { portals } from './rig.ts';

const credential = { id: 'c1', provider: 'github', login: 'Acme-Bot', sealed: '' } as unknown as SealedCredential;
const issue = (number: number) => ({ tenantId: 't1', credential, target: { owner: 'acme', repo: 'ledger', number } });

/** Readings that wait until they are let, with a clock that a test turns, and a count that has so much left. */
function rig({ left = 1_000, waitMs = 60_000 } = {}) {
	let now = 0;
	let points = left;
	const keys: string[] = [];
	const doors: (() => void)[] = [];
	const shared = createSharedReads({
		counts: {
			take: async ({ key }) => {
				keys.push(key);
				return { granted: points-- > 0 ? 1 : 0, opensInMs: 41_200 };
			},
		},
		clock: { now: () => new Date(now) },
		monotonic: () => now,
		waitMs,
	});
	return {
		shared,
		keys,
		doors,
		pass: (ms: number) => {
			now += ms;
		},
		held: async () => {
			await new Promise<void>((resolve) => doors.push(resolve));
			return ok(['bug']);
		},
		at: () => ok(['bug', String(now)]),
	};
}

describe('readings for previews', () => {
	it('[limits-shared] equal ones within two seconds are one, which says when it was read', async () => {
		const { shared, pass, at } = rig();
		const read = async () => at();
		const first = await shared.labels(issue(1), read);
		pass(1_999);
		expect(await shared.labels(issue(1), read)).toEqual(first);
		expect(await shared.labels(issue(2), read)).not.toEqual(first);
		const other = { ...issue(1), credential: { ...credential, id: 'c2' } };
		expect(await shared.labels(other, read)).not.toEqual(first);
		pass(1);
		expect(await shared.labels(issue(1), read)).toEqual(ok({ labels: ['bug', '2000'], readAt: new Date(2_000) }));
		pass(1);
		shared.forget('c1', issue(1).target);
		expect(await shared.labels(issue(1), read)).toMatchObject({ value: { labels: ['bug', '2001'] } });
	});

	it('[limits-shared] four at once for an account, the others in line', async () => {
		const { shared, doors, held } = rig();
		const all = Array.from({ length: 6 }, (_, n) => shared.labels(issue(n), held));
		await expect.poll(() => doors.length).toBe(4);
		doors[0]?.();
		await expect.poll(() => doors.length).toBe(5);
		doors[1]?.();
		await expect.poll(() => doors.length).toBe(6);
		for (const open of doors) open();
		expect((await Promise.all(all)).every((each) => each.ok)).toBe(true);
	});

	it('who waits in line for too long is told so, and the next one is read', async () => {
		const { shared, doors, held, at } = rig({ waitMs: 20 });
		const four = Array.from({ length: 4 }, (_, n) => shared.labels(issue(n), held));
		await expect.poll(() => doors.length).toBe(4);
		expect(await shared.labels(issue(5), held)).toMatchObject({ error: { code: 'provider_unreachable' } });
		for (const open of doors) open();
		await Promise.all(four);
		expect(await shared.labels(issue(5), async () => at())).toMatchObject({ ok: true });
	});

	it('[limits-shared] more than the account has left: 429 with the wait, and nothing is read or kept', async () => {
		const { shared, keys, at } = rig({ left: 1 });
		await shared.labels(issue(1), async () => at());
		const refused = await shared.labels(issue(2), async () => expect.unreachable('read'));
		expect(refused).toMatchObject({ error: { code: 'rate_limited', retryAfter: 42 } });
		expect(keys).toEqual(['label previews github:acme-bot', 'label previews github:acme-bot']);
	});

	it('[limits-shared] count by account: two PATs of one login share, and without a login all that the tenant ever sets', async () => {
		const { shared, keys, at } = rig();
		const ask = (tenantId: string, id: string, login: string | null) =>
			shared.labels({ ...issue(1), tenantId, credential: { ...credential, id, login } }, async () => at());
		await ask('t1', 'c1', 'Acme-Bot');
		await ask('t2', 'c2', 'acme-bot');
		await ask('t1', 'c3', null);
		await ask('t1', 'c4', null);
		await ask('t2', 'c5', null);
		expect(keys.map((key) => key.replace('label previews ', ''))).toEqual([
			...['github:acme-bot', 'github:acme-bot'],
			...['tenant:t1:github', 'tenant:t1:github', 'tenant:t2:github'],
		]);
	});

	it('[limits-shared] so does the line: a credential that is set again does not stand in a new one', async () => {
		const { shared, doors, held } = rig({ waitMs: 20 });
		const ask = (n: number) =>
			shared.labels({ ...issue(n), credential: { ...credential, id: `c${n}`, login: null } }, held);
		const four = Array.from({ length: 4 }, (_, n) => ask(n));
		await expect.poll(() => doors.length).toBe(4);
		expect(await ask(5)).toMatchObject({ error: { code: 'provider_unreachable' } });
		for (const open of doors) open();
		await Promise.all(four);
	});
});

describe.each(portals())('previews of labels over $name', ({ start }) => {
	let test: TestPortal;
	beforeAll(async () => {
		test = await start();
	});

	it('[limits-shared] a MEMBER who floods them costs the account one reading for the same issue, and sixty a minute', async () => {
		const member = await test.as('member');
		const issues = Array.from({ length: 62 }, () => labelledIssue(test, ['bug']));
		const ask = (i: number) =>
			member.post('/api/mcp/propose?tenant=demo', {
				provider: 'github',
				tool: 'issue_write',
				args: issues[i]?.args(['triage']),
			});
		const { state } = test.sandbox.github;
		const before = state.requests.length;
		const cost = () => state.requests.length - before;
		expect((await ask(0)).status).toBe(200);
		const ofOne = cost();
		const same = await Promise.all(Array.from({ length: 50 }, () => ask(0)));
		expect(same.map(({ status }) => status)).toEqual(Array(50).fill(200));
		// One reading in two seconds, and fifty would cost fifty times as much.
		expect(cost()).toBeLessThan(10 * ofOne);

		const rest = await Promise.all(Array.from({ length: 61 }, (_, i) => ask(i + 1)));
		const refused = rest.filter(({ status }) => status === 429);
		expect(refused.length).toBeGreaterThanOrEqual(2);
		expect(rest.filter(({ status }) => status === 200).length).toBe(61 - refused.length);
		expect(refused[0]?.body).toMatchObject({ code: 'rate_limited' });
		expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
		expect(cost()).toBeLessThanOrEqual(60 * ofOne);
	});
});
