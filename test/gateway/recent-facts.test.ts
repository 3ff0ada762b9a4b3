import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Clock } from '#gateway/ports/clock';
import type { GuardFacts } from '#gateway/ports/executions';
import type { Store } from '#gateway/ports/store';
import { rememberFacts } from '#gateway/recent-facts';
import { type Client, issue, proposed, startPortal, type TestPortal } from '#test/support/portal';

const OFF: GuardFacts = {
	gatewayOn: false,
	executeTokensOn: false,
	dispatchOn: true,
	allowedTargets: [],
	credential: null,
};
const ON: GuardFacts = { ...OFF, gatewayOn: true };

/** A store whose facts and clock a test sets, and that counts how often it is asked. */
function rig() {
	const world = { facts: ON, now: 1_000_000, asked: 0, broken: false };
	const clock: Clock = { now: () => new Date(world.now) };
	const asked = {
		guardFacts: async () => {
			world.asked++;
			const { facts } = world;
			await Promise.resolve();
			if (world.broken) throw new Error('injected');
			return facts;
		},
		memberBySlug: async () => {
			world.asked++;
			return null;
		},
		setFlag: async () => {
			await Promise.resolve();
			world.facts = OFF;
			return { seq: 0, entryHash: '' };
		},
		setSomethingNew: async () => {
			world.facts = OFF;
		},
		reserve: async () => ({ kind: 'refused', code: 'internal' }),
	};
	const remembered = rememberFacts(asked as unknown as Store & typeof asked, clock);
	return { world, ...remembered, facts: () => remembered.recent.guardFacts('t', 'github') };
}

describe('facts of a propose', () => {
	it('are asked for once in a second, also by many at once', async () => {
		const { world, facts } = rig();
		await Promise.all(Array.from({ length: 50 }, facts));
		world.now += 999;
		await facts();
		expect(world.asked).toBe(1);
	});

	it('are never older than a second, also when the clock is set back', async () => {
		const { world, facts } = rig();
		await facts();
		world.facts = OFF;
		world.now += 1_000;
		expect(await facts()).toEqual(OFF);
		world.facts = ON;
		world.now -= 3_600_000;
		expect(await facts()).toEqual(ON);
	});

	it.each(['setFlag', 'setSomethingNew'] as const)(
		'[switch-off] are forgotten at once after %s in this process',
		async (change) => {
			const { facts, store } = rig();
			expect(await facts()).toEqual(ON);
			await store[change]({} as never);
			expect(await facts()).toEqual(OFF);
		},
	);

	it('[switch-off] read while a change was under way are not believed after it', async () => {
		const { facts, store } = rig();
		const changing = store.setFlag({} as never);
		const during = facts();
		await changing;
		await during;
		expect(await facts()).toEqual(OFF);
	});

	it('stay known while writes go on: reserving changes none of them', async () => {
		const { world, facts, store } = rig();
		await facts();
		await store.reserve({} as never);
		await facts();
		expect(world.asked).toBe(1);
	});

	it('that could not be read are asked for again', async () => {
		const { world, facts } = rig();
		world.broken = true;
		await expect(facts()).rejects.toThrow('injected');
		world.broken = false;
		expect(await facts()).toEqual(ON);
	});

	it('that do not exist are not kept', async () => {
		const { world, recent } = rig();
		await recent.memberBySlug('nowhere', 'nobody');
		await recent.memberBySlug('nowhere', 'nobody');
		expect(world.asked).toBe(2);
	});
});

describe('through the API', () => {
	let test: TestPortal;
	let admin: Client;
	beforeAll(async () => {
		test = await startPortal();
		admin = await test.as('admin');
	});
	afterAll(() => test.close());

	it('[switch-off] a propose right after a switch was thrown sees it, off and on', async () => {
		const request = { provider: 'github', tool: 'issue_write', args: issue('Seen at once') };
		const codes: string[] = [];
		for (let turn = 0; turn < 3; turn++) {
			for (const enabled of [false, true]) {
				expect((await admin.put('/api/agent-dispatch?tenant=demo', { enabled, reason: 'test' })).status).toBe(200);
				codes.push((await admin.post('/api/mcp/propose?tenant=demo', request)).body.code ?? 'ok');
			}
		}
		expect(codes).toEqual(Array.from({ length: 3 }, () => ['agent_dispatch_disabled', 'ok']).flat());
	});

	it('[switch-off] an execute never goes by remembered facts: what another process switched off is off', async () => {
		const body = await proposed(admin, issue('Switched off elsewhere'));
		// Past this process's store, as another process would.
		await test.portal.database.query('UPDATE tenant SET agent_dispatch_enabled = false');
		const answer = await admin.post('/api/mcp/execute?tenant=demo', body);
		expect(answer).toMatchObject({ status: 403, body: { code: 'agent_dispatch_disabled' } });
		await test.portal.database.query('UPDATE tenant SET agent_dispatch_enabled = true');
	});
});
