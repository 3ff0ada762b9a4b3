import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedSandbox } from '#src/start-sandbox';
import { auditRows, issue, PASSWORD, proposed, startPortal, type TestPortal } from '#test/support/portal';

let test: TestPortal;
beforeAll(async () => {
	test = await startPortal();
});
afterAll(() => test.close());

describe('propose → approve → execute → one audited row', () => {
	it('writes the issue once, with body, footer and marker, and answers with its link', async () => {
		const admin = await test.as('admin');
		const request = await proposed(admin, issue('Card captures time out', 'What happened.'));
		const answer = await admin.post('/api/mcp/execute?tenant=demo', request);
		expect(answer.body).toMatchObject({ ok: true, replayed: false, argsSha: request.argsSha });
		expect(answer.status).toBe(200);

		const [written] = test.sandbox.github.state.issues('acme', 'payments-api').slice(-1);
		expect(answer.body.artifact.url).toBe(
			`${test.sandbox.upstream.webUrl}/acme/payments-api/issues/${written?.number}`,
		);
		expect(written?.body).toMatch(
			new RegExp(
				`^What happened\\.\\n\\n---\\nApproved by Ada Lind \\(\\w{8}\\) via SARC MCP Gateway · ref sarc-mcp:${request.argsSha.slice(0, 16)}\\n<!-- sarc-mcp:${request.argsSha} -->$`,
			),
		);
		const rows = (await auditRows(admin)).filter((row) => row.action === 'mcp.tool.github.issue_write');
		expect(rows).toHaveLength(1);
		expect(rows[0]).toMatchObject({ ok: true, argsSha: request.argsSha, detail: { method: 'create' } });
		expect(JSON.stringify(rows)).not.toContain('Card captures');
	});

	it('replays a second execute of the same bytes: no second issue, a row that says so', async () => {
		const admin = await test.as('admin');
		const request = await proposed(admin, issue('Only once'));
		const first = await admin.post('/api/mcp/execute?tenant=demo', request);
		const count = test.sandbox.github.state.issues('acme', 'payments-api').length;
		const second = await admin.post('/api/mcp/execute?tenant=demo', request);
		expect(second.body).toMatchObject({ ok: true, replayed: true, artifact: first.body.artifact });
		expect(test.sandbox.github.state.issues('acme', 'payments-api')).toHaveLength(count);
		const another = await proposed(admin, issue('Only once'), { nonce: 'second-one' });
		expect((await admin.post('/api/mcp/execute?tenant=demo', another)).body.replayed).toBe(false);
		expect(test.sandbox.github.state.issues('acme', 'payments-api')).toHaveLength(count + 1);
	});

	it('comments on an issue', async () => {
		const admin = await test.as('admin');
		const args = { owner: 'acme', repo: 'payments-api', issue_number: 1, body: 'Seen here too.' };
		const request = await proposed(admin, args, { tool: 'add_issue_comment' });
		const answer = await admin.post('/api/mcp/execute?tenant=demo', request);
		expect(answer.status, answer.text).toBe(200);
		expect(answer.body.artifact.url).toMatch(/\/acme\/payments-api\/issues\/1#issuecomment-\d+$/);
	});
});

it('a restart gives the sandbox its own credential back, and leaves another one alone', async () => {
	const admin = await test.as('admin');
	const fingerprint = async () => (await admin.get('/api/credentials?tenant=demo')).body.credentials[0]?.fingerprint;
	const own = await fingerprint();
	await admin.delete('/api/credentials/github?tenant=demo');
	expect(await fingerprint()).toBeUndefined();
	await seedSandbox(test.portal, test.sandbox, PASSWORD);
	expect(await fingerprint()).toBe(own);

	const other = `ghp_${'0'.repeat(36)}`;
	test.sandbox.github.state.addToken({ token: other, login: 'someone-else', scopes: ['repo'] });
	await admin.put('/api/credentials/github?tenant=demo', { kind: 'pat', token: other });
	const replaced = await fingerprint();
	await seedSandbox(test.portal, test.sandbox, PASSWORD);
	expect(await fingerprint()).toBe(replaced);
});
