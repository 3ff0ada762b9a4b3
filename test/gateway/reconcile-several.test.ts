import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Deps } from '#gateway/deps';
import type { Execution } from '#gateway/ports/executions';
import type { TestPortal } from '#test/support/portal';
import { type Scene, sceneOn } from './looks-rig.ts';
import { portals, verdictsOf } from './rig.ts';

const down = async () => ({ ok: false, error: { kind: 'unreachable', why: 'down' } }) as const;

describe.each(portals())('more than one artifact with the mark of one call, on $name', ({ start }) => {
	let test: TestPortal;
	let scene: Scene;
	beforeAll(async () => {
		test = await start();
		scene = await sceneOn(test);
	});
	beforeEach(() => scene.fresh());

	const at = ({ reservedAt }: Execution, ms: number) =>
		`${new Date(reservedAt.getTime() + ms).toISOString().slice(0, 19)}Z`;
	const through = (upstream: Partial<Deps['upstream']>): Deps => ({
		...scene.deps,
		upstream: { ...scene.deps.upstream, ...upstream },
	});
	async function expectBoth(
		execution: Execution,
		urls: readonly [string, string],
		by?: Deps,
		more = '',
	): Promise<void> {
		const end = await scene.look(execution, by);
		const [first, second] = urls;
		expect(end).toMatchObject({ state: 'NEEDS_HUMAN', artifactUrl: null, claimedUrl: first });
		expect(end.reason).toContain(`: ${first} and ${second}${more}.`);
		expect(await verdictsOf(scene.deps, scene.tenantId, execution.id)).toMatchObject([
			{ ok: false, code: 'outcome_unknown', reason: end.reason },
		]);
	}

	it('[reconcile-own] a person gets both addresses, the older first', async () => {
		const lost = await scene.lost('Twice');
		const body = scene.footed('It.', lost);
		const younger = scene.plant({ body, createdAt: at(lost, 9_000) });
		const older = scene.plant({ body, createdAt: at(lost, 2_000) });
		await expectBoth(lost, [older.url, younger.url]);
	});

	it('[reconcile-own] of one second, the lower number first, in whichever order they are told', async () => {
		for (const turn of [(all: unknown[]) => all, (all: unknown[]) => all.reverse()]) {
			const lost = await scene.lost(`Of one second ${turn.length}${turn}`);
			const [body, createdAt] = [scene.footed('It.', lost), at(lost, 1_000)];
			const [one, another] = [scene.plant({ body, createdAt }), scene.plant({ body, createdAt })];
			scene.plant({ body, createdAt });
			const issuesSince: Deps['upstream']['issuesSince'] = async (...args) => {
				const listed = await scene.deps.upstream.issuesSince(...args);
				return listed.ok ? { ok: true, value: turn(listed.value) as typeof listed.value } : listed;
			};
			await expectBoth(lost, [one.url, another.url], through({ issuesSince }), ' and 1 more');
		}
	});

	it('[reconcile-own] comments alike', async () => {
		const number = scene.plant({ author: 'dana' }).number;
		const lost = await scene.unknown({ target: { owner: 'acme', repo: 'payments-api', number } });
		const body = scene.footed('Said.', lost);
		const [one, another] = [scene.comment(number, body), scene.comment(number, body)];
		await expectBoth(lost, [one.url, another.url]);
	});

	it('[reconcile-own] one of them elsewhere, which search alone tells', async () => {
		const lost = await scene.lost('Here and there');
		const body = scene.footed('It.', lost);
		for (let look = 1; look <= 2; look++) await scene.look(lost);
		// By now that is past: the index shows nothing of the future.
		const then = await scene.again(lost);
		const here = scene.plant({ body, createdAt: at(then, 1_000) });
		const ledger = test.sandbox.github.state.repository('acme', 'ledger');
		if (ledger === undefined) throw new Error('no repository');
		const number = Math.max(...ledger.issues.map((each) => each.number)) + 1;
		const { url: _, ...copy } = here;
		ledger.issues.push({ ...copy, id: test.sandbox.github.state.nextId(), number, createdAt: at(then, 3_000) });
		await expectBoth(lost, [here.url, `${scene.deps.webUrl}/acme/ledger/issues/${number}`]);
	});

	it('[reconcile-own] what is told twice is one artifact; another’s copy is none', async () => {
		const lost = await scene.lost('Once', { landed: true });
		scene.plant({ body: scene.footed('It.', lost), author: 'mallory' });
		const issuesSince: Deps['upstream']['issuesSince'] = async (...args) => {
			const listed = await scene.deps.upstream.issuesSince(...args);
			if (!listed.ok) return listed;
			const again = listed.value.map((each) => ({ ...each, url: each.url.replace('acme', 'ACME') }));
			return { ok: true, value: [...listed.value, ...again] };
		};
		expect(await scene.look(lost, through({ issuesSince }))).toMatchObject({ state: 'CONFIRMED' });
	});

	it('[reconcile-own] found by search alone, in the second of the reservation: CONFIRMED, as in a listing', async () => {
		const lost = await scene.lost('By search');
		for (let look = 1; look <= 2; look++) await scene.look(lost, through({ issuesSince: down }));
		const { reservedAt } = await scene.again(lost);
		const createdAt = `${reservedAt.toISOString().slice(0, 19)}Z`;
		const { url } = scene.plant({ body: scene.footed('It.', lost), createdAt });
		const end = await scene.look(lost, through({ issuesSince: down }));
		expect(end).toMatchObject({ state: 'CONFIRMED', artifactUrl: url });

		const skewed = await scene.lost('By search, by a slow clock');
		for (let look = 1; look <= 2; look++) await scene.look(skewed, through({ issuesSince: down }));
		const before = await scene.again(skewed);
		const made = scene.plant({ body: scene.footed('It.', skewed), createdAt: at(before, -240_000) });
		expect(await scene.look(skewed, through({ issuesSince: down }))).toMatchObject({
			state: 'CONFIRMED',
			artifactUrl: made.url,
		});
	});
});
