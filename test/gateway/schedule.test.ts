import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Deps } from '#gateway/deps';
import type { Caller } from '#gateway/ports/caller';
import type { Execution } from '#gateway/ports/executions';
import { startSchedule } from '#src/schedule';
import { demoCaller } from '#test/support/caller';
import { latestExecution } from '#test/support/latest-execution';
import { passTime } from '#test/support/pass-time';
import { issue, startPortal, type TestPortal } from '#test/support/portal';
import { approved, mustFind, tellOf } from './rig.ts';

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

it('[drains] a portal starts while its upstream keeps looks waiting, and stopping gives them up: another one looks at once', async () => {
	const waiting = [await unknown('One'), await unknown('Two')];
	await passTime(test.portal.database.query, 2_000);
	let looks = 0;
	const upstream: Deps['upstream'] = {
		...deps.upstream,
		whoAmI: () => {
			looks++;
			return new Promise(() => {});
		},
	};
	const schedule = startSchedule({ ...deps, upstream }, { exclusive: true });
	await schedule.start();
	// Both at once: the first that is kept waiting does not keep the second.
	await expect.poll(() => looks).toBe(2);
	await schedule.stop();
	const states = async () =>
		(await Promise.all(waiting.map(({ id }) => deps.store.execution(caller.tenant.id, id)))).map((each) => each?.state);
	expect(await states()).toEqual(['INDETERMINATE', 'INDETERMINATE']);

	const next = startSchedule(deps, { exclusive: true });
	await next.start();
	await expect.poll(states).toEqual(['CONFIRMED', 'CONFIRMED']);
	await next.stop();
});

it('[one-row] before a portal that was alone serves again, every attempt of the dead process has its row', async () => {
	const body = await approved(deps, caller, issue('Left behind'));
	const upstream: Deps['upstream'] = { ...deps.upstream, call: () => new Promise(() => {}) };
	void tellOf({ ...deps, upstream }, caller, body);
	const reserved = async () => (await latestExecution(deps.store, caller.tenant.id, body.argsSha))?.state;
	while ((await reserved()) !== 'RESERVED') await new Promise((resolve) => setImmediate(resolve));

	const schedule = startSchedule(
		{ ...deps, upstream: { ...deps.upstream, whoAmI: () => new Promise(() => {}) } },
		{ exclusive: true },
	);
	await schedule.start();
	const execution = await mustFind(deps, caller.tenant.id, body.argsSha);
	expect(execution).toMatchObject({ state: 'INDETERMINATE', auditSeq: expect.any(Number) });
	await schedule.stop();
});
