import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { passTime } from '#test/support/pass-time';
import { type Processes, processes } from './processes.ts';
import { type Approved, postgresBin, until } from './world.ts';

const CREATE = { method: 'POST', pathPattern: '/issues$' };

describe.runIf(postgresBin !== null)('SIGTERM in mid-flight, two portals on one database', { timeout: 120_000 }, () => {
	const start = processes();
	let world: Processes;
	beforeEach(async () => {
		world = await start();
	});
	afterEach(() => world.close());

	it('[faults-recover, drains, one-row] the execute in flight ends and is recorded, /readyz says “stopping”, and the load goes on elsewhere', async () => {
		const one = await world.start({ PORTAL_SHUTDOWN_DELAY_MS: '1500' });
		const two = await world.start();
		const { state } = world.github;
		const body = await world.approve(one, 'In flight');
		state.faults.push({ kind: 'hold', match: CREATE });
		const answer = world.execute(one, body);
		await until('it is held', () =>
			state.requests.some(({ method, path }) => method === 'POST' && path.endsWith('/issues')),
		);
		one.signal('SIGTERM');
		await until('it says so', async () => (await one.send('GET', '/readyz')).status === 503);
		expect(await one.send('GET', '/readyz')).toMatchObject({ status: 503, body: { notReady: ['stopping'] } });
		expect(await two.send('GET', '/readyz')).toMatchObject({ status: 200 });
		const meanwhile: Approved[] = [];
		for (let i = 0; i < 5; i++) {
			const other = await world.approve(two, `Meanwhile ${i}`);
			meanwhile.push(other);
			expect(await world.execute(two, other)).toMatchObject({ status: 200, body: { replayed: false } });
		}
		state.release();
		expect(await answer).toMatchObject({ status: 200, body: { ok: true, replayed: false } });
		expect(await one.ended).toBe(0);
		expect(await world.execute(two, body)).toMatchObject({ status: 200, body: { replayed: true } });
		await world.settledAndWhole();
	});

	it('[faults-recover, drains, looks-fenced] a look in flight is given up and handed over at once: its lease ends with the process', async () => {
		const one = await world.start();
		const { state } = world.github;
		const body = await world.approve(one, 'Handed over');
		state.faults.push({ kind: 'drop-after-write', match: CREATE });
		expect(await world.execute(one, body)).toMatchObject({ status: 502, body: { code: 'outcome_unknown' } });
		world.line.hold();
		await passTime(world.database.query, 3_000);
		await until('it looks', () => world.line.held() > 0);
		one.signal('SIGTERM');
		expect(await one.ended).toBe(0);
		expect(
			await world.database.query('SELECT state, look_until FROM execution WHERE args_sha = $1', [body.argsSha]),
		).toEqual([{ state: 'INDETERMINATE', look_until: null }]);
		world.line.open();
		const two = await world.start();
		await until('the other finds it', async () => (await world.stateOf(body)) === 'CONFIRMED');
		expect(await world.execute(two, body)).toMatchObject({ status: 200, body: { replayed: true } });
		await world.settledAndWhole();
	});

	it('[faults-recover, drains] with PostgreSQL gone it ends all the same, and what it leaves is taken over', async () => {
		const one = await world.start();
		const body = await world.approve(one, 'Left behind');
		const { state } = world.github;
		state.faults.push({ kind: 'hold', match: CREATE });
		const answer = world.execute(one, body);
		await until('it is held', () =>
			state.requests.some(({ method, path }) => method === 'POST' && path.endsWith('/issues')),
		);
		await world.cluster.crash();
		one.signal('SIGTERM');
		state.release();
		expect(await answer).toMatchObject({ status: 502, body: { code: 'outcome_unknown' } });
		expect(await one.ended).toBe(0);
		await world.cluster.begin();
		const two = await world.start();
		await world.settledAndWhole();
		expect(await world.execute(two, body)).toMatchObject({ status: 200, body: { replayed: true } });
		await world.settledAndWhole();
		// It waits out what its database may still answer before it ends.
	}, 90_000);
});
