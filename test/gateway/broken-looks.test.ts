import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Deps } from '#gateway/deps';
import type { Execution } from '#gateway/ports/executions';
import { reconcile } from '#gateway/reconcile';
import type { TestPortal } from '#test/support/portal';
import { type Scene, sceneOn } from './looks-rig.ts';
import { portals, rowsOf, verdictsOf } from './rig.ts';

const LEASE_MS = 150_000;

describe.each(portals())('a look that breaks inside the portal, on $name', ({ start }) => {
	let test: TestPortal;
	let scene: Scene;
	let deps: Deps;
	beforeAll(async () => {
		test = await start();
		scene = await sceneOn(test);
		deps = scene.deps;
	});
	beforeEach(() => scene.fresh());

	const bug = async (): Promise<never> => {
		throw new Error('a bug');
	};
	const blind = (): Deps => ({ ...deps, upstream: { ...deps.upstream, issuesSince: bug } });
	const mute = (): Deps => ({ ...deps, store: { ...deps.store, settle: bug } });
	const nextAt = ({ nextCheckAt, unknownSince }: Execution) =>
		(nextCheckAt?.getTime() ?? 0) - (unknownSince?.getTime() ?? 0);
	const logged = ({ id }: Execution) =>
		test.log.filter(({ level, fields }) => level === 'error' && fields.executionId === id);

	it('[looks-fenced] its lease ends at once, it was no clean one, and the next comes at its time', async () => {
		const execution = await scene.lost(`Broken ${test.portal.database.kind}`, { landed: true });
		for (const [n, nextMs] of [10_000, 60_000, 300_000, 900_000].entries()) {
			const broken = await scene.look(execution, blind());
			expect(broken).toMatchObject({ state: 'INDETERMINATE', checks: n + 1, cleanLooks: 0 });
			expect(nextAt(broken)).toBe(nextMs);
			expect(logged(execution)).toHaveLength(n + 1);
			// Not due yet: nobody looks, however often it is asked for.
			await reconcile(blind(), { random: () => 0 });
			expect(await scene.again(execution)).toMatchObject({ checks: n + 1 });
		}
		// No lease has to run out for the next one.
		expect(await scene.look(execution)).toMatchObject({ state: 'CONFIRMED', checks: 5 });
	});

	it('[unknown-not-failed] one that always breaks ends with a person an hour later, never absent', async () => {
		const execution = await scene.lost('Poisoned');
		const end = await scene.lookToTheEnd(execution, blind()).catch(() => scene.lookToTheEnd(execution, blind()));
		expect(end).toMatchObject({ state: 'NEEDS_HUMAN', reason: expect.stringMatching(/broke inside the portal/) });
		expect(end.checks).toBeLessThan(25);
		expect(await verdictsOf(deps, scene.tenantId, execution.id)).toHaveLength(1);
	});

	it('[looks-fenced] a verdict that the database does not take is put off, and found again once it does', async () => {
		const execution = await scene.lost('Not taken', { landed: true });
		const rows = await rowsOf(deps, scene.tenantId);
		expect(nextAt(await scene.look(execution, mute()))).toBe(10_000);
		expect(await scene.again(execution)).toMatchObject({ state: 'INDETERMINATE', checks: 1 });
		expect(await rowsOf(deps, scene.tenantId)).toEqual(rows);
		expect(await scene.look(execution)).toMatchObject({ state: 'CONFIRMED', checks: 2 });
	});

	it('[absent-proved] the last look, when it breaks or cannot be recorded, is made again: nobody is called for that', async () => {
		const execution = await scene.lost(`Mends ${test.portal.database.kind}`);
		for (let n = 0; n < 4; n++) await scene.look(execution);
		const broken = await scene.look(execution, blind());
		expect(broken).toMatchObject({ state: 'INDETERMINATE', checks: 5, cleanLooks: 4 });
		expect(nextAt(broken)).toBe(990_000);
		expect(await scene.look(execution, mute())).toMatchObject({ state: 'INDETERMINATE', checks: 6, cleanLooks: 4 });
		expect(await scene.look(execution)).toMatchObject({ state: 'ABSENT', checks: 7 });
	});

	it('[looks-fenced] a verdict that the fence does not take, since its artifact is another’s by now, ends the lease too', async () => {
		const execution = await scene.lost('Taken meanwhile', { landed: true });
		const refusing: Deps = { ...deps, store: { ...deps.store, settle: async () => null } };
		expect(nextAt(await scene.look(execution, refusing))).toBe(10_000);
		expect(await scene.look(execution)).toMatchObject({ state: 'CONFIRMED', checks: 2 });
	});

	it('[looks-fenced] giving back is fenced: another look that has begun since keeps its lease', async () => {
		const execution = await scene.lost('Overtaken');
		const overtaken: Deps['upstream']['issuesSince'] = async () => {
			await scene.pass(LEASE_MS + 1_000);
			expect(await deps.store.claimLook(LEASE_MS)).toMatchObject({ id: execution.id, checks: 2 });
			return bug();
		};
		await scene.look(execution, { ...deps, upstream: { ...deps.upstream, issuesSince: overtaken } });
		expect(await deps.store.claimLook(LEASE_MS)).toBeNull();
	});

	it('[looks-fenced] a database that takes nothing leaves the lease to run out, and the others their turn', async () => {
		const execution = await scene.lost('Nothing taken');
		const fine = await scene.lost('Behind it', { landed: true });
		await scene.pass(2_100);
		const postpone: Deps['store']['postpone'] = (input) =>
			input.executionId === execution.id ? bug() : deps.store.postpone(input);
		await reconcile({ ...deps, store: { ...deps.store, postpone } }, { random: () => 0 });
		expect(await scene.again(fine)).toMatchObject({ state: 'CONFIRMED' });
		expect(await scene.again(execution)).toMatchObject({ checks: 1 });
		await scene.pass(LEASE_MS + 1_000);
		await reconcile(deps, { random: () => 0 });
		expect((await scene.again(execution)).checks).toBeGreaterThan(1);
	});
});
