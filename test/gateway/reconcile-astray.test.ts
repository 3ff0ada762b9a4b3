import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { issue, type TestPortal } from '#test/support/portal';
import { type Scene, sceneOn } from './looks-rig.ts';
import { approved, portals, tellOf } from './rig.ts';

describe.each(portals())('a mark that stands where it does not settle anything by itself, on $name', ({ start }) => {
	let test: TestPortal;
	let scene: Scene;
	beforeAll(async () => {
		test = await start();
		scene = await sceneOn(test);
	});
	beforeEach(() => scene.fresh());

	it('[absent-proved] confirmed labels on the lost issue do not account for it', async () => {
		const state = test.sandbox.github.state as { searchLagMs: number };
		state.searchLagMs = 3_600_000;
		const lost = await scene.lost('Labelled', { body: 'Fails when a<b.', landed: true });
		const url = `${scene.deps.webUrl}/acme/payments-api/issues/${test.sandbox.github.state.issues('acme', 'payments-api').at(-1)?.number}`;
		const { query } = test.portal.database;
		const labels = await scene.unknown({
			target: { owner: 'acme', repo: 'payments-api', number: 1 },
			afterSha: 'a'.repeat(64),
		});
		await query(`UPDATE execution SET state = 'CONFIRMED', artifact_url = $2, next_check_at = NULL WHERE id = $1`, [
			labels.id,
			url,
		]);
		expect(await scene.lookToTheEnd(lost)).toMatchObject({ state: 'NEEDS_HUMAN' });
		state.searchLagMs = 0;
	});

	it('[reconcile-own] an address that another execution is confirmed with is not found for this one', async () => {
		const request = await approved(scene.deps, scene.caller, issue('Holds its address'));
		const url = (await tellOf(scene.deps, scene.caller, request)).answer?.artifact.url ?? '';
		const lost = await scene.lost('Wants that address');
		const held = test.sandbox.github.state.repository('acme', 'payments-api')?.issues.at(-1);
		if (held === undefined) throw new Error('no issue');
		held.body = scene.footed('x', lost);
		expect(await scene.look(lost)).toMatchObject({ state: 'NEEDS_HUMAN', claimedUrl: url });
	});

	it('[absent-proved] an issue that was transferred is never absent: a person gets its address', async () => {
		const lost = await scene.lost('Moves', { landed: true });
		const { state } = test.sandbox.github;
		const [from, to] = [state.repository('acme', 'payments-api'), state.repository('acme', 'ledger')];
		const moved = from?.issues.pop();
		if (moved === undefined || to === undefined) throw new Error('no issue');
		moved.number = to.issues.length + 1;
		to.issues.push(moved);
		const claimedUrl = `${scene.deps.webUrl}/acme/ledger/issues/${moved.number}`;
		expect(await scene.lookToTheEnd(lost)).toMatchObject({ state: 'NEEDS_HUMAN', claimedUrl });
	});

	it('[absent-proved] our mark from before the reservation is never absent: a clock may have run ahead', async () => {
		const lost = await scene.lost('Too old');
		const createdAt = `${new Date(lost.reservedAt.getTime() - 1_200_000).toISOString().slice(0, 19)}Z`;
		const { url } = scene.plant({ body: scene.footed('x', lost), createdAt });
		expect(await scene.look(lost)).toMatchObject({ state: 'NEEDS_HUMAN', claimedUrl: url });
	});
});
