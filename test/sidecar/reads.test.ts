import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { visibleRef } from '#core/proposal/marker';
import { labelledIssue, PATCH } from '#test/gateway/labels-rig';
import { issue } from '#test/support/portal';
import { drivers } from './drivers.ts';
import { type Stage, startStage } from './stage.ts';

describe.each(drivers)('what can be read back through $name', (driver) => {
	let stage: Stage;
	let web: string;
	beforeAll(async () => {
		stage = await startStage(driver);
		web = `${stage.deps.webUrl}/acme/payments-api`;
	});
	afterAll(() => stage.close());

	const at = (url: string) => stage.deps.upstream.artifactAt('github', stage.pat, url);

	test('[absent-proved] an issue that was never written is proved absent; one that was transferred goes to a person with its address', async () => {
		const lost = async (title: string, kind: 'drop-before-write' | 'drop-after-write') => {
			stage.github.faults.push({ kind, match: { method: 'POST', pathPattern: '/issues$' } });
			const answer = await stage.execute(await stage.proposed(issue(title)));
			expect(answer.body.code).toBe('outcome_unknown');
			return answer.body.executionId as string;
		};
		const absent = await lost('Never written', 'drop-before-write');
		for (let step = 0; step < 12; step++) await stage.reconcile();
		expect(await stage.execution(absent)).toMatchObject({ state: 'ABSENT', artifact: null });

		(stage.github as { searchLagMs: number }).searchLagMs = 3_600_000;
		const moved = await lost('Moves', 'drop-after-write');
		const from = stage.github.issues('acme', 'payments-api').at(-1)?.number ?? 0;
		const to = stage.github.removeIssue('acme/payments-api', from, 'acme/ledger');
		for (let step = 0; step < 12; step++) await stage.reconcile();
		const url = `${stage.deps.webUrl}/acme/ledger/issues/${to}`;
		const [row] = await stage.test.portal.database.query<{ claimed_url: string }>(
			'SELECT claimed_url FROM execution WHERE id = $1',
			[moved],
		);
		expect(await stage.execution(moved)).toMatchObject({ state: 'NEEDS_HUMAN' });
		expect(row?.claimed_url).toBe(url);
		(stage.github as { searchLagMs: number }).searchLagMs = 0;
	});

	test('an issue and a comment, each at its address', async () => {
		const request = await stage.proposed(issue('Read back', 'Fails when a<b.'));
		const { artifact } = (await stage.execute(request)).body;
		const read = await at(artifact.url);
		expect(read).toMatchObject({ ok: true, value: { url: artifact.url, author: 'acme-sarc-bot' } });
		// An issue's text comes cut, a comment's does not.
		expect(read.ok && read.value.text).not.toContain('sarc-mcp:');

		const place = { owner: 'acme', repo: 'payments-api', issue_number: Number(artifact.url.split('/').at(-1)) };
		const said = await stage.proposed({ ...place, body: 'Fails when a<b.' }, 'add_issue_comment');
		const commented = (await stage.execute(said)).body.artifact;
		const comment = await at(commented.url);
		expect(comment).toMatchObject({ ok: true, value: { url: commented.url, author: 'acme-sarc-bot' } });
		expect(comment.ok && comment.value.text).toContain(visibleRef(said.argsSha));

		const input = { target: { owner: 'acme', repo: 'payments-api' }, author: 'acme-sarc-bot' };
		const search = (argsSha: string) =>
			stage.deps.upstream.searchIssues('github', stage.pat, { ...input, text: visibleRef(argsSha) });
		expect(await search(request.argsSha)).toMatchObject({
			ok: true,
			value: {
				found: [{ url: artifact.url, text: expect.stringContaining(visibleRef(request.argsSha)) }],
				whole: true,
			},
		});
		expect(await search('f'.repeat(64))).toEqual({ ok: true, value: { found: [], whole: true } });
	});

	test('what is not there is told apart from what cannot be read', async () => {
		const notFound = { ok: false, error: { kind: 'not_found' } };
		expect(await at(`${web}/issues/9999`)).toMatchObject(notFound);
		expect(await at(`${web}/issues/9999#issuecomment-1`)).toMatchObject(notFound);
		expect(await at(`${web}/issues/1#issuecomment-99999999`)).toMatchObject(notFound);
		expect(await at(`${web}-no/issues/1`)).toMatchObject(notFound);
		stage.github.faults.push({ kind: 'status', status: 502, match: { pathPattern: '/issues/1$' } });
		expect(await at(`${web}/issues/1`)).toMatchObject({ ok: false, error: { kind: 'unreachable' } });
		stage.github.faults.push({ kind: 'status', status: 410, match: { pathPattern: '/issues/1$' } });
		expect(await at(`${web}/issues/1`)).toMatchObject(notFound);
		expect(await stage.deps.upstream.artifactAt('github', `ghp_${'z'.repeat(36)}`, `${web}/issues/1`)).toMatchObject({
			ok: false,
			error: { kind: 'unauthorized' },
		});
	});

	test('a set of labels whose answer was lost is confirmed where it stands, and left to a person where it does not', async () => {
		const set = async (wanted: string[], fault: 'drop-after-write' | 'drop-before-write') => {
			const on = labelledIssue(stage.test, ['bug']);
			const args = on.args(wanted);
			const { body } = await stage.admin.post('/api/mcp/propose?tenant=demo', {
				provider: 'github',
				tool: 'issue_write',
				args,
			});
			const { argsSha, beforeSha } = body;
			stage.github.faults.push({ kind: fault, match: PATCH });
			const answer = await stage.execute({ provider: 'github', tool: 'issue_write', args, argsSha, beforeSha });
			expect(answer.body.code).toBe('outcome_unknown');
			return { id: answer.body.executionId, number: on.number };
		};
		const written = await set(['Needs Triage', 'a<b & “c”'], 'drop-after-write');
		await stage.reconcile();
		expect(await stage.execution(written.id)).toMatchObject({
			state: 'CONFIRMED',
			artifact: { url: `${web}/issues/${written.number}` },
		});
		const lost = await set(['lost'], 'drop-before-write');
		for (let step = 0; step < 12; step++) await stage.reconcile();
		expect(await stage.execution(lost.id)).toMatchObject({ state: 'NEEDS_HUMAN', artifact: null });
	});

	test('[absent-proved] an issue that was transferred, or deleted, is told apart from a number that was never given', async () => {
		const { artifact } = (await stage.execute(await stage.proposed(issue('Is transferred', 'Text.')))).body;
		const number = Number(artifact.url.split('/').at(-1));
		const moved = stage.github.removeIssue('acme/payments-api', number, 'acme/ledger');
		const url = `${stage.deps.webUrl}/acme/ledger/issues/${moved}`;
		expect(await at(artifact.url)).toMatchObject({ ok: true, value: { url, author: 'acme-sarc-bot' } });
		stage.github.removeIssue('acme/ledger', moved ?? 0);
		expect(await at(url)).toMatchObject({ ok: false, error: { kind: 'not_found', gone: true } });
		const newest = await stage.deps.upstream.newestIssue('github', stage.pat, { owner: 'acme', repo: 'payments-api' });
		expect(newest).toMatchObject({ ok: true, value: { url: expect.stringContaining(`${web}/issues/`) } });
		expect(newest).not.toMatchObject({ value: { url: artifact.url } });
		const never = await at(`${web}/issues/${number + 1}`);
		expect(never).toMatchObject({ ok: false, error: { kind: 'not_found' } });
		expect(never).not.toMatchObject({ error: { gone: true } });
	});

	test('an issue of a repository that has moved is given with the address that it has now', async () => {
		stage.github.addRepository('acme/old-place');
		stage.github.transferRepository('acme/old-place', 'acme/ledger');
		const url = `${stage.deps.webUrl}/acme/ledger/issues/1`;
		expect(await at(url.replace('ledger', 'old-place'))).toMatchObject({ ok: true, value: { url } });
	});
});
