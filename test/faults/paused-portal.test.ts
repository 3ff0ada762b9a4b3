import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { passTime } from '#test/support/pass-time';
import { type Processes, processes } from './processes.ts';
import { postgresBin, until } from './world.ts';

const CREATE = { method: 'POST', pathPattern: '/issues$' };

describe.runIf(postgresBin !== null)('a portal process paused for longer than its lease', { timeout: 120_000 }, () => {
	const start = processes();
	let world: Processes;
	beforeEach(async () => {
		world = await start();
	});
	afterEach(() => world.close());

	it('[faults-recover, once, looks-fenced] while its call is under way: another portal finds what was written; it decides nothing over again and says “not known”', async () => {
		const [one, two] = [await world.start(), await world.start()];
		const { state } = world.github;
		const body = await world.approve(one, 'Paused');
		state.faults.push({ kind: 'hold', match: CREATE });
		const answer = world.execute(one, body);
		await until('it is held', () =>
			state.requests.some(({ method, path }) => method === 'POST' && path.endsWith('/issues')),
		);
		one.signal('SIGSTOP');

		await passTime(world.database.query, 60_000);
		await until('the other takes it over', async () => (await world.stateOf(body)) === 'INDETERMINATE');
		expect(await world.execute(two, body)).toMatchObject({ status: 409, body: { code: 'execution_unresolved' } });
		// It is written, and the answer waits in the paused one's socket.
		state.release();
		await until('the other finds it', async () => {
			await passTime(world.database.query, 15_000);
			return (await world.stateOf(body)) === 'CONFIRMED';
		});
		one.signal('SIGCONT');
		expect(await answer).toMatchObject({ status: 502, body: { code: 'outcome_unknown' } });
		for (const portal of [one, two]) {
			expect(await world.execute(portal, body)).toMatchObject({ status: 200, body: { replayed: true } });
		}
		await world.settledAndWhole();
		expect(await one.send('GET', '/readyz')).toMatchObject({ status: 200 });
	});

	it('[faults-recover, once, no-false-verdict] before it has sent anything: another portal calls it absent, and it sends nothing when it wakes', async () => {
		const timeout = { PORTAL_UPSTREAM_TIMEOUT_MS: '1000' };
		const [one, two] = [await world.start(timeout), await world.start(timeout)];
		const body = await world.approve(one, 'Never sent');
		// It has reserved, and is about to shake hands with the MCP server.
		world.line.hold();
		const answer = world.execute(one, body);
		await until('it is about to send', () => world.line.held() > 0);
		one.signal('SIGSTOP');
		expect(await world.stateOf(body)).toBe('RESERVED');
		world.line.open();

		// No time is let pass here: what it goes by when it wakes is its own clock, and that has to have run on.
		await until('the other takes it over', async () => (await world.stateOf(body)) === 'INDETERMINATE');
		await until('the other calls it absent', async () => {
			await passTime(world.database.query, 60_000);
			return (await world.stateOf(body)) === 'ABSENT';
		});
		one.signal('SIGCONT');
		expect(await answer).toMatchObject({ status: 502, body: { code: 'outcome_unknown' } });
		expect(world.github.state.issues('acme', 'payments-api').map(({ title }) => title)).not.toContain('Never sent');
		await world.settledAndWhole();
		expect(await world.execute(two, body)).toMatchObject({ status: 200, body: { replayed: false } });
		await world.settledAndWhole();
	});

	it('[faults-recover, looks-fenced] in the middle of a look: another portal looks when its lease has run out; one verdict is written', async () => {
		const one = await world.start();
		const { state } = world.github;
		const body = await world.approve(one, 'Looked for');
		state.faults.push({ kind: 'drop-after-write', match: CREATE });
		expect(await world.execute(one, body)).toMatchObject({ status: 502, body: { code: 'outcome_unknown' } });
		world.line.hold();
		await passTime(world.database.query, 3_000);
		await until('it looks', () => world.line.held() > 0);
		one.signal('SIGSTOP');
		world.line.open();
		const two = await world.start();
		await passTime(world.database.query, 200_000);
		await until('the other finds it', async () => (await world.stateOf(body)) === 'CONFIRMED');
		one.signal('SIGCONT');
		// It is awake once it answers, and its look has then had its chance.
		expect(await world.execute(one, body)).toMatchObject({ status: 200, body: { replayed: true } });
		await world.settledAndWhole();
		const rows = await world.database.query<{ n: number }>(
			`SELECT count(*)::int AS n FROM audit_entry WHERE action LIKE 'mcp.reconcile.%'`,
		);
		expect(rows).toEqual([{ n: 1 }]);
		expect(two.isGone()).toBe(false);
	});
});
