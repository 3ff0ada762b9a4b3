import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { artifactKey } from '#core/execution/artifact-key';
import { afterShaOf, beforeShaOf } from '#core/proposal/label-set';
import { visibleRef } from '#core/proposal/marker';
import type { Deps } from '#gateway/deps';
import type { Execution } from '#gateway/ports/executions';
import { issue, type TestPortal } from '#test/support/portal';
import { type Scene, sceneOn } from './looks-rig.ts';
import { approved, mustFind, portals, tellOf, verdictsOf } from './rig.ts';

const down = async () =>
	({ ok: false, error: { kind: 'unreachable', why: 'The MCP server cannot be reached.' } }) as const;

describe.each(portals())('what a look may conclude, on $name', ({ start }) => {
	let test: TestPortal;
	let scene: Scene;
	let deps: Deps;
	beforeAll(async () => {
		test = await start();
		scene = await sceneOn(test);
		deps = scene.deps;
	});
	beforeEach(() => scene.fresh());

	async function expectAbsent(execution: Execution): Promise<void> {
		expect(await scene.lookToTheEnd(execution)).toMatchObject({ state: 'ABSENT', code: null, artifactUrl: null });
	}
	async function expectPerson(execution: Execution, why: RegExp, through?: Deps): Promise<void> {
		const end = await scene.lookToTheEnd(execution, through);
		expect(end).toMatchObject({ state: 'NEEDS_HUMAN', code: 'outcome_unknown', nextCheckAt: null });
		expect(end.reason).toMatch(why);
	}

	it('[absent-proved] nothing there: five looks at their times, then ABSENT with its row; the same bytes may then be written once', async () => {
		const execution = await scene.lost(`Nothing there, ${test.portal.database.kind}`);
		const since = execution.unknownSince?.getTime() ?? Number.NaN;
		expect((execution.nextCheckAt?.getTime() ?? 0) - since).toBe(2_000);
		for (const nextMs of [10_000, 60_000, 300_000, 900_000]) {
			const looked = await scene.look(execution);
			expect(looked).toMatchObject({ state: 'INDETERMINATE', settledAt: null });
			expect((looked.nextCheckAt?.getTime() ?? 0) - (looked.unknownSince?.getTime() ?? 0)).toBe(nextMs);
			expect(await verdictsOf(deps, scene.tenantId, execution.id)).toEqual([]);
		}
		expect(await scene.look(execution)).toMatchObject({ state: 'ABSENT', checks: 5, settledAt: expect.any(Date) });
		expect(await verdictsOf(deps, scene.tenantId, execution.id)).toMatchObject([
			{
				action: 'mcp.reconcile.github.issue_write',
				actor: { kind: 'system' },
				// That it is known now is a plain success of the looking, so there is no code.
				ok: true,
				reason: expect.stringMatching(/^It is not there/),
				detail: { method: 'create', old: 'INDETERMINATE', new: 'ABSENT' },
			},
		]);
		expect((await verdictsOf(deps, scene.tenantId, execution.id))[0]).not.toHaveProperty('code');

		const writes = test.sandbox.github.state.writes();
		const request = await approved(deps, scene.caller, issue(`Nothing there, ${test.portal.database.kind}`));
		expect(await tellOf(deps, scene.caller, request)).toMatchObject({ code: 'ok' });
		expect(test.sandbox.github.state.writes()).toBe(writes + 1);
		expect(await mustFind(deps, scene.tenantId, request.argsSha)).toMatchObject({ epoch: 2, state: 'CONFIRMED' });
	});

	it('[absent-proved] a look that comes days late is the last but one: two clean ones are still needed', async () => {
		const execution = await scene.lost('Late');
		await scene.pass(3 * 24 * 3_600_000);
		expect(await scene.look(execution)).toMatchObject({ state: 'ABSENT', checks: 2 });
	});

	it('[absent-proved] something unreadable in one of the last two looks: a person decides; earlier ones do not count', async () => {
		const broken = { ...deps, upstream: { ...deps.upstream, issuesSince: down } };
		const early = await scene.lost('Early');
		await scene.look(early, broken);
		await expectAbsent(early);

		const last = await scene.lost('Last');
		for (let look = 1; look <= 4; look++) await scene.look(last);
		await expectPerson(last, /could not read everything: The MCP server cannot be reached\./, broken);

		const before = await scene.lost('Before the last');
		for (let look = 1; look <= 3; look++) await scene.look(before);
		expect(await scene.look(before, broken)).toMatchObject({ state: 'INDETERMINATE', cleanLooks: 0 });
		await expectPerson(before, /only the last look could read everything/);
	});

	it.each<[what: string, broken: (upstream: Deps['upstream']) => Partial<Deps['upstream']>]>([
		['who the credential is', () => ({ whoAmI: down })],
		['the listing', () => ({ issuesSince: down })],
		['any server', () => ({ configured: () => false })],
	])('[unknown-not-failed] all the while without %s: a person decides, never absent', async (_, broken) => {
		const upstream = { ...deps.upstream, ...broken(deps.upstream) };
		await expectPerson(await scene.lost('Unread'), /could not read everything/, { ...deps, upstream });
	});

	it('[absent-proved] an artifact of the account without a mark could be it: a person decides; one by anybody else, or from before, could not', async () => {
		const execution = await scene.lost('Unmarked');
		scene.plant({ author: 'dana' });
		scene.plant({ createdAt: '2020-01-01T00:00:00Z' });
		await expectAbsent(execution);
		const other = await scene.lost('Unmarked too');
		scene.plant({});
		await expectPerson(other, /one artifact of the same account/);
	});

	it('[absent-proved] an artifact whose ref is another execution’s is not it; one whose ref is nobody’s could be', async () => {
		const other = await scene.lost('Another', { landed: true });
		const execution = await scene.lost('Beside another');
		await scene.look(other);
		expect(await scene.again(other)).toMatchObject({ state: 'CONFIRMED' });
		await expectAbsent(execution);

		await scene.fresh();
		const next = await scene.lost('Beside nobody’s');
		scene.plant({ body: `ref ${visibleRef('f'.repeat(64))}` });
		await expectPerson(next, /one artifact/);
	});

	it('[absent-proved] a footer of another execution, put there by who may edit it, does not account for an artifact', async () => {
		const other = await scene.lost('Whose footer is lent', { landed: true });
		await scene.look(other);
		expect(await scene.again(other)).toMatchObject({ state: 'CONFIRMED' });
		const execution = await scene.lost('Whose footer is replaced', { landed: true });
		const written = test.sandbox.github.state.repository('acme', 'payments-api')?.issues.at(-1);
		Object.assign(written ?? {}, { body: scene.footed('It.', other) });
		await expectPerson(execution, /one artifact/);
	});

	it('[once] an address that was given out anew, as in a repository that was made anew, is settled by what was made there since', async () => {
		const other = await scene.lost('Of the repository before', { landed: true });
		await scene.look(other);
		const execution = await scene.lost('Of the repository now', { landed: true });
		const number = test.sandbox.github.state.repository('acme', 'payments-api')?.issues.at(-1)?.number;
		const url = `${deps.webUrl}/acme/payments-api/issues/${number}`;
		const settledAt = (address: string, ago: string) =>
			test.portal.database.query(
				`UPDATE execution SET artifact_url = $2, artifact_key = $3, settled_at = now() - $4::interval WHERE id = $1`,
				[other.id, address, artifactKey(address), ago],
			);
		await settledAt(url, '1 minute'); // within the skew of clocks: it could be the one that was settled
		expect(await scene.look(execution)).toMatchObject({ state: 'NEEDS_HUMAN', claimedUrl: url });

		await scene.fresh();
		const next = await scene.lost('Of the repository now, too', { landed: true });
		const its = `${deps.webUrl}/acme/payments-api/issues/${Number(number) + 1}`;
		await settledAt(its, '1 hour');
		expect(await scene.look(next)).toMatchObject({ state: 'CONFIRMED', artifactUrl: its });
	});

	it('[absent-proved] an artifact whose mark the reads swallow is accounted for by its address, once it is confirmed', async () => {
		const request = await approved(deps, scene.caller, issue('Swallowed', 'Fails when a<b.'));
		expect(await tellOf(deps, scene.caller, request)).toMatchObject({ code: 'ok' });
		const execution = await scene.lost('Beside a swallowed one');
		await expectAbsent(execution);
	});

	it('[absent-proved] the swallowed artifact itself: found by search, and while the index lags left to a person', async () => {
		const found = await scene.lost('Found by search', { body: 'Fails when a<b.', landed: true });
		expect(await scene.lookToTheEnd(found)).toMatchObject({ state: 'CONFIRMED', checks: 3 });
		await scene.fresh();

		const state = test.sandbox.github.state as { searchLagMs: number };
		state.searchLagMs = 3_600_000;
		const lags = await scene.lost('Index lags', { body: 'Fails when a<b.', landed: true });
		await expectPerson(lags, /one artifact/);
		state.searchLagMs = 0;
	});

	it('[absent-proved] comments alike: absent, accounted for, or left to a person', async () => {
		const [on] = test.sandbox.github.state.issues('acme', 'payments-api');
		const target = { owner: 'acme', repo: 'payments-api', number: on?.number ?? 0 };
		await expectAbsent(await scene.unknown({ target }));
		const execution = await scene.unknown({ target });
		scene.comment(target.number, 'No mark.');
		await expectPerson(execution, /one artifact/);
	});

	it('[absent-proved] a credential that was replaced, when nobody knew whose it was: a person decides', async () => {
		const execution = await scene.lost('Unknown account');
		const { query } = test.portal.database;
		await query('UPDATE execution SET credential_login = NULL, credential_id = $2 WHERE id = $1', [
			execution.id,
			deps.ids.uuid(),
		]);
		await expectPerson(execution, /whose account wrote was never known/);
	});

	it('[reconcile-own] an address that came with the answer is read first, and believed only when what stands there is ours', async () => {
		const claims = (url: string): Deps => ({
			...deps,
			upstream: { ...deps.upstream, call: async () => ({ kind: 'unknown', why: 'No id.', claimedUrl: url }) },
		});
		const blind: Deps = { ...deps, upstream: { ...deps.upstream, issuesSince: down, searchIssues: down } };
		const decoy = scene.plant({ body: 'Not it.' });
		const wrong = await approved(deps, scene.caller, issue('Claims another'));
		await tellOf(claims(decoy.url), scene.caller, wrong);
		const misled = await mustFind(deps, scene.tenantId, wrong.argsSha);
		expect(misled).toMatchObject({ state: 'INDETERMINATE', claimedUrl: decoy.url });
		expect(await scene.look(misled, blind)).toMatchObject({ state: 'INDETERMINATE' });

		const right = await approved(deps, scene.caller, issue('Claims its own'));
		const own = scene.plant({ body: scene.footed('It.', right) });
		await tellOf(claims(own.url), scene.caller, right);
		const execution = await mustFind(deps, scene.tenantId, right.argsSha);
		expect(await scene.look(execution, blind)).toMatchObject({ state: 'CONFIRMED', artifactUrl: own.url });
	});

	describe('a set of labels', () => {
		const target = { owner: 'acme', repo: 'payments-api', number: 1 };
		const approvedSet = ['bug', 'Infra'];
		const labelled = () =>
			scene.unknown({
				target,
				method: 'update',
				beforeSha: beforeShaOf([], deps.sha256),
				afterSha: afterShaOf(approvedSet, deps.sha256),
			});
		const standing = (labels: readonly string[]): Deps => ({
			...deps,
			upstream: { ...deps.upstream, labels: async () => ({ ok: true, value: labels }) },
		});

		it('that stands there is CONFIRMED at the issue’s address, whatever the order and letter case', async () => {
			const url = `${deps.webUrl}/acme/payments-api/issues/1`;
			const end = await scene.look(await labelled(), standing(['infra', 'BUG']));
			expect(end).toMatchObject({ state: 'CONFIRMED', artifactUrl: url });
		});

		it.each<[string, readonly string[]]>([
			['one too few', ['bug']],
			['one too many', ['bug', 'infra', 'x']],
			['the set of before', []],
		])('[absent-proved] with %s is looked for again, and ends with a person, never absent', async (_, labels) => {
			await expectPerson(await labelled(), /not what was approved/, standing(labels));
		});

		it('[unknown-not-failed] that cannot be read ends with a person', async () => {
			await expectPerson(await labelled(), /could not read everything/, {
				...deps,
				upstream: { ...deps.upstream, labels: down },
			});
		});
	});

	it('[args-not-logged] what needs a human is an event in the log, a metric and a filter of the API, without what was written', async () => {
		const execution = await scene.lost('Qz title', { body: 'Qz body' });
		scene.plant({});
		await expectPerson(execution, /one artifact/);
		const lines = test.log.filter(({ fields }) => fields.event === 'execution_needs_human');
		const mine = lines.filter(({ fields }) => fields.executionId === execution.id);
		const fields = { tenantId: scene.tenantId, reason: expect.stringMatching(/one artifact/) };
		expect(mine).toMatchObject([{ level: 'warn', fields }]);
		expect(JSON.stringify(test.log)).not.toContain('Qz');

		const admin = await test.as('admin');
		const listed = await admin.get('/api/mcp/executions?tenant=demo&state=NEEDS_HUMAN');
		expect(listed.body.executions).toMatchObject([{ id: execution.id, state: 'NEEDS_HUMAN', nextCheckAt: null }]);
		const { text } = await test.anonymous.get('/metrics');
		expect(text).toMatch(/^portal_executions\{state="NEEDS_HUMAN"\} 1$/m);
		expect(text).toMatch(/^portal_reconcile_total\{verdict="needs_human"\} [1-9]/m);
		expect(text).toMatch(/^portal_reconcile_total\{verdict="absent"\} [1-9]/m);
	});
});
