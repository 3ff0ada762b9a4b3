import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Deps } from '#gateway/deps';
import type { Execution } from '#gateway/ports/executions';
import { reconcile } from '#gateway/reconcile';
import { createLooker } from '#gateway/reconcile-looks';
import { startPortal, type TestPortal } from '#test/support/portal';
import { type Cluster, findPostgres, startPostgres } from '#test/support/postgres';
import { BOT, type Scene, sceneOn } from './looks-rig.ts';
import { newDatabase, rowsOf, verdictsOf } from './rig.ts';

const random = () => 0;
const LEASE_MS = 150_000;

/** A door that a look stands before until it is opened. */
function door(): { readonly reached: Promise<void>; pass(): Promise<void>; open(): void } {
	let open = () => {};
	const opened = new Promise<void>((resolve) => {
		open = resolve;
	});
	let arrive = () => {};
	const reached = new Promise<void>((resolve) => {
		arrive = resolve;
	});
	return {
		reached,
		open: () => open(),
		pass: () => {
			arrive();
			return opened;
		},
	};
}

/** The same portal, but every listing waits at the door first, where `holds` says so. */
function waitingAt(deps: Deps, gate: ReturnType<typeof door>, holds: (repo: string) => boolean = () => true): Deps {
	const issuesSince: Deps['upstream']['issuesSince'] = async (provider, secret, target, since) => {
		if (holds(target.repo)) await gate.pass();
		return deps.upstream.issuesSince(provider, secret, target, since);
	};
	return { ...deps, upstream: { ...deps.upstream, issuesSince } };
}

const bin = findPostgres();
if (bin === null && process.env.CI === 'true')
	throw new Error('no PostgreSQL: looks must run over both databases in CI');
if (bin === null) console.warn('SKIPPED: looks of two portals on one PostgreSQL (install postgresql).');

