import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proposeAnswer } from '#api/contract/schemas';
import { beforeShaOf } from '#core/proposal/label-set';
import type { RefusalCode } from '#core/refusals';
import type { Upstream } from '#gateway/ports/upstream';
import { sha256 } from '#src/compose';
import { GET_LABELS, labelledIssue, patches } from '#test/gateway/labels-rig';
import { type Answer, type Client, issue as createIssue, startPortal, type TestPortal } from '#test/support/portal';
import { demoTenant, withRows, withUpstream } from './fixture.ts';
import { expectProblem } from './problem-shape.ts';

const PROPOSE = '/api/mcp/propose?tenant=demo';
const EXECUTE = '/api/mcp/execute?tenant=demo';

let test: TestPortal;
let admin: Client;
let tenantId: string;
beforeAll(async () => {
	test = await startPortal({ env: { PORTAL_RATE_PER_MINUTE: '100000', PORTAL_UPSTREAM_TIMEOUT_MS: '1500' } });
	admin = await test.as('admin');
	tenantId = await demoTenant(test);
});
afterAll(() => test.close());

const request = (args: Record<string, unknown>, more: object = {}) => ({
	provider: 'github',
	tool: 'issue_write',
	args,
	...more,
});
const asked = () => test.sandbox.github.state.requests.length;

/** A refusal that names these fields; nothing was written. */
function expectRefused(answer: Answer, code: RefusalCode, ...paths: string[]) {
	expectProblem(answer, code);
	expect((answer.body.errors ?? []).map(({ path }: { path: string }) => path)).toEqual(paths);
}

