import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issue } from '#test/support/portal';
import { drivers } from './drivers.ts';
import { type Stage, startStage } from './stage.ts';

describe.each(drivers)('the portal on $name', (driver) => {
	let stage: Stage;
	beforeAll(async () => {
		stage = await startStage(driver);
	});
	afterAll(() => stage.close());

	test('is ready, with no drift', async () => {
		expect((await stage.admin.get('/api/mcp/prereqs?tenant=demo')).body).toMatchObject({
			ready: true,
			credential: { ok: true, login: 'acme-sarc-bot' },
			upstream: { ok: true, drift: [] },
		});
	});

	test('[once] an issue and a comment on it are written as approved; executed again, they are replayed', async () => {
		const opened = await stage.proposed(issue('Totals & <b>sums</b>', 'It’s 5 > 4.'));
		const answer = await stage.execute(opened);
		expect(answer).toMatchObject({ status: 200, body: { ok: true, replayed: false, argsSha: opened.argsSha } });
		const { artifact, executionId } = answer.body;
		const [written] = stage.github.issues('acme', 'payments-api').slice(-1);
		expect(artifact.url).toBe(`${stage.test.sandbox.upstream.webUrl}/acme/payments-api/issues/${written?.number}`);
		expect(written).toMatchObject({ title: 'Totals & <b>sums</b>', author: 'acme-sarc-bot' });
		expect(written?.body).toMatch(/^It’s 5 > 4\.\n\n---\nApproved by .+ via SARC MCP Gateway · ref sarc-mcp:/);
		expect(written?.body.endsWith(answer.body.marker)).toBe(true);

		const place = { owner: 'acme', repo: 'payments-api', issue_number: written?.number };
		const said = await stage.proposed({ ...place, body: 'Seen.' }, 'add_issue_comment');
		const commented = await stage.execute(said);
		expect(commented).toMatchObject({ status: 200, body: { ok: true } });
		const [comment] = stage.github.comments('acme', 'payments-api', written?.number ?? 0);
		expect(commented.body.artifact.url).toBe(`${artifact.url}#issuecomment-${comment?.id}`);

		for (const [request, first] of [
			[opened, answer],
			[said, commented],
		] as const) {
			const writes = stage.github.writes();
			const again = await stage.execute(request);
			expect(again).toMatchObject({
				status: 200,
				body: { replayed: true, executionId: first.body.executionId, artifact: first.body.artifact },
			});
			expect(stage.github.writes()).toBe(writes);
			const { executionId: id, auditSeq } = first.body;
			expect(await stage.rowsOf(request.argsSha)).toMatchObject([
				{ ok: true, seq: auditSeq, executionId: id, artifact: first.body.artifact },
				{ ok: true, code: 'replayed', seq: again.body.auditSeq, executionId: id },
			]);
			expect(await stage.execution(id)).toMatchObject({ state: 'CONFIRMED', artifact: first.body.artifact });
		}
		expect(executionId).not.toBe(commented.body.executionId);
		expect((await stage.admin.post('/api/audit/verify-chain?tenant=demo')).body).toMatchObject({ ok: true });
	});

	test('[approval-bound] other bytes than the approved ones: 409, a row, and nothing goes out', async () => {
		const request = await stage.proposed(issue('Approved'));
		const asked = stage.github.requests.length;
		const answer = await stage.execute({ ...request, args: issue('Not approved') });
		expect(answer).toMatchObject({ status: 409, body: { code: 'args_sha_mismatch' } });
		const { received, auditSeq } = answer.body;
		expect(received).not.toBe(request.argsSha);
		expect(await stage.rowsOf(received)).toMatchObject([{ ok: false, code: 'args_sha_mismatch', seq: auditSeq }]);
		expect(await stage.rowsOf(request.argsSha)).toEqual([]);
		expect(stage.github.requests).toHaveLength(asked);
	});

	describe('a credential that may not write', () => {
		afterAll(async () => {
			expect((await stage.credential(stage.pat)).status).toBe(200);
		});

		test('revoked: the execute is 502 upstream_rejected and REJECTED, the test says that it is refused', async () => {
			const revoked = `ghp_${'v'.repeat(36)}`;
			stage.github.addToken({ token: revoked, login: 'acme-sarc-bot', scopes: ['repo'] });
			expect((await stage.credential(revoked)).status).toBe(200);
			stage.github.revokeToken(revoked);
			const tested = await stage.admin.post('/api/credentials/github/test?tenant=demo', {});
			expect(tested).toMatchObject({ status: 422, body: { code: 'credential_rejected' } });
			expect(await stage.credential(revoked)).toMatchObject({ status: 422, body: { code: 'credential_rejected' } });
			await expectRefused('Revoked', /^GitHub answered 401: Bad credentials$/);
		});

		const hidden =
			/^The MCP server does not offer issue_write to this credential: .*scope repo\. Nothing was written\.$/;
		const needs = { add_issue_comment: false, issue_write: false };
		const all = { add_issue_comment: true, issue_write: true };
		test.each<[string, string, object, object, RegExp]>([
			['the scope public_repo alone', `ghp_${'p'.repeat(36)}`, { scopes: ['public_repo'] }, needs, hidden],
			['no scope at all', `ghp_${'n'.repeat(36)}`, { scopes: [] }, needs, hidden],
			[
				'fine-grained, reading only',
				'github_pat_readonly_TEST',
				{ scopes: [], fineGrained: { issues: 'read' } },
				all,
				/^GitHub answered 403: Resource not accessible by personal access token$/,
			],
			[
				'fine-grained, for another repository',
				'github_pat_elsewhere_TEST',
				{ scopes: [], fineGrained: { issues: 'write', repositories: ['acme/ledger'] } },
				all,
				/^GitHub answered 404: Not Found$/,
			],
		])(
			'%s: the credential test shows it, and an execute is a definite no',
			async (what, token, rights, shown, reason) => {
				stage.github.addToken({ login: 'acme-sarc-bot', token, ...rights } as never);
				expect((await stage.credential(token)).status).toBe(200);
				const tested = await stage.admin.post('/api/credentials/github/test?tenant=demo', {});
				const reads = { get_me: true, issue_read: true, list_issues: true, search_issues: true };
				expect(tested).toMatchObject({ status: 200, body: { login: 'acme-sarc-bot', tools: { ...reads, ...shown } } });
				await expectRefused(what, reason);
				// A hidden tool is no changed one: the next credential finds the portal ready.
				const prereqs = await stage.admin.get('/api/mcp/prereqs?tenant=demo');
				expect(prereqs.body).toMatchObject({ upstream: { ok: true, drift: [] } });
			},
		);

		/** Refused for certain, with one row, and free to be executed again with a better credential. */
		async function expectRefused(what: string, reason: RegExp): Promise<void> {
			const request = await stage.proposed(issue(`Zq ${what}`));
			const writes = stage.github.writes();
			const answer = await stage.execute(request);
			expect(answer).toMatchObject({ status: 502, body: { code: 'upstream_rejected' } });
			expect(answer.body.detail).toMatch(reason);
			expect(await stage.execution(answer.body.executionId)).toMatchObject({ state: 'REJECTED' });
			expect(await stage.rowsOf(request.argsSha)).toMatchObject([{ ok: false, code: 'upstream_rejected' }]);
			expect(stage.github.writes()).toBe(writes);

			const present = stage.pat;
			expect((await stage.credential(present)).status).toBe(200);
			expect(await stage.execute(request)).toMatchObject({ status: 200, body: { replayed: false } });
		}
	});
});