describe.each([
	{ name: 'two loops on the embedded database', bin: null },
	...(bin === null ? [] : [{ name: 'two portals on one PostgreSQL', bin }]),
])('looks, $name', ({ bin }) => {
	let cluster: Cluster | undefined;
	let first: TestPortal;
	let second: TestPortal | undefined;
	let scene: Scene;
	let here: Deps;
	let there: Deps;
	beforeAll(async () => {
		const env: Record<string, string> = { PORTAL_SECRET: 'x'.repeat(32) };
		if (bin !== null) {
			cluster = await startPostgres(bin, { durable: false });
			env.DATABASE_URL = await newDatabase(cluster);
		}
		first = await startPortal({ env });
		scene = await sceneOn(first);
		here = scene.deps;
		if (bin !== null) second = await startPortal({ env });
		// One GitHub for both: each test portal brings its own, and sets its own credential when it starts.
		const token = `ghp_${'l'.repeat(36)}`;
		first.sandbox.github.state.addToken({ token, login: BOT, scopes: ['repo'] });
		const put = await (await first.as('admin')).put('/api/credentials/github?tenant=demo', { kind: 'pat', token });
		expect(put.status).toBe(200);
		there = { ...(second?.portal.gateway ?? here), upstream: here.upstream, webUrl: here.webUrl };
	});
	afterAll(async () => {
		await second?.close();
		await first.close();
		await cluster?.stop();
	});
	beforeEach(() => scene.fresh());

	async function due(title: string, more: Parameters<Scene['lost']>[1] = {}): Promise<Execution> {
		const execution = await scene.lost(title, more);
		await scene.pass(2_100);
		return execution;
	}

	it('[looks-fenced] a look that is paused while its lease runs is left alone; past it another decides, and the first writes nothing', async () => {
		const execution = await due('Paused long', { landed: true });
		const gate = door();
		const paused = reconcile(waitingAt(here, gate), { random });
		await gate.reached;

		await reconcile(there, { random });
		expect(await scene.again(execution)).toMatchObject({ state: 'INDETERMINATE', checks: 1 });
		await scene.pass(LEASE_MS - 5_000);
		await reconcile(there, { random });
		expect((await scene.again(execution)).state).toBe('INDETERMINATE');

		await scene.pass(6_000);
		await reconcile(there, { random });
		const decided = await scene.again(execution);
		expect(decided).toMatchObject({ state: 'CONFIRMED', checks: 2 });
		const rows = await rowsOf(here, scene.tenantId);
		gate.open();
		await paused;
		expect(await scene.again(execution)).toEqual(decided);
		expect(await rowsOf(here, scene.tenantId)).toEqual(rows);
	});

	it('[looks-fenced] nor does it decide while another look is under way, which then does', async () => {
		const execution = await due('Both find it', { landed: true });
		const [one, two] = [door(), door()];
		const paused = reconcile(waitingAt(here, one), { random });
		await one.reached;
		await scene.pass(LEASE_MS + 1_000);
		const other = reconcile(waitingAt(there, two), { random });
		await two.reached;
		one.open();
		await paused;
		expect(await scene.again(execution)).toMatchObject({ state: 'INDETERMINATE', checks: 2 });
		expect(await verdictsOf(here, scene.tenantId, execution.id)).toEqual([]);
		two.open();
		await other;
		expect(await scene.again(execution)).toMatchObject({ state: 'CONFIRMED', checks: 2 });
		expect(await verdictsOf(here, scene.tenantId, execution.id)).toHaveLength(1);
	});

	it('[looks-fenced] nor does it put off, once another look has begun', async () => {
		const execution = await due('Paused twice');
		const [one, two] = [door(), door()];
		const paused = reconcile(waitingAt(here, one), { random });
		await one.reached;
		await scene.pass(LEASE_MS + 1_000);
		const other = reconcile(waitingAt(there, two), { random });
		await two.reached;
		one.open();
		await paused;
		// Still the second one's: a third process gets nothing.
		expect(await scene.again(execution)).toMatchObject({ checks: 2, cleanLooks: 0 });
		expect(await there.store.claimLook(LEASE_MS)).toBeNull();
		two.open();
		await other;
		// So much time has passed that the one after it was due at once.
		expect(await scene.again(execution)).toMatchObject({ state: 'INDETERMINATE', checks: 3, cleanLooks: 2 });
	});

	it('[looks-fenced] of sixteen passes of both at once, one verdict is written', async () => {
		const executions = [await due('Race 1', { landed: true }), await due('Race 2', { landed: true })];
		await Promise.all(Array.from({ length: 16 }, (_, i) => reconcile(i % 2 === 0 ? here : there, { random })));
		for (const execution of executions) {
			expect(await scene.again(execution)).toMatchObject({ state: 'CONFIRMED' });
			expect(await verdictsOf(here, scene.tenantId, execution.id)).toHaveLength(1);
		}
	});

	it('one that is kept waiting does not hold up those behind it', async () => {
		const slow = await due('Slow', { repo: 'ledger', landed: true });
		const fine = [await due('Fine 1', { landed: true }), await due('Fine 2', { landed: true })];
		const gate = door();
		const looker = createLooker(
			waitingAt(here, gate, (repo) => repo === 'ledger'),
			{ random },
		);
		const pass = looker.begin();
		await gate.reached;
		await expect
			.poll(async () => (await Promise.all(fine.map((each) => scene.again(each)))).map(({ state }) => state))
			.toEqual(['CONFIRMED', 'CONFIRMED']);
		expect((await scene.again(slow)).state).toBe('INDETERMINATE');

		// What comes due meanwhile has its turn too, in the next pass of the same process.
		const later = await due('Fine 3', { landed: true });
		const next = looker.begin();
		await expect.poll(async () => (await scene.again(later)).state).toBe('CONFIRMED');
		gate.open();
		await Promise.all([pass, next]);
		expect((await scene.again(slow)).state).toBe('CONFIRMED');
	});

	it('no more than half of what one process looks for at once are of one tenant', async () => {
		for (let i = 0; i < 6; i++) await due(`Many ${i}`);
		const gate = door();
		let under = 0;
		let most = 0;
		const issuesSince: Deps['upstream']['issuesSince'] = async (...args) => {
			most = Math.max(most, ++under);
			await gate.pass();
			under--;
			return here.upstream.issuesSince(...args);
		};
		const looker = createLooker({ ...here, upstream: { ...here.upstream, issuesSince } }, { random, atOnce: 8 });
		const pass = looker.begin();
		await expect.poll(() => under).toBe(4);
		const next = looker.begin();
		// One is left over, whom another process gets.
		expect(await there.store.claimLook(LEASE_MS)).not.toBeNull();
		gate.open();
		await Promise.all([pass, next]);
		expect({ under, most }).toEqual({ under: 0, most: 4 });
	});

	it('[drains] a process that stops ends its leases: another one looks at once, and the look was no unclean one', async () => {
		const execution = await due('Handed over');
		await reconcile(here, { random });
		expect(await scene.again(execution)).toMatchObject({ cleanLooks: 1 });
		await scene.pass(10_000);
		const gate = door();
		const looker = createLooker(waitingAt(here, gate), { random });
		const pass = looker.begin();
		await gate.reached;
		await looker.stop();
		await pass;
		const handed = await scene.again(execution);
		expect(handed).toMatchObject({ state: 'INDETERMINATE', cleanLooks: 1 });
		await reconcile(there, { random });
		const looked = await scene.again(execution);
		expect(looked).toMatchObject({ state: 'INDETERMINATE', checks: handed.checks + 1, cleanLooks: 2 });
		expect((looked.nextCheckAt?.getTime() ?? 0) - (looked.unknownSince?.getTime() ?? 0)).toBe(60_000);
		// The door opens too late: the look that was given up records nothing.
		gate.open();
		await new Promise((resolve) => setImmediate(resolve));
		expect(await scene.again(execution)).toEqual(looked);
		await looker.begin();
		expect(await scene.again(execution)).toEqual(looked);
	});

	it('a provider that never answers counts as not read', async () => {
		const execution = await due('For ever');
		await createLooker(waitingAt(here, door()), { random, lookMs: 20 }).begin();
		expect(await scene.again(execution)).toMatchObject({ state: 'INDETERMINATE', checks: 1, cleanLooks: 0 });
		const { nextCheckAt, unknownSince } = await scene.again(execution);
		expect((nextCheckAt?.getTime() ?? 0) - (unknownSince?.getTime() ?? 0)).toBe(10_000);
	});
});
