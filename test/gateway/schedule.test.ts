import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Deps } from '#gateway/deps';
import type { Caller, Execution } from '#gateway/ports';
import { startSchedule } from '#src/schedule';
import { demoCaller } from '#test/support/caller';
import { issue, startPortal, type TestPortal } from '#test/support/portal';
import { ahead, approved, mustFind, tellOf } from './rig.ts';

let test: TestPortal;
let caller: Caller;
let deps: Deps;
beforeAll(async () => {
	test = await startPortal();
	caller = await demoCaller(test.portal, 'admin@demo.local');
	deps = test.portal.gateway;
});
afterAll(() => test.close());

async function unknown(title: string): Promise<Execution> {
	test.sandbox.github.state.faults.push({
		kind: 'drop-after-write',
		match: { method: 'POST', pathPattern: '/issues$' },
	});
	const body = await approved(deps, caller, issue(title));
	expect((await tellOf(deps, caller, body)).code).toBe('outcome_unknown');
	return mustFind(deps, caller.tenant.id, body.argsSha);
}

it('a portal starts while its upstream keeps a look waiting, and stopping waits for that look alone', async () => {
	const waiting = [await unknown('One'), await unknown('Two')];
	let looks = 0;
	let answer = () => {};
	const answered = new Promise<void>((resolve) => {
		answer = resolve;
	});
	let began = () => {};
	const looking = new Promise<void>((resolve) => {
		began = resolve;
	});
	const upstream: Deps['upstream'] = {
		...deps.upstream,
		whoAmI: async (...args) => {
			looks++;
			began();
			await answered;
			return deps.upstream.whoAmI(...args);
		},
	};
	const schedule = startSchedule({ ...ahead(deps, 60_000), upstream }, { exclusive: true });
	await schedule.start();
	await looking;
	const stopped = schedule.stop();
	answer();
	await stopped;
	expect(looks).toBe(1);
	const states = await Promise.all(waiting.map(({ id }) => deps.store.execution(caller.tenant.id, id)));
	expect(states.map((each) => each?.state).sort()).toEqual(['CONFIRMED', 'INDETERMINATE']);
});

it('[one-row] before a portal that was alone serves again, every attempt of the dead process has its row', async () => {
	const body = await approved(deps, caller, issue('Left behind'));
	const upstream: Deps['upstream'] = { ...deps.upstream, call: () => new Promise(() => {}) };
	void tellOf({ ...deps, upstream }, caller, body);
	const reserved = async () => (await deps.store.latestExecution(caller.tenant.id, body.argsSha))?.state;
	while ((await reserved()) !== 'RESERVED') await new Promise((resolve) => setImmediate(resolve));

	const schedule = startSchedule(
		{ ...deps, upstream: { ...deps.upstream, whoAmI: () => new Promise(() => {}) } },
		{ exclusive: true },
	);
	await schedule.start();
	const execution = await mustFind(deps, caller.tenant.id, body.argsSha);
	expect(execution).toMatchObject({ state: 'INDETERMINATE', auditSeq: expect.any(Number) });
	// Its look hangs for good, and must not keep this file from ending.
	void schedule.stop();
});
