import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PROVED_ABSENT } from '#core/execution/settlement';
import type { Execution } from '#gateway/ports/executions';
import { type Scene, sceneOn } from '#test/gateway/looks-rig';
import { approved, mustFind, tellOf } from '#test/gateway/rig';
import { type Client, issue, startPortal, type TestPortal } from '#test/support/portal';

const REASON = 'I looked at the repository.';
const CREATE = { method: 'POST', pathPattern: '/issues$' };

describe('how an execution was settled, as the API says it', () => {
	let test: TestPortal;
	let scene: Scene;
	let admin: Client;
	beforeAll(async () => {
		test = await startPortal({ env: { PORTAL_RATE_PER_MINUTE: '100000' } });
		scene = await sceneOn(test);
		admin = await test.as('admin');
	});
	afterAll(() => test.close());
	beforeEach(() => scene.fresh());

	async function expectShown({ id }: Pick<Execution, 'id'>, shown: { state: string; settlement: string | null }) {
		expect((await admin.get(`/api/mcp/executions/${id}?tenant=demo`)).body).toMatchObject(shown);
		const { executions } = (await admin.get('/api/mcp/executions?tenant=demo&limit=1')).body;
		expect(executions).toMatchObject([{ id, ...shown }]);
	}

	async function executed(title: string, deps = scene.deps): Promise<Execution> {
		const request = await approved(scene.deps, scene.caller, issue(title));
		await tellOf(deps, scene.caller, request);
		return mustFind(scene.deps, scene.tenantId, request.argsSha);
	}

	/** One that the first look has given to a person: the answer named another repository. */
	async function answeredElsewhere(title: string): Promise<Execution> {
		test.sandbox.github.state.faults.push({ kind: 'redirect', to: 'acme/ledger', match: CREATE });
		return scene.look(await executed(title));
	}

	/** One that looks could not settle: the account had made something that nobody accounts for. */
	async function lookedForInVain(title: string): Promise<Execution> {
		const execution = await scene.lost(title);
		scene.plant({ body: '' });
		return scene.lookToTheEnd(execution);
	}

	const resolve = (execution: Execution, body: object) =>
		admin.post(`/api/mcp/executions/${execution.id}/resolve?tenant=demo`, { reason: REASON, ...body });

	it('by the provider’s answer: written, or refused', async () => {
		await expectShown(await executed('Answered'), { state: 'CONFIRMED', settlement: 'answered' });
		test.sandbox.github.state.faults.push({ kind: 'status', status: 422, match: CREATE });
		await expectShown(await executed('Refused'), { state: 'REJECTED', settlement: 'answered' });
	});

	it('since nothing was sent', async () => {
		const call = async () => ({ kind: 'not_sent', why: 'There was no connection.' }) as const;
		const deps = { ...scene.deps, upstream: { ...scene.deps.upstream, call } };
		await expectShown(await executed('Held back', deps), { state: 'ABSENT', settlement: 'not_sent' });
	});

	it('[unknown-not-failed] not at all, while it is looked for or waits for a person', async () => {
		await expectShown(await scene.lost('Unknown'), { state: 'INDETERMINATE', settlement: null });
		await expectShown(await answeredElsewhere('Waits'), { state: 'NEEDS_HUMAN', settlement: null });
		await expectShown(await lookedForInVain('Looked for'), { state: 'NEEDS_HUMAN', settlement: null });
	});

	it('by a look: found, or proved absent', async () => {
		const found = await scene.lookToTheEnd(await scene.lost('Found', { landed: true }));
		await expectShown(found, { state: 'CONFIRMED', settlement: 'reconciled' });
		await scene.fresh();
		const absent = await scene.lookToTheEnd(await scene.lost('Proved absent'));
		await expectShown(absent, { state: 'ABSENT', settlement: 'reconciled' });
	});

	it('[human-settles] by a person: it happened, or it did not, whether or not it was looked for before', async () => {
		const elsewhere = await answeredElsewhere('Elsewhere, and so');
		expect((await resolve(elsewhere, { happened: true, url: elsewhere.claimedUrl })).status).toBe(200);
		await expectShown(elsewhere, { state: 'CONFIRMED', settlement: 'resolved' });

		const swallowed = await lookedForInVain('Looked for, and there');
		const { url } = scene.plant({ body: scene.footed('A body.', swallowed) });
		expect((await resolve(swallowed, { happened: true, url })).status).toBe(200);
		await expectShown(swallowed, { state: 'CONFIRMED', settlement: 'resolved' });

		await scene.fresh();
		const absent = await lookedForInVain('Looked for, and not there');
		expect((await resolve(absent, { happened: false })).status).toBe(200);
		await expectShown(absent, { state: 'ABSENT', settlement: 'resolved' });
	});

	it('[human-settles] a person’s word cannot be taken for a proof: the sentence of one is refused as a reason', async () => {
		const execution = await lookedForInVain('Not proved');
		for (const reason of [PROVED_ABSENT, ` ${PROVED_ABSENT.replace(' ', '\n')}`]) {
			const answer = await resolve(execution, { happened: false, reason });
			expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ path: 'reason' }] } });
		}
		await expectShown(execution, { state: 'NEEDS_HUMAN', settlement: null });
	});
});
