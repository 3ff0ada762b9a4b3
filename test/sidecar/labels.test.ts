import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GET_LABELS, labelledIssue, PATCH, patches } from '#test/gateway/labels-rig';
import type { Answer } from '#test/support/portal';
import { drivers } from './drivers.ts';
import { type Stage, startStage } from './stage.ts';

describe.each(drivers)('labels on $name', (driver) => {
	let stage: Stage;
	beforeAll(async () => {
		stage = await startStage(driver);
	});
	afterAll(() => stage.close());

	const propose = (args: Record<string, unknown>): Promise<Answer> =>
		stage.admin.post('/api/mcp/propose?tenant=demo', { provider: 'github', tool: 'issue_write', args });
	async function proposed(args: Record<string, unknown>) {
		const { body } = await propose(args);
		const { argsSha, beforeSha } = body;
		return { provider: 'github', tool: 'issue_write', args, argsSha, beforeSha };
	}

	test('[state-as-seen, read-back, once] read as they are spelt, shown, written as approved, and replayed', async () => {
		const present = ['good first issue', 'a<b & “c”', '🐛', 'don’t', "it's", '<!-- x -->', 'Fehler: groß'];
		const issue = labelledIssue(stage.test, present);
		const wanted = ['GOOD FIRST ISSUE', 'new here', "it's", 'a<b & “c”', 'ready, set'];
		const { body } = await propose(issue.args(wanted));
		expect(body.preview).toMatchObject({
			before: [...present].sort(),
			added: ['new here', 'ready, set'],
			removed: ['<!-- x -->', 'Fehler: groß', 'don’t', '🐛'].sort(),
		});
		expect(body.marker).toBeNull();

		const request = await proposed(issue.args(wanted));
		const answer = await stage.execute(request);
		expect(answer).toMatchObject({ status: 200, body: { ok: true, marker: null, replayed: false } });
		expect(answer.body.artifact.url).toBe(
			`${stage.test.sandbox.upstream.webUrl}/acme/payments-api/issues/${issue.number}`,
		);
		expect([...issue.labels()].sort()).toEqual([...body.preview.after]);
		expect(patches(stage.test, issue).map((each) => JSON.parse(each.body))).toEqual([{ labels: wanted }]);
		expect(await stage.rowsOf(request.argsSha)).toMatchObject([{ ok: true, detail: { method: 'update' } }]);

		const again = await stage.execute(request);
		expect(again).toMatchObject({ status: 200, body: { replayed: true, executionId: answer.body.executionId } });
		expect(patches(stage.test, issue)).toHaveLength(1);
	});

	test('[approval-bound, read-back] names with odd spaces or apart accents are read, kept and written byte for byte', async () => {
		const odd = ['good\u00a0first', 'two  spaces', 'cafe\u0301'];
		const issue = labelledIssue(stage.test, [...odd, 'bug']);
		const request = await proposed(issue.args([...odd, 'db, cache']));
		expect(await stage.execute(request)).toMatchObject({ status: 200, body: { ok: true } });
		expect(issue.labels()).toEqual([...odd, 'db, cache']);
		expect(patches(stage.test, issue).map(({ body }) => JSON.parse(body))).toEqual([{ labels: [...odd, 'db, cache'] }]);
	});

	test('an issue without labels, and one that gets a hundred of fifty characters', async () => {
		const issue = labelledIssue(stage.test, []);
		const wanted = Array.from({ length: 100 }, (_, n) => `${n}`.padEnd(50, '–'));
		const request = await proposed(issue.args(wanted));
		expect((await stage.execute(request)).status).toBe(200);
		expect(issue.labels()).toEqual(wanted);
		expect((await propose(issue.args(['bug']))).body.preview.removed).toHaveLength(100);
	});

	test('[state-as-seen] changed in between: 409 target_changed, and nothing was sent', async () => {
		const issue = labelledIssue(stage.test, ['bug']);
		const request = await proposed(issue.args(['triage']));
		issue.relabel(['bug', 'security']);
		expect(await stage.execute(request)).toMatchObject({ status: 409, body: { code: 'target_changed' } });
		expect([issue.labels(), patches(stage.test, issue)]).toEqual([['bug', 'security'], []]);
	});

	test('[read-back] dropped without a word: never a success', async () => {
		const issue = labelledIssue(stage.test, ['bug']);
		const request = await proposed(issue.args(['triage']));
		stage.github.faults.push({ kind: 'drop-labels', match: PATCH });
		const answer = await stage.execute(request);
		expect(answer).toMatchObject({ status: 502, body: { code: 'outcome_unknown' } });
		expect(patches(stage.test, issue)).toMatchObject([{ status: 200 }]);
		expect(await stage.execution(answer.body.executionId)).toMatchObject({ state: 'INDETERMINATE', artifact: null });
	});

	test.each<[string, object, string, string]>([
		['403', { kind: 'status', status: 403 }, 'upstream_rejected', 'REJECTED'],
		['404', { kind: 'status', status: 404 }, 'upstream_rejected', 'REJECTED'],
		['410', { kind: 'status', status: 410 }, 'upstream_rejected', 'REJECTED'],
		['422', { kind: 'status', status: 422 }, 'upstream_rejected', 'REJECTED'],
		['429', { kind: 'status', status: 429 }, 'upstream_rejected', 'REJECTED'],
		['a secondary rate limit', { kind: 'secondary-rate-limit' }, 'upstream_rejected', 'REJECTED'],
		['500', { kind: 'status', status: 500 }, 'outcome_unknown', 'INDETERMINATE'],
		['502 after the write', { kind: 'status-after-write' }, 'outcome_unknown', 'INDETERMINATE'],
		['no answer after the write', { kind: 'drop-after-write' }, 'outcome_unknown', 'INDETERMINATE'],
		['no answer, no write', { kind: 'drop-before-write' }, 'outcome_unknown', 'INDETERMINATE'],
		['202', { kind: '202' }, 'outcome_unknown', 'INDETERMINATE'],
	])('[no-false-verdict] %s', async (_, fault, code, state) => {
		const issue = labelledIssue(stage.test, ['bug']);
		const request = await proposed(issue.args(['triage-of-this']));
		stage.github.faults.push({ ...fault, match: PATCH } as never);
		const answer = await stage.execute(request);
		expect(answer.body.code).toBe(code);
		expect(await stage.execution(answer.body.executionId)).toMatchObject({ state });
		expect(answer.text).not.toContain('triage-of-this');
		expect(answer.text).not.toContain(new URL(stage.test.sandbox.apiUrl).host);
	});

	test('what is not there, not readable or not allowed is refused when it is proposed', async () => {
		const issue = labelledIssue(stage.test, ['bug']);
		const gone = await propose({ ...issue.args(['triage']), issue_number: 99_999 });
		expect(gone).toMatchObject({ status: 502, body: { code: 'upstream_rejected' } });
		expect(gone.body.detail).toContain('Could not resolve to an Issue with the number of 99999.');
		const elsewhere = await propose({ ...issue.args(['triage']), repo: 'no-such-repository' });
		expect(elsewhere).toMatchObject({ status: 502, body: { code: 'upstream_rejected' } });
		stage.github.faults.push({ kind: 'status', status: 502, match: GET_LABELS });
		expect(await propose(issue.args(['triage']))).toMatchObject({
			status: 503,
			body: { code: 'provider_unreachable' },
		});

		for (const rights of [{ issues: 'none' as const }, { issues: 'write' as const, repositories: ['acme/ledger'] }]) {
			const token = `github_pat_${rights.issues}_TEST`;
			stage.github.addToken({ token, login: 'acme-sarc-bot', scopes: [], fineGrained: rights });
			expect((await stage.credential(token)).status).toBe(200);
			const answer = await propose(issue.args(['triage']));
			expect(answer, answer.text).toMatchObject({ status: 502, body: { code: 'upstream_rejected' } });
		}
		expect((await stage.credential(stage.pat)).status).toBe(200);
	});

	test('a credential that may only read: the proposal stands, the execute is a definite no', async () => {
		const issue = labelledIssue(stage.test, ['bug']);
		const token = 'github_pat_onlyreads_TEST';
		stage.github.addToken({ token, login: 'acme-sarc-bot', scopes: [], fineGrained: { issues: 'read' } });
		expect((await stage.credential(token)).status).toBe(200);
		const request = await proposed(issue.args(['triage']));
		const answer = await stage.execute(request);
		expect(answer).toMatchObject({ status: 502, body: { code: 'upstream_rejected' } });
		expect(answer.body.detail).toBe('GitHub answered 403: Resource not accessible by personal access token');
		expect((await stage.credential(stage.pat)).status).toBe(200);
		expect((await stage.execute(request)).status).toBe(200);
	});
});
