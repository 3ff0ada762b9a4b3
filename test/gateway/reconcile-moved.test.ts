import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Deps } from '#gateway/deps';
import type { Execution } from '#gateway/ports/executions';
import type { TestPortal } from '#test/support/portal';
import { type Scene, sceneOn } from './looks-rig.ts';
import { portals } from './rig.ts';

const HERE = 'acme/payments-api';
const LONG_AGO = '2020-01-01T00:00:00Z';
const THERE = 'acme/ledger';

describe.each(portals())('what was moved before it was found, on $name', ({ start }) => {
	let test: TestPortal;
	let scene: Scene;
	let deps: Deps;
	beforeAll(async () => {
		test = await start();
		scene = await sceneOn(test);
		deps = scene.deps;
	});
	beforeEach(async () => {
		await scene.fresh();
		indexLags(0);
		// What other tests have left is from before, and so is the newest number.
		for (const each of github().repository('acme', 'payments-api')?.issues ?? []) each.createdAt = LONG_AGO;
		scene.plant({ createdAt: LONG_AGO });
	});

	const github = () => test.sandbox.github.state;
	const indexLags = (ms: number) => {
		(github() as { searchLagMs: number }).searchLagMs = ms;
	};
	const newest = () => github().issues('acme', 'payments-api').at(-1)?.number ?? 0;
	const addressOf = (repo: string, number: number | null) => `${deps.webUrl}/${repo}/issues/${number}`;
	const through = (upstream: Partial<Deps['upstream']>): Deps => ({
		...deps,
		upstream: { ...deps.upstream, ...upstream },
	});
	async function expectPerson(execution: Execution, claimedUrl: string | null, why: RegExp, by = deps): Promise<void> {
		const end = await scene.lookToTheEnd(execution, by);
		expect(end).toMatchObject({ state: 'NEEDS_HUMAN', claimedUrl, reason: expect.stringMatching(why) });
	}

	it('[absent-proved] a transferred issue that the index does not show yet: a person gets the address that it has now', async () => {
		indexLags(3_600_000);
		const lost = await scene.lost('Moves', { landed: true });
		const number = github().removeIssue(HERE, newest(), THERE);
		await expectPerson(lost, addressOf(THERE, number), /outside the approved place/);

		await scene.fresh();

		// Its mark is cut off there too: then it cannot be told, but it is not nothing.
		const cut = await scene.lost('Moves, cut', { landed: true, body: 'Fails when a<b.' });
		github().removeIssue(HERE, newest(), THERE);
		await expectPerson(cut, null, /one artifact of the same account/);
	});

	it('[absent-proved] one that was moved out of sight, or deleted, when something newer was made since: a person gets its old address', async () => {
		indexLags(3_600_000);
		github().addRepository('acme/secret');
		const fineGrained = { repositories: [HERE, THERE], issues: 'write' } as const;
		const token = `github_pat_${test.portal.database.kind === 'pglite' ? 'e' : 'p'}${'m'.repeat(40)}`;
		github().addToken({ token, login: 'acme-sarc-bot', scopes: [], fineGrained });
		const put = await (await test.as('admin')).put('/api/credentials/github?tenant=demo', { kind: 'pat', token });
		expect(put.status).toBe(200);

		const moved = await scene.lost('Out of sight', { landed: true });
		const at = newest();
		github().removeIssue(HERE, at, 'acme/secret');
		scene.plant({ author: 'dana' });
		await expectPerson(moved, addressOf(HERE, at), /shows nothing now/);
		await scene.fresh();

		const deleted = await scene.lost('Deleted', { landed: true });
		const last = newest();
		github().removeIssue(HERE, last);
		await expectPerson(deleted, addressOf(HERE, last), /shows nothing now/);
	});

	it('[absent-proved] what stands there though no listing shows it is found by its number', async () => {
		const blind = through({ issuesSince: async () => ({ ok: true, value: [] }) });
		indexLags(3_600_000);
		const lost = await scene.lost('Not listed', { landed: true });
		expect(await scene.lookToTheEnd(lost, blind)).toMatchObject({
			state: 'CONFIRMED',
			artifactUrl: addressOf(HERE, newest()),
			checks: 5,
		});
	});

	it.each<[what: string, searchIssues: (real: Deps['upstream']['searchIssues']) => Deps['upstream']['searchIssues']]>([
		['that fails', () => async () => ({ ok: false, error: { kind: 'unreachable', why: 'No index.' } })],
		[
			'that is cut short',
			(real) =>
				async (...args) => {
					const searched = await real(...args);
					return searched.ok ? { ok: true, value: { ...searched.value, whole: false } } : searched;
				},
		],
	])('[absent-proved] a search %s in one of the last two looks: a person decides', async (_, broken) => {
		const blind = through({ searchIssues: broken(deps.upstream.searchIssues) });
		const last = await scene.lost('Last');
		for (let look = 1; look <= 4; look++) await scene.look(last);
		await expectPerson(last, null, /could not read everything/, blind);

		const before = await scene.lost('Before the last');
		for (let look = 1; look <= 3; look++) await scene.look(before);
		expect(await scene.look(before, blind)).toMatchObject({ state: 'INDETERMINATE', cleanLooks: 0 });
		await expectPerson(before, null, /only the last look could read everything/);
	});

	it.each([
		['unreachable', 'could not read everything'],
		['unreadable', 'could not read everything'],
	] as const)('[absent-proved] a number that is %s: a person decides', async (kind, why) => {
		const artifactAt: Deps['upstream']['artifactAt'] = async () => ({ ok: false, error: { kind, why: 'No.' } });
		await expectPerson(await scene.lost('Number'), null, new RegExp(why), through({ artifactAt }));
	});

	it('[secret-stays] an address that spells the credential is neither stored nor shown', async () => {
		const secret = `ghp_${'w'.repeat(36)}`;
		github().addToken({ token: secret, login: 'acme-sarc-bot', scopes: ['repo'] });
		const put = await (await test.as('admin')).put('/api/credentials/github?tenant=demo', {
			kind: 'pat',
			token: secret,
		});
		expect(put.status).toBe(200);
		const lost = await scene.lost('Spelt');
		const url = `${deps.webUrl}/acme/${secret}/issues/1`;
		const text = scene.footed('It.', lost);
		const hostile = through({
			searchIssues: async () => ({
				ok: true,
				value: { found: [{ url, author: 'acme-sarc-bot', createdAt: new Date(), text }], whole: true },
			}),
		});
		await expectPerson(lost, null, /holds what must not be shown/, hostile);
		expect(JSON.stringify(test.log)).not.toContain(secret);
	});

	it('[absent-proved] a look that comes days late searches too, though its age is two seconds', async () => {
		let searches = 0;
		const counted = through({
			searchIssues: (...args) => {
				searches++;
				return deps.upstream.searchIssues(...args);
			},
		});
		const lost = await scene.lost('Late');
		await scene.pass(3 * 24 * 3_600_000);
		expect(await scene.look(lost, counted)).toMatchObject({ state: 'ABSENT', checks: 2 });
		expect(searches).toBe(2);
	});

	describe('an issue that was to be commented on', () => {
		const commented = () => scene.unknown({ target: { owner: 'acme', repo: 'payments-api', number: newest() } });

		it('[absent-proved] and was transferred with the comment: a person gets the address that the comment has now', async () => {
			scene.plant({ author: 'dana' });
			const execution = await commented();
			const at = newest();
			const made = scene.comment(at, scene.footed('Said.', execution));
			const number = github().removeIssue(HERE, at, THERE);
			await expectPerson(
				execution,
				`${addressOf(THERE, number)}#issuecomment-${made.id}`,
				/outside the approved place/,
			);
		});

		it('[absent-proved] and was transferred without one: a person gets its address', async () => {
			scene.plant({ author: 'dana' });
			const execution = await commented();
			const number = github().removeIssue(HERE, newest(), THERE);
			await expectPerson(execution, addressOf(THERE, number), /does not stand where it was approved/);
		});

		it('[absent-proved] and was deleted, with whatever stood on it: a person decides', async () => {
			scene.plant({ author: 'dana' });
			const execution = await commented();
			github().removeIssue(HERE, newest());
			await expectPerson(execution, null, /could not read everything/);
		});
	});
});
