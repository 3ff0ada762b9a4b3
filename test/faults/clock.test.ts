import { beforeAll, describe, expect, it } from 'vitest';
import { takeOverOrphans } from '#gateway/reconcile-takeover';
import { rowsOf } from '#test/gateway/rig';
import { passTime } from '#test/support/pass-time';
import { type Approved, postgresBin, settledAndWhole, startWorld, until, type World } from './world.ts';

const DAY = 24 * 60 * 60_000;
const CREATE = { method: 'POST', pathPattern: '/issues$' };

describe.runIf(postgresBin !== null)('this machine’s clock jumps', { timeout: 120_000 }, () => {
	let world: World;
	let ahead = 0;
	const clock = { now: () => new Date(Date.now() + ahead) };
	beforeAll(async () => {
		world = await startWorld({ clock });
	});

	const stateOf = async ({ argsSha }: Approved) => {
		const found = (await world.executions()).find((each) => each.argsSha === argsSha);
		if (found === undefined) throw new Error('there is no execution of these bytes');
		return found;
	};

	async function held(title: string): Promise<{ body: Approved; answer: ReturnType<World['execute']> }> {
		const { state } = world.portal.sandbox.github;
		const body = await world.approve(title);
		const before = state.requests.length;
		state.faults.push({ kind: 'hold', match: CREATE });
		const answer = world.execute(body);
		await until('it is held', () => state.requests.slice(before).some(({ method }) => method === 'POST'));
		return { body, answer };
	}

	it.each([
		['a day ahead', DAY],
		['a day back', -DAY],
	])(
		'[faults-recover, once] %s between propose, reservation and outcome: no lease ends or lasts by it',
		async (_name, jump) => {
			ahead = 0;
			const { gateway } = world.portal.portal;
			const before = await world.approve(`Proposed before ${jump}`);
			const { body, answer } = await held(`Reserved before ${jump}`);
			ahead = jump;
			// The lease is the database's: nobody may take it over, whatever the time is here.
			await takeOverOrphans(gateway, { everything: false });
			expect((await stateOf(body)).state).toBe('RESERVED');
			world.portal.sandbox.github.state.release();
			expect(await answer).toMatchObject({ status: 200, body: { ok: true, replayed: false } });
			// A session that has run out by that clock has to be made anew; what was approved stays approved.
			if (jump < 0) expect(await world.execute(before)).toMatchObject({ status: 200, body: { replayed: false } });
			ahead = 0;
			expect(await world.execute(before)).toMatchObject({ status: 200, body: { ok: true } });
			await settledAndWhole(world);
		},
	);

	it.each([
		['a day ahead', DAY],
		['a day back', -DAY],
	])(
		'[faults-recover, crash-safe] %s while a reservation is nobody’s: it is taken over when the database says so, not earlier',
		async (_name, jump) => {
			ahead = 0;
			const { gateway, database } = world.portal.portal;
			const { body, answer } = await held(`Nobody’s ${jump}`);
			ahead = jump;
			await passTime(database.query, 30_000);
			await takeOverOrphans(gateway, { everything: false });
			expect((await stateOf(body)).state).toBe('RESERVED');
			await passTime(database.query, 60_000);
			await until('it is taken over', async () => (await stateOf(body)).state !== 'RESERVED');
			world.portal.sandbox.github.state.release();
			// Another one has its row by now; this one says what is true.
			expect(await answer).toMatchObject({ status: 502, body: { code: 'outcome_unknown' } });
			await settledAndWhole(world);
			ahead = 0;
			expect(await world.execute(body)).toMatchObject({ status: 200, body: { replayed: true } });
		},
	);

	it.each([
		['a day ahead', DAY],
		['a day back', -DAY],
	])(
		'[faults-recover, unknown-not-failed] %s while an outcome is looked for: looks keep the database’s time',
		async (_name, jump) => {
			ahead = 0;
			const { state } = world.portal.sandbox.github;
			const body = await world.approve(`Looked for ${jump}`);
			state.faults.push({ kind: 'drop-before-write', match: CREATE });
			expect(await world.execute(body)).toMatchObject({ status: 502, body: { code: 'outcome_unknown' } });
			ahead = jump;
			await until('a look', async () => (await stateOf(body)).checks >= 1);
			const after = await stateOf(body);
			// Neither a day's looks at once, which would call it absent too early, nor none for a day.
			expect(after.state).toBe('INDETERMINATE');
			expect(after.checks).toBeLessThanOrEqual(2);
			ahead = 0;
			await settledAndWhole(world);
		},
	);

	it('[faults-recover, chain-detects] forth and back, with rows in between: `at` only ever grows', async () => {
		for (const jump of [0, DAY, -DAY, 0, 2 * DAY, 0]) {
			ahead = jump;
			await world.portal.portal.store.append((await stateOf(await anyBody())).tenantId, {
				action: 'credential.tested',
				actor: { kind: 'system' },
				ok: true,
			});
		}
		ahead = 0;
		const rows = (await rowsOf(world.portal.portal.gateway, (await stateOf(await anyBody())).tenantId)) as unknown as {
			at: string;
		}[];
		for (const [i, { at }] of rows.entries()) if (i > 0) expect(at > (rows[i - 1]?.at ?? '')).toBe(true);
		await settledAndWhole(world);
	});

	it('[faults-recover] a session or a token ends by this machine’s clock, and lives again when it is set right', async () => {
		ahead = 0;
		const minted = await world.admin.post('/api/tokens?tenant=demo', {
			name: 'a',
			scopes: ['read'],
			expiresInHours: 1,
		});
		expect(minted.status).toBe(201);
		const agent = world.portal.bearer(minted.body.token);
		const read = '/api/mcp/executions?tenant=demo';
		expect((await agent.get(read)).status).toBe(200);
		expect((await world.admin.get(read)).status).toBe(200);
		ahead = 30 * DAY;
		expect((await agent.get(read)).status).toBe(401);
		expect((await world.admin.get(read)).status).toBe(401);
		ahead = -DAY;
		expect((await agent.get(read)).status).toBe(200);
		expect((await world.admin.get(read)).status).toBe(200);
		ahead = 0;
	});

	it('[faults-recover] a session that another process has ended is not believed for a day after the clock was set back', async () => {
		ahead = 0;
		const member = await world.portal.as('member');
		expect((await member.get('/api/mcp/executions?tenant=demo')).status).toBe(200);
		await world.portal.portal.database.query(
			`DELETE FROM session WHERE user_id = (SELECT id FROM "user" WHERE email = 'member@demo.local')`,
		);
		ahead = -DAY;
		expect((await member.get('/api/mcp/executions?tenant=demo')).status).toBe(401);
		ahead = 0;
	});

	it('[faults-recover, fail-closed] a verdict on the tools is renewed after the clock was set back', async () => {
		ahead = 0;
		const { upstream } = world.portal.portal.gateway;
		await upstream.checkTools('github');
		const before = upstream.drift('github').checkedAt;
		ahead = -DAY;
		await upstream.checkTools('github');
		expect(upstream.drift('github').checkedAt?.getTime()).toBeLessThan(before?.getTime() ?? 0);
		ahead = 0;
		await upstream.checkTools('github');
	});

	async function anyBody(): Promise<Approved> {
		const [one] = await world.executions();
		if (one === undefined) throw new Error('nothing was executed');
		return { argsSha: one.argsSha };
	}
});
