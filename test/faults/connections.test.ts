import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { load, postgresBin, settledAndWhole, startWorld, until, type World } from './world.ts';

const SLOTS = 40;

describe.runIf(postgresBin !== null)('PostgreSQL out of connections', { timeout: 120_000 }, () => {
	let world: World;
	/** Somebody else's client, which has its connection before the others come. */
	let other: pg.Client;
	beforeAll(async () => {
		world = await startWorld({ settings: [`max_connections = ${SLOTS}`] });
		other = await connected();
	});
	afterAll(() => other.end());

	async function connected(): Promise<pg.Client> {
		const client = new pg.Client({ connectionString: world.url });
		client.on('error', () => {});
		await client.connect();
		return client;
	}

	/** Takes every slot that there is. */
	async function takeAll(): Promise<pg.Client[]> {
		const taken: pg.Client[] = [];
		for (;;) {
			try {
				taken.push(await connected());
			} catch {
				return taken;
			}
		}
	}

	/** Ends the portal's connections, and waits (5 s at most) until each has ended. */
	const cutPortal = () =>
		other.query(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'sarc-portal'`);

	it('[faults-recover, once, one-row] all slots are somebody else’s: 503, /readyz says so, and it goes on by itself when there are some again', async () => {
		const { state } = world.portal.sandbox.github;
		const [held, late] = [await world.approve('Slot held'), await world.approve('Slot late')];
		const before = state.requests.length;
		state.faults.push({ kind: 'hold', match: { method: 'POST', pathPattern: '/issues$' } });
		const sent = world.execute(held);
		await until('it is held', () => state.requests.slice(before).some(({ method }) => method === 'POST'));

		// The portal's own connections are cut, as a failover would; before it has new ones, somebody else has them all.
		const taken: pg.Client[] = [];
		await until('they have every slot', async () => {
			await cutPortal();
			taken.push(...(await takeAll()));
			return taken.length === SLOTS - 1;
		});
		expect(await world.notReady()).toEqual(['database']);
		expect(await world.execute(late)).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
		state.release();
		expect(await sent).toMatchObject({ status: 502, body: { code: 'outcome_unknown' } });

		await Promise.all(taken.map((client) => client.end()));
		await until('/readyz is well again', async () => (await world.notReady()).length === 0);
		await settledAndWhole(world);
		for (const body of [held, late])
			expect(await world.execute(body)).toMatchObject({ status: 200, body: { ok: true } });
		await settledAndWhole(world);
	});

	it('[faults-recover, once, one-row] all of the portal’s own hang on a lock: 503 for whoever comes, and nothing is half done after it', async () => {
		const bodies = await Promise.all(Array.from({ length: 24 }, (_, i) => world.approve(`Locked ${i}`)));
		// Whoever changes a setting and goes to lunch: every reservation waits for it.
		await other.query('BEGIN; SELECT FROM tenant FOR UPDATE');
		const answers = bodies.map((body) => world.execute(body));
		await until('/readyz says so', async () => (await world.notReady()).includes('database'));
		for (const answer of await Promise.all(answers)) {
			expect(answer).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
		}
		await other.query('ROLLBACK');
		await until('/readyz is well again', async () => (await world.notReady()).length === 0);
		for (const body of bodies)
			expect(await world.execute(body)).toMatchObject({ status: 200, body: { replayed: false } });
		await settledAndWhole(world);
	});

	it('[faults-recover, once, one-row] connections that are cut all the time, under load: nothing is lost or written twice', async () => {
		const running = load(world, 6);
		for (let turn = 0; turn < 12; turn++) {
			const before = running.ended.length;
			await until('the load goes on', () => running.ended.length >= before + 5);
			await cutPortal();
		}
		await running.stop();
		await settledAndWhole(world);
		for (const { body } of running.ended)
			expect(await world.execute(body)).toMatchObject({ status: 200, body: { ok: true } });
		await settledAndWhole(world);
	});
});