describe('propose', () => {
	it('[state-as-seen] shows what stands there, what would, the difference, and when it was read', async () => {
		const issue = labelledIssue(test, ['triage', 'Bug']);
		const began = Date.now();
		const answer = await admin.post(PROPOSE, request(issue.args(['bug', 'Security'])));
		expect(answer.status).toBe(200);
		expect(proposeAnswer.parse(answer.body)).toEqual(answer.body);
		const { marker, beforeSha, preview } = answer.body;
		expect([marker, beforeSha]).toEqual([null, beforeShaOf(['triage', 'Bug'], sha256)]);
		expect(preview).toEqual({
			summary: `Set the labels of acme/payments-api#${issue.number}`,
			target: { owner: 'acme', repo: 'payments-api', number: issue.number },
			as: { login: 'acme-sarc-bot', fingerprint: expect.any(String) },
			args: issue.args(['bug', 'Security']),
			before: ['Bug', 'triage'],
			after: ['Bug', 'Security'],
			added: ['Security'],
			removed: ['triage'],
			readAt: expect.stringMatching(/^\d{4}-.+Z$/),
			warnings: [],
		});
		expect(Date.parse(preview.readAt)).toBeGreaterThanOrEqual(began);
		expect(Date.parse(preview.readAt)).toBeLessThanOrEqual(Date.now());
	});

	it('[one-row] writes nothing, there or here', async () => {
		const issue = labelledIssue(test, ['bug']);
		const writes = test.sandbox.github.state.writes();
		const count = async () => (await test.portal.database.query('SELECT id FROM execution')).length;
		const before = await count();
		const [, rows] = await withRows(test, tenantId, () => admin.post(PROPOSE, request(issue.args(['triage']))));
		expect(rows).toEqual([]);
		expect(await count()).toBe(before);
		expect(test.sandbox.github.state.writes()).toBe(writes);
	});

	it('asks the provider for labels alone: no other proposal does', async () => {
		const before = asked();
		const comment = { owner: 'acme', repo: 'payments-api', issue_number: 1, body: 'Seen.' };
		for (const body of [request(createIssue('Pure')), request(comment, { tool: 'add_issue_comment' })]) {
			const answer = await admin.post(PROPOSE, body);
			expect([answer.status, Object.keys(answer.body), asked()]).toEqual([
				200,
				['provider', 'tool', 'argsSha', 'marker', 'preview'],
				before,
			]);
		}
	});

	it('[role-matrix] a MEMBER may, an AUDITOR may not, and for the AUDITOR nobody is asked', async () => {
		const issue = labelledIssue(test, ['bug']);
		expect((await (await test.as('member')).post(PROPOSE, request(issue.args(['triage'])))).status).toBe(200);
		const before = asked();
		const auditor = await test.as('auditor');
		expectRefused(await auditor.post(PROPOSE, request(issue.args(['triage']))), 'role_required');
		expect(asked()).toBe(before);
	});

	it.each<[string, unknown[]]>([
		['the same', ['bug', 'triage']],
		['in another order', ['triage', 'bug']],
		['in other letters', ['TRIAGE', 'Bug']],
	])('what stands there already, %s: 422, since nothing would change', async (_, labels) => {
		const issue = labelledIssue(test, ['bug', 'triage']);
		const answer = await admin.post(PROPOSE, request(issue.args(labels)));
		expectRefused(answer, 'invalid_args', 'args.labels');
		expect(answer.body.detail).toContain('nothing would change');
	});

	it('[fail-closed] arguments are refused before anybody is asked', async () => {
		const issue = labelledIssue(test, ['bug']);
		const before = asked();
		const all = { ...issue.args(['triage']), state: 'closed' };
		expectRefused(await admin.post(PROPOSE, request(all)), 'invalid_args', 'args.state');
		const none = await admin.post(PROPOSE, request(issue.args([])));
		expectRefused(none, 'invalid_args', 'args.labels');
		expect(none.body.detail).toContain('this MCP server ignores an empty set');
		expectRefused(await admin.post(PROPOSE, request(issue.args(['sarc-mcp:0']))), 'reserved_marker', 'args.labels.0');
		expect(asked()).toBe(before);
	});

	it('[hidden-text-holds] names that could be taken for others are named by their place', async () => {
		const issue = labelledIssue(test, []);
		const answer = await admin.post(PROPOSE, request(issue.args(['bug', 'аpi', 'x\u202ey'])));
		expect(answer.body.preview.warnings).toMatchObject([
			{ code: 'bidi_control', field: 'labels.2', start: 1, end: 2, holds: true },
			{ code: 'mixed_script', field: 'labels.1', start: 0, end: 3, holds: true },
		]);
	});

	describe('what it cannot read', () => {
		it('an issue that is not there, or a pull request: 502 with what GitHub said', async () => {
			const issue = labelledIssue(test, ['bug']);
			const args = { ...issue.args(['triage']), issue_number: 99_999 };
			const answer = await admin.post(PROPOSE, request(args));
			expectRefused(answer, 'upstream_rejected');
			expect(answer.body.detail).toBe(
				'The labels of acme/payments-api#99999 cannot be read: there is no such issue, it is a pull request, or this credential does not see it. Failed to get issue labels: Could not resolve to an Issue with the number of 99999. Nothing was sent.',
			);
		});

		it('[state-as-seen] more labels than can be read at once: 503, since those not seen would be taken off', async () => {
			const issue = labelledIssue(
				test,
				Array.from({ length: 101 }, (_, n) => `many ${n}`),
			);
			const answer = await admin.post(PROPOSE, request(issue.args(['bug'])));
			expectRefused(answer, 'provider_unreachable');
			expect(answer.body.detail).toContain('has more labels than can be read at once');
		});

		it('GitHub that fails, or does not answer in time: 503', async () => {
			const issue = labelledIssue(test, ['bug']);
			for (const fault of [{ kind: 'status' as const, status: 502 }, { kind: 'hold' as const }]) {
				test.sandbox.github.state.faults.push({ ...fault, match: GET_LABELS });
				expectRefused(await admin.post(PROPOSE, request(issue.args(['triage']))), 'provider_unreachable');
				test.sandbox.github.state.release();
			}
		});
	});

	const drift = (changed: string[], ok = true): Partial<Upstream> => ({
		drift: () => ({ ok, changed, checkedAt: new Date() }),
		checkTools: async () => {},
	});
	it.each<[string, Partial<Upstream>, RefusalCode | null]>([
		['no provider', { configured: () => false }, 'provider_not_configured'],
		['another definition of what writes', drift(['issue_write']), 'tool_definition_changed'],
		['another definition of what reads', drift(['issue_read']), 'tool_definition_changed'],
		['another definition of a third tool', drift(['add_issue_comment']), null],
		['a server that does not answer', drift([], false), 'provider_unreachable'],
	])('[fail-closed] runs check 12: %s', async (_, port, code) => {
		const issue = labelledIssue(test, ['bug']);
		const answer = await withUpstream(test, port, () => admin.post(PROPOSE, request(issue.args(['triage']))));
		if (code === null) expect(answer.status).toBe(200);
		else expectRefused(answer, code);
	});

	it('[fail-closed] runs check 12: no credential, and one that does not open', async () => {
		const issue = labelledIssue(test, ['bug']);
		const { gateway } = test.portal;
		const known = await gateway.store.credential(tenantId, 'github');
		if (known === null) throw new Error('no credential');
		const entry = () => ({ action: 'credential.set' as const, actor: { kind: 'system' as const }, ok: true });
		const put = (sealed: string) =>
			gateway.store.putCredential({ tenantId, credential: { ...known, sealed }, entry } as never);
		try {
			await gateway.store.deleteCredential({ tenantId, provider: 'github', entry } as never);
			expectRefused(await admin.post(PROPOSE, request(issue.args(['triage']))), 'credential_missing');
			await put(`${known.sealed.slice(0, -8)}AAAAAAAA`);
			expectRefused(await admin.post(PROPOSE, request(issue.args(['triage']))), 'credential_unreadable');
		} finally {
			await put(known.sealed);
		}
	});
});

