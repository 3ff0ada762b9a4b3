import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Line, lineTo } from './line.ts';
import { load, postgresBin, settledAndWhole, startWorld, until, type World } from './world.ts';

describe.runIf(postgresBin !== null)('the MCP server restarted', { timeout: 120_000 }, () => {
	let world: World;
	let line: Line;
	beforeAll(async () => {
		world = await startWorld({
			between: async (url) => {
				line = await lineTo(url);
				return line.url;
			},
		});
	});
	afterAll(() => line.end());

	it('[faults-recover, once, one-row] under load, again and again: nothing is lost or written twice', async () => {
		const running = load(world, 6);
		const written = () => running.ended.filter(({ answer }) => answer.status === 200).length;
		for (let turn = 0; turn < 5; turn++) {
			const before = written();
			await until('writes go on', () => written() >= before + 5);
			await line.end();
			await line.begin();
		}
		await running.stop();
		const codes = new Set(running.ended.map(({ answer }) => answer.body.code ?? 'written'));
		for (const code of codes) expect(['written', 'provider_unreachable', 'outcome_unknown']).toContain(code);
		await settledAndWhole(world);
		for (const { body } of running.ended) {
			expect(await world.execute(body)).toMatchObject({ status: 200, body: { ok: true } });
		}
		await settledAndWhole(world);
	});

	it('[faults-recover, unknown-not-failed] away for a while with writes under way: refused without sending, /readyz stays well, what was written is found', async () => {
		const { state } = world.portal.sandbox.github;
		const [held, late] = [await world.approve('Line held'), await world.approve('Line late')];
		const before = state.requests.length;
		state.faults.push({ kind: 'hold', match: { method: 'POST', pathPattern: '/issues$' } });
		const sent = world.execute(held);
		await until('it is held', () => state.requests.slice(before).some(({ method }) => method === 'POST'));
		await line.end();
		state.release();
		expect(await sent).toMatchObject({ status: 502, body: { code: 'outcome_unknown' } });
		for (let turn = 0; turn < 3; turn++) {
			expect(await world.execute(late)).toMatchObject({ status: 503, body: { code: 'provider_unreachable' } });
		}
		// A provider that is away is nobody's reason to take the portal out: pages, log and settings go on.
		expect(await world.notReady()).toEqual([]);
		await line.begin();
		expect(await world.execute(late)).toMatchObject({ status: 200, body: { replayed: false } });
		await settledAndWhole(world);
		expect(await world.execute(held)).toMatchObject({ status: 200, body: { replayed: true } });
	});
});
