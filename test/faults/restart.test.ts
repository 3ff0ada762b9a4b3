import { beforeAll, describe, expect, it } from 'vitest';
import { type Approved, load, postgresBin, settledAndWhole, startWorld, until, type World } from './world.ts';

describe.runIf(postgresBin !== null)('PostgreSQL restarted', { timeout: 120_000 }, () => {
	let world: World;
	beforeAll(async () => {
		world = await startWorld({});
	});

	it('[faults-recover, once, one-row] under load, twice: nothing is lost or written twice, and it goes on by itself', async () => {
		const running = load(world, 8);
		const enough = (more: number) => {
			const before = running.ended.filter(({ answer }) => answer.status === 200).length;
			return until(
				'writes go on',
				() => running.ended.filter(({ answer }) => answer.status === 200).length >= before + more,
			);
		};
		await enough(20);
		for (let turn = 0; turn < 2; turn++) {
			await world.cluster.restart();
			await enough(20);
		}
		await running.stop();
		expect(await world.notReady()).toEqual([]);
		// Of an execute that met the outage it is said that nothing was sent, or that the outcome is not known: never “failed”.
		const codes = new Set(running.ended.map(({ answer }) => answer.body.code ?? 'written'));
		for (const code of codes) expect(['written', 'database_unavailable', 'outcome_unknown']).toContain(code);
		await settledAndWhole(world);
		await allCanBeWritten(running.ended.map(({ body }) => body));
	});

	it('[faults-recover, once, unknown-not-failed] crashed while writes are held upstream, and away for a while: /readyz says so; what was written is found', async () => {
		const { state } = world.portal.sandbox.github;
		const bodies = await Promise.all(['Away 1', 'Away 2', 'Away 3'].map((title) => world.approve(title)));
		const before = state.requests.length;
		state.faults.push({ kind: 'hold', times: 3, match: { method: 'POST', pathPattern: '/issues$' } });
		const answers = bodies.map((body) => world.execute(body));
		await until(
			'three are held',
			() => state.requests.slice(before).filter(({ method }) => method === 'POST').length >= 3,
		);
		await world.cluster.crash();
		expect(await world.notReady()).toEqual(['database']);
		expect(await world.execute(bodies[0] as Approved)).toMatchObject({
			status: 503,
			body: { code: 'database_unavailable' },
		});
		state.release();
		for (const answer of await Promise.all(answers))
			expect(answer).toMatchObject({ status: 502, body: { code: 'outcome_unknown' } });
		await world.cluster.begin();
		await until('/readyz is well again', async () => (await world.notReady()).length === 0);
		await settledAndWhole(world);
		for (const body of bodies) {
			expect(await world.execute(body)).toMatchObject({ status: 200, body: { replayed: true } });
		}
	});

	it('[faults-recover] for a moment, while a write is held upstream: it is recorded, and answered with 200', async () => {
		const { state } = world.portal.sandbox.github;
		const body = await world.approve('A moment');
		const before = state.requests.length;
		state.faults.push({ kind: 'hold', match: { method: 'POST', pathPattern: '/issues$' } });
		const answer = world.execute(body);
		await until('it is held', () => state.requests.slice(before).some(({ method }) => method === 'POST'));
		await world.cluster.crash();
		state.release();
		await world.cluster.begin();
		expect(await answer).toMatchObject({ status: 200, body: { ok: true, replayed: false } });
		await settledAndWhole(world);
	});

	/** Whatever became of the first try, trying again with the same bytes ends in the one issue. */
	async function allCanBeWritten(bodies: readonly Approved[]): Promise<void> {
		for (const body of bodies) expect(await world.execute(body)).toMatchObject({ status: 200, body: { ok: true } });
		await settledAndWhole(world);
	}
});