describe('execute', () => {
	async function proposal(labels: readonly string[]) {
		const issue = labelledIssue(test, ['bug']);
		const args = issue.args(labels);
		const { body } = await admin.post(PROPOSE, request(args));
		return {
			issue,
			body: request(args, { argsSha: body.argsSha, beforeSha: body.beforeSha }) as Record<string, unknown>,
		};
	}

	it('[state-as-seen] without beforeSha: 422, with a row', async () => {
		const { issue, body } = await proposal(['triage']);
		const { beforeSha: _, ...rest } = body;
		const [answer, rows] = await withRows(test, tenantId, () => admin.post(EXECUTE, rest));
		expectRefused(answer, 'invalid_args', 'beforeSha');
		expect(rows).toMatchObject([{ code: 'invalid_args', detail: { method: 'update' } }]);
		expect(patches(test, issue)).toEqual([]);
	});

	it('[state-as-seen] with it where nothing is replaced: 422, with a row', async () => {
		const args = createIssue('Replaces nothing');
		const { body } = await admin.post(PROPOSE, request(args));
		const whole = request(args, { argsSha: body.argsSha, beforeSha: 'ab'.repeat(32) });
		const [answer, rows] = await withRows(test, tenantId, () => admin.post(EXECUTE, whole));
		expectRefused(answer, 'invalid_args', 'beforeSha');
		expect(rows).toHaveLength(1);
	});

	it('with something else in its place: 400', async () => {
		const { body } = await proposal(['triage']);
		for (const beforeSha of ['', 'AB'.repeat(32), null, 7]) {
			expectRefused(await admin.post(EXECUTE, { ...body, beforeSha }), 'invalid_request', 'beforeSha');
		}
	});

	it('[approval-bound] labels that were not approved: 409', async () => {
		const { issue, body } = await proposal(['triage']);
		const answer = await admin.post(EXECUTE, { ...body, args: issue.args(['triage', 'security']) });
		expectProblem(answer, 'args_sha_mismatch');
		expect(issue.labels()).toEqual(['bug']);
	});

	it('[hidden-text-holds] a name that could be taken for another is written only when it has been ticked', async () => {
		const { issue, body } = await proposal(['аpi']);
		const held = await admin.post(EXECUTE, body);
		expectProblem(held, 'warning_unacknowledged');
		expect(held.body.missing).toEqual(['mixed_script']);
		expect((await admin.post(EXECUTE, { ...body, acknowledged: ['mixed_script'] })).status).toBe(200);
		expect(issue.labels()).toEqual(['аpi']);
	});

	it('[hidden-text-holds] a name that looks like one that is removed is written only when that has been ticked', async () => {
		const issue = labelledIssue(test, ['good\u00a0first']);
		const args = issue.args(['good first']);
		const { body: seen } = await admin.post(PROPOSE, request(args));
		expect(seen.preview.warnings).toMatchObject([{ code: 'mixed_script', field: 'removed.0', holds: true }]);
		const body = request(args, { argsSha: seen.argsSha, beforeSha: seen.beforeSha });
		const [held, rows] = await withRows(test, tenantId, () => admin.post(EXECUTE, body));
		expectProblem(held, 'warning_unacknowledged');
		expect(held.body.missing).toEqual(['mixed_script']);
		expect(rows).toMatchObject([{ code: 'warning_unacknowledged' }]);
		expect(patches(test, issue)).toEqual([]);
		expect((await admin.post(EXECUTE, { ...body, acknowledged: ['mixed_script'] })).status).toBe(200);
		expect(issue.labels()).toEqual(['good first']);
	});

	it('[state-as-seen] as approved: the answer has no marker, and the execution its target and method', async () => {
		const { issue, body } = await proposal(['triage', 'security']);
		const answer = await admin.post(EXECUTE, body);
		expect(answer).toMatchObject({ status: 200, body: { ok: true, marker: null, replayed: false } });
		expect(issue.labels()).toEqual(['triage', 'security']);
		const execution = await admin.get(`/api/mcp/executions/${answer.body.executionId}?tenant=demo`);
		expect(execution.body).toMatchObject({
			state: 'CONFIRMED',
			method: 'update',
			target: { owner: 'acme', repo: 'payments-api', number: issue.number },
			artifact: answer.body.artifact,
		});
	});

	it('[state-as-seen] changed meanwhile: a problem that says what to do', async () => {
		const { issue, body } = await proposal(['triage']);
		issue.relabel(['bug', 'security']);
		const answer = await admin.post(EXECUTE, body);
		expectProblem(answer, 'target_changed');
		expect(answer.body.detail).toBe(
			`The labels of acme/payments-api#${issue.number} are not those that were approved upon. Nothing was sent. Preview again.`,
		);
	});

	it('[read-back] dropped without a word, from an account that may not set labels: unknown, and it says why', async () => {
		const token = `ghp_${'q'.repeat(36)}`;
		test.sandbox.github.state.addToken({ token, login: 'acme-sarc-bot', scopes: ['repo'], triage: false });
		const { issue, body } = await proposal(['triage']);
		await admin.put('/api/credentials/github?tenant=demo', { kind: 'pat', token });
		const answer = await admin.post(EXECUTE, body);
		expectProblem(answer, 'outcome_unknown');
		expect(answer.body.detail).toContain('Perhaps this account may not set labels');
		expect(issue.labels()).toEqual(['bug']);
	});
});
