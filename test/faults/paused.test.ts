import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { load, postgresBin, settledAndWhole, startWorld, until, type World } from './world.ts';

describe.runIf(postgresBin !== null)(
	'PostgreSQL paused: it keeps its sockets and says nothing',
	{ timeout: 180_000 },
	() => {
		let world: World;
		beforeAll(async () => {
			world = await startWorld({});
		});
		afterEach(() => world.cluster.resume());

		it('[faults-recover, once, unknown-not-failed] every request is answered while it is still paused, and all is well once it goes on', async () => {
			const { admin, portal } = world;
			const { state } = portal.sandbox.github;
			const [held, other] = [await world.approve('Held'), await world.approve('Other')];
			const before = state.requests.length;
			state.faults.push({ kind: 'hold', match: { method: 'POST', pathPattern: '/issues$' } });
			const sent = world.execute(held);
			await until('it is held', () => state.requests.slice(before).some(({ method }) => method === 'POST'));

			world.cluster.pause();
			state.release();
			// More than the pool has connections: those behind it wait for one, and are answered too.
			const reads = Array.from({ length: 30 }, () => admin.get('/api/mcp/executions?tenant=demo'));
			const writes = [
				world.execute(other),
				admin.put('/api/flags/mcp.gateway?tenant=demo', { enabled: true, reason: 'a test' }),
				portal.anonymous.post('/api/auth/sign-in/email', { email: 'member@demo.local', password: 'sandbox-demo' }),
			];
			expect(await world.notReady()).toEqual(['database']);
			expect((await portal.anonymous.get('/healthz')).status).toBe(200);
			const answers = await Promise.all([...reads, ...writes]);
			const told = answers.map(({ status, body }) => `${status} ${body?.code}`);
			expect(new Set(told)).toEqual(new Set(['503 database_unavailable']));
			// That one had gone out before: nobody can say yet what became of it.
			expect(await sent).toMatchObject({ status: 502, body: { code: 'outcome_unknown' } });

			world.cluster.resume();
			await until('/readyz is well again', async () => (await world.notReady()).length === 0);
			await settledAndWhole(world);
			for (const body of [held, other])
				expect(await world.execute(body)).toMatchObject({ status: 200, body: { ok: true } });
			await settledAndWhole(world);
		});

		it('[faults-recover, once, one-row] under load, for a moment and for longer than any statement may take', async () => {
			const running = load(world, 6);
			const written = () => running.ended.filter(({ answer }) => answer.status === 200).length;
			const enough = (count: number) => until('writes go on', () => written() >= count);
			await enough(10);
			for (const longer of [false, true]) {
				world.cluster.pause();
				if (longer) {
					const refused = running.ended.length;
					await until('a caller is refused', () =>
						running.ended.slice(refused).some(({ answer }) => answer.status >= 500),
					);
				}
				world.cluster.resume();
				await enough(written() + 10);
			}
			await running.stop();
			expect(await world.notReady()).toEqual([]);
			await settledAndWhole(world);
			for (const { body } of running.ended)
				expect(await world.execute(body)).toMatchObject({ status: 200, body: { ok: true } });
			await settledAndWhole(world);
		});
	},
);
