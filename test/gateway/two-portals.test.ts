import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { passTime } from '#test/support/pass-time';
import {
	type Answer,
	type Client,
	issue,
	PASSWORD,
	proposed,
	startPortal,
	type TestPortal,
} from '#test/support/portal';
import { type Cluster, findPostgres, startPostgres } from '#test/support/postgres';
import { newDatabase } from './rig.ts';

const bin = findPostgres();
if (bin === null && process.env.CI === 'true') throw new Error('no PostgreSQL: this suite must run in CI');

const EXECUTE = '/api/mcp/execute?tenant=demo';
const PROPOSE = '/api/mcp/propose?tenant=demo';
const FLAGS = '/api/flags?tenant=demo';
const SIGN_IN = '/api/auth/sign-in/email';
const MINUTE = 60_000;
const RATE = 90;

/** Two portals on one PostgreSQL: what holds for one person, account or tenant holds over both. */
describe.skipIf(bin === null)('of two portals on one database', () => {
	let cluster: Cluster;
	let portals: readonly [TestPortal, TestPortal];
	/** Ada, signed in at each of them by a session of her own. */
	let admins: readonly [Client, Client];

	beforeAll(async () => {
		// The portals' own clocks stand still, but for what a test lets pass.
		vi.useFakeTimers({ toFake: ['Date', 'performance'], now: Date.now() });
		cluster = await startPostgres(bin ?? '', { durable: false });
		const env = {
			DATABASE_URL: await newDatabase(cluster),
			PORTAL_SECRET: 'a secret that both of them are given, 32 bytes',
			PORTAL_RATE_PER_MINUTE: String(RATE),
			PORTAL_WRITE_BUDGET: '20/m,45/h',
		};
		const [one, other] = [await startPortal({ env }), await startPortal({ env })];
		portals = [one, other];
		admins = [await one.as('admin'), await other.as('admin')];
	});
	afterAll(async () => {
		for (const portal of portals ?? []) await portal.close();
		await cluster?.stop();
		vi.useRealTimers();
	});
	/** Every window is over, in the database and for both processes. */
	afterEach(() => pass(60 * MINUTE));

	async function pass(ms: number): Promise<void> {
		vi.advanceTimersByTime(ms);
		await passTime(portals[0].portal.database.query, ms);
	}
	const either = (i: number): Client => admins[i % 2] as Client;
	const count = (answers: readonly Answer[], status: number): number =>
		answers.filter((answer) => answer.status === status).length;
	const waitOf = (answer: Answer): number => {
		expect(answer.status, answer.text).toBe(429);
		// The header alone says how long: a sentence would go on saying it while a page counts down.
		expect(answer.body.detail).not.toMatch(/\d s\b/);
		return Number(answer.headers.get('retry-after'));
	};
	const signIn = (portal: TestPortal, password: string): Promise<Answer> =>
		portal.anonymous.post(SIGN_IN, { email: 'member@demo.local', password });

	it('[limits-shared] one person’s requests at both are no more than at one, and the wait holds at both', async () => {
		const answers = await Promise.all(Array.from({ length: 2 * RATE }, (_, i) => either(i).get(FLAGS)));
		expect(count(answers, 200)).toBe(RATE);
		expect(count(answers, 429)).toBe(RATE);
		const wait = Math.max(waitOf(await either(0).get(FLAGS)), waitOf(await either(1).get(FLAGS)));
		expect(wait).toBeLessThanOrEqual(60);
		await pass(wait * 1_000);
		expect([(await either(1).get(FLAGS)).status, (await either(0).get(FLAGS)).status]).toEqual([200, 200]);
	});

	it('[limits-shared] failed sign-ins at one count at the other; after the wait the right password signs in', async () => {
		for (let i = 0; i < 10; i++) expect((await signIn(portals[0], `wrong ${i}`)).status).toBe(401);
		const refused = await signIn(portals[1], PASSWORD);
		const wait = waitOf(refused);
		expect(wait).toBeGreaterThan(14 * 60);
		await pass(wait * 1_000);
		expect((await signIn(portals[1], PASSWORD)).status).toBe(200);
	});

	it('[budget-shared] 50 executes at once begin exactly 20 writes; later as many as there is room, and GitHub sees no more', async () => {
		const written = () => portals[0].sandbox.github.state.writes() + portals[1].sandbox.github.state.writes();
		const before = written();
		const bodies = await Promise.all(Array.from({ length: 50 }, (_, i) => proposed(either(i), issue(`Budget ${i}`))));
		await pass(MINUTE);
		const first = await Promise.all(bodies.map((body, i) => either(i).post(EXECUTE, body)));
		expect([count(first, 200), count(first, 429)]).toEqual([20, 30]);
		expect(written() - before).toBe(20);
		expect(new Set(first.map(({ body }) => body.code))).toEqual(new Set([undefined, 'write_budget_exhausted']));

		// One row for each, that was refused too.
		const { store } = portals[0].portal;
		const tenantId = (await store.tenantBySlug('demo'))?.id ?? '';
		const rows = await store.page({ log: tenantId, limit: 100, order: 'desc', action: 'mcp.tool.github.issue_write' });
		expect(rows.entries).toHaveLength(50);

		const left = bodies.filter((_, i) => first[i]?.status === 429);
		const wait = waitOf(await either(1).post(EXECUTE, left[0]));
		expect(wait).toBeLessThanOrEqual(60);
		await pass(wait * 1_000);
		expect((await either(1).post(EXECUTE, left[0])).status).toBe(200);
		// A replay takes nothing, though there may be no room.
		const second = await Promise.all(left.slice(1).map((body, i) => either(i).post(EXECUTE, body)));
		expect(count(second, 200)).toBe(19);
		expect((await either(0).post(EXECUTE, bodies[first.findIndex(({ status }) => status === 200)])).body).toMatchObject(
			{
				ok: true,
				replayed: true,
			},
		);
		await pass(MINUTE);
		const rest = left.slice(1).filter((_, i) => second[i]?.status === 429);
		const third = await Promise.all(rest.map((body, i) => either(i).post(EXECUTE, body)));
		expect(count(third, 200), 'the hour’s').toBe(5);
		const hour = waitOf(third.find(({ status }) => status === 429) as Answer);
		expect(hour).toBeGreaterThan(60);
		expect(hour).toBeLessThanOrEqual(3_600);
		expect(written() - before).toBe(45);
	});

	it('what was not sent gives its share of the budget back', async () => {
		const { gateway } = portals[0].portal as { gateway: { upstream: TestPortal['portal']['gateway']['upstream'] } };
		const real = gateway.upstream;
		gateway.upstream = { ...real, call: async () => ({ kind: 'not_sent', why: 'The server cannot be reached.' }) };
		const bodies = await Promise.all(Array.from({ length: 30 }, (_, i) => proposed(either(1), issue(`Unsent ${i}`))));
		try {
			for (const body of bodies) expect((await either(0).post(EXECUTE, body)).body.code).toBe('provider_unreachable');
		} finally {
			gateway.upstream = real;
		}
		await pass(1_000);
		const sent = await Promise.all(bodies.slice(0, 20).map((body) => either(1).post(EXECUTE, body)));
		expect(count(sent, 200)).toBe(20);
	});

	it('[switch-off] a flag that is switched off at one stops executes at the other at once, and proposes within a second', async () => {
		const approved = await proposed(either(1), issue('Switched off elsewhere'));
		const propose = () => either(1).post(PROPOSE, { provider: 'github', tool: 'issue_write', args: issue('x') });
		expect((await propose()).status).toBe(200);
		expect((await either(0).put('/api/flags/mcp.gateway?tenant=demo', { enabled: false })).status).toBe(200);
		try {
			expect((await either(1).post(EXECUTE, approved)).body.code).toBe('feature-disabled');
			vi.advanceTimersByTime(1_000);
			expect((await propose()).body.code).toBe('feature-disabled');
		} finally {
			await either(0).put('/api/flags/mcp.gateway?tenant=demo', { enabled: true, reason: 'test over' });
		}
		vi.advanceTimersByTime(1_000);
		expect((await propose()).status).toBe(200);
		expect((await either(1).post(EXECUTE, approved)).status).toBe(200);
	});

	it('[targets-narrow] a target that is taken away at one is refused at the other: executes at once, proposes within a second', async () => {
		const approved = await proposed(either(1), issue('Taken away elsewhere'));
		const propose = () => either(1).post(PROPOSE, { provider: 'github', tool: 'issue_write', args: issue('x') });
		expect((await propose()).status).toBe(200);
		await either(0).put('/api/targets?tenant=demo', { allow: ['acme/ledger'] });
		expect((await either(1).post(EXECUTE, approved)).body.code).toBe('target_not_allowed');
		vi.advanceTimersByTime(1_000);
		expect((await propose()).body.code).toBe('target_not_allowed');
		await either(0).put('/api/targets?tenant=demo', { allow: [] });
	});

	it('a session that is signed out at one has ended at the other within a second', async () => {
		const answer = await portals[0].anonymous.post(SIGN_IN, { email: 'auditor@demo.local', password: PASSWORD });
		const cookie = answer.headers
			.getSetCookie()
			.map((line) => line.split(';')[0])
			.join('; ');
		const me = (portal: TestPortal) => portal.anonymous.send('GET', '/api/me', undefined, { cookie });
		expect([(await me(portals[0])).status, (await me(portals[1])).status]).toEqual([200, 200]);
		const out = await portals[0].anonymous.send('POST', '/api/auth/sign-out', {}, { cookie });
		expect(out.status).toBe(200);
		expect((await me(portals[0])).status).toBe(401);
		vi.advanceTimersByTime(1_000);
		expect((await me(portals[1])).status).toBe(401);
	});
});
