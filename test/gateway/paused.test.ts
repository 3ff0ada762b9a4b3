import { beforeAll, describe, expect, it } from 'vitest';
import type { Deps } from '#gateway/deps';
import type { Caller } from '#gateway/ports/caller';
import { propose } from '#gateway/propose';
import { reconcile } from '#gateway/reconcile';
import { demoCaller } from '#test/support/caller';
import { passTime } from '#test/support/pass-time';
import { issue, type TestPortal } from '#test/support/portal';
import { labelledIssue } from './labels-rig.ts';
import { attemptsOf, bytes, mustFind, portals, tellOf } from './rig.ts';

describe.each(portals())('a process that is paused, over $name', ({ start }) => {
	let test: TestPortal;
	let caller: Caller;
	let deps: Deps;
	beforeAll(async () => {
		test = await start({ PORTAL_WRITE_BUDGET: '1000/m,10000/h' });
		caller = await demoCaller(test.portal, 'admin@demo.local');
		deps = test.portal.gateway;
	});

	const kinds: [string, (title: string) => Record<string, unknown>, number][] = [
		['an issue', (title) => issue(title), 1],
		['labels, whose two readings the lease covers as well', () => labelledIssue(test, ['bug']).args(['triage']), 3],
	];

	/** As if the process had stood still for `ms` right after it was told that it may send. `meanwhile` is the others'. */
	async function pausedFor(
		ms: number,
		args: Record<string, unknown>,
		meanwhile: () => Promise<void> = async () => {},
		wallMs = ms,
	) {
		const request = { provider: 'github', tool: 'issue_write', args };
		const proposed = await propose(deps, caller, bytes(request));
		if (!proposed.ok) throw new Error(proposed.error.detail);
		const { argsSha, beforeSha } = proposed.value;
		let passed = 0;
		let passedOnTheWall = 0;
		const paused: Deps = {
			...deps,
			monotonic: () => deps.monotonic() + passed,
			clock: { now: () => new Date(deps.clock.now().getTime() + passedOnTheWall) },
			store: {
				...deps.store,
				mayStillSend: async (execution) => {
					const may = await deps.store.mayStillSend(execution);
					passed = ms;
					passedOnTheWall = wallMs;
					await meanwhile();
					return may;
				},
			},
		};
		const body = { ...request, argsSha, ...(beforeSha === undefined ? {} : { beforeSha }) };
		const writes = test.sandbox.github.state.writes();
		const told = await tellOf(paused, caller, body);
		return { told, argsSha, written: test.sandbox.github.state.writes() - writes };
	}
	const slots = async (id: string | undefined) =>
		(await test.portal.database.query('SELECT slot FROM write_slot WHERE execution_id = $1', [id ?? null])).length;
	const leaseMs = (calls: number) => calls * deps.upstreamTimeoutMs + 15_000;

	it.each(kinds)('[once] %s: within the lease it is sent', async (what, args, calls) => {
		const { told, written } = await pausedFor(leaseMs(calls) - 10_000, args(`Soon enough: ${what}`));
		expect([told.code, written, await slots(told.executionId)]).toEqual(['ok', 1, 2]);
	});

	it.each(kinds)(
		'[once, one-row] %s: at the end of the lease nothing is sent, and it says so',
		async (what, args, calls) => {
			const { told, argsSha, written } = await pausedFor(leaseMs(calls), args(`Too late: ${what}`));
			expect([told.code, written]).toEqual(['provider_unreachable', 0]);
			expect(told.detail).toContain('Nothing was sent.');
			expect(await slots(told.executionId)).toBe(0);
			expect(await mustFind(deps, caller.tenant.id, argsSha)).toMatchObject({ state: 'ABSENT' });
			expect(await attemptsOf(deps, caller.tenant.id, argsSha)).toMatchObject([{ code: 'provider_unreachable' }]);
		},
	);

	it.each([
		['a suspended machine, whose monotonic clock stood still', 0, 1],
		['a wall clock that was set back meanwhile', 1, -10],
	])('[once] either clock is enough to send nothing: %s', async (what, monotonic, wall) => {
		const { told, written } = await pausedFor(leaseMs(1) * monotonic, issue(what), undefined, leaseMs(1) * wall);
		expect([told.code, written]).toEqual(['provider_unreachable', 0]);
	});

	it.each(kinds)(
		'[once, one-row] %s: taken over meanwhile, nothing is sent, and nothing else is claimed',
		async (what, args, calls) => {
			const { told, argsSha, written } = await pausedFor(leaseMs(calls), args(`Taken over: ${what}`), async () => {
				await passTime((...sql) => test.portal.database.query(...sql), leaseMs(calls) + 1_000);
				await reconcile(deps);
			});
			expect([told.code, written]).toEqual(['outcome_unknown', 0]);
			expect(await mustFind(deps, caller.tenant.id, argsSha)).toMatchObject({ state: 'INDETERMINATE' });
			expect(await attemptsOf(deps, caller.tenant.id, argsSha)).toMatchObject([{ code: 'outcome_unknown' }]);
		},
	);
});
