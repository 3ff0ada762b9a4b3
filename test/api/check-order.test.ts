import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { argsSha } from '#core/proposal/args-sha';
import type { RefusalCode } from '#core/refusals';
import type { WriteBudget } from '#gateway/ports/reservation';
import { sha256 } from '#src/compose';
import { passTime } from '#test/support/pass-time';
import { type Answer, type Client, issue, proposed, startPortal, type TestPortal } from '#test/support/portal';
import { addPerson, demoTenant, type Row, raw, withRows, withUpstream } from './fixture.ts';
import { codeOf, expectProblem } from './problem-shape.ts';

/** More than all other requests of one person in this file, whether or not they fall into one minute. */
const RATE = 250;
const EXECUTE = '/api/mcp/execute?tenant=demo';

let test: TestPortal;
let tenantId: string;
let admin: Client;
let member: Client;
/** Two people who have used up their requests of this minute; Tove has left the tenant since. */
let rita: Client;
let tove: Client;

beforeAll(async () => {
	test = await startPortal({ env: { PORTAL_RATE_PER_MINUTE: String(RATE) } });
	tenantId = await demoTenant(test);
	admin = await test.as('admin');
	member = await test.as('member');
	await addPerson(test, 'rita@demo.local', 'MEMBER');
	const left = await addPerson(test, 'tove@demo.local', 'MEMBER');
	rita = await test.as('rita@demo.local');
	tove = await test.as('tove@demo.local');
	await exhaust(rita);
	await exhaust(tove);
	await test.portal.database.query('DELETE FROM membership WHERE id = $1', [left.memberId]);
});
afterAll(() => test.close());
afterEach(() => {
	vi.useRealTimers();
});

async function exhaust(client: Client): Promise<Answer> {
	for (let i = 0; i <= RATE; i++) {
		const answer = await client.get('/api/flags?tenant=demo');
		if (answer.status === 429) return answer;
	}
	throw new Error(`more than ${RATE} requests passed`);
}

const shaOf = (request: { tool: string; args: Record<string, unknown> }) =>
	argsSha({ tenantId, provider: 'github', tool: request.tool, args: request.args as never }, sha256);

/** As if these bytes had been sent before and nobody knew what became of them. */
async function leaveUnresolved(sha: string): Promise<void> {
	const { database, gateway } = test.portal;
	const [credential] = await database.query<{ id: string }>('SELECT id FROM credential WHERE tenant_id = $1', [
		tenantId,
	]);
	await database.query(
		`INSERT INTO execution (id, tenant_id, args_sha, epoch, provider, tool, state, target_owner, target_repo,
			credential_id, actor, approver, request_id, lease_until)
		VALUES ($1, $2, $3, 1, 'github', 'issue_write', 'NEEDS_HUMAN', 'acme', 'ledger', $4, '{"kind":"system"}', 'x', 'x', now())`,
		[gateway.ids.uuid(), tenantId, sha, credential?.id],
	);
}

/** Runs `work` with check 13, and from `n` down also 12, 7 and 6, failing. */
async function inWorld<T>(n: number, work: () => Promise<T>): Promise<T> {
	const { database, gateway } = test.portal;
	const budgeted = gateway as { writeBudget: WriteBudget };
	const real = budgeted.writeBudget;
	const set = async (off: boolean) => {
		budgeted.writeBudget = off ? { perMinute: 1, perHour: null } : real;
		await database.query('DELETE FROM write_slot');
		if (off) {
			await database.query(
				`INSERT INTO write_slot (account, seconds, slot, free_at)
				SELECT provider || ':' || login, 60, 1, clock_timestamp() + interval '30 seconds' FROM credential`,
			);
		}
		if (n > 12) return;
		await database.query('UPDATE credential SET provider = $2 WHERE tenant_id = $1', [
			tenantId,
			off ? 'gone' : 'github',
		]);
		if (n <= 7) await database.query('UPDATE tenant SET agent_dispatch_enabled = $2 WHERE id = $1', [tenantId, !off]);
		if (n <= 6) {
			const flag = "flag = 'mcp.gateway' AND tenant_id = $1";
			await database.query(`UPDATE flag_setting SET enabled = $2 WHERE ${flag}`, [tenantId, !off]);
		}
	};
	await set(true);
	try {
		return await withUpstream(test, n > 12 ? {} : { configured: () => false }, work);
	} finally {
		await set(false);
	}
}

/** Who asks, in a request that fails check `n`. */
function asker(n: number): Client {
	if (n === 1) return test.anonymous;
	if (n === 2) return tove;
	if (n === 3) return rita;
	return n <= 5 ? member : admin;
}

/** A request in which check `n` and every later one of the body's checks fail. */
function requestFailing(n: number): { tool: string; args: Record<string, unknown>; argsSha: string; extra?: true } {
	const args = issue(`check ${n}, ${randomUUID()}`);
	if (n <= 9) args.labels = ['bug'];
	if (n <= 8) args.method = 'update';
	const request = { tool: n <= 8 ? 'label_write' : 'issue_write', args };
	return { ...request, argsSha: n <= 10 ? '0'.repeat(64) : shaOf(request), ...(n <= 4 ? { extra: true } : {}) };
}

describe('of the checks that fail, the first in the order of contracts §3 answers', () => {
	const order: [n: number, code: RefusalCode][] = [
		[1, 'unauthenticated'],
		[2, 'tenant_not_found'],
		[3, 'rate_limited'],
		[4, 'invalid_request'],
		[5, 'role_required'],
		[6, 'feature-disabled'],
		[7, 'agent_dispatch_disabled'],
		[8, 'tool_not_allowed'],
		[9, 'invalid_args'],
		[10, 'args_sha_mismatch'],
		[11, 'execution_unresolved'],
		[12, 'provider_not_configured'],
		[13, 'write_budget_exhausted'],
	];

	it.each(order)('[one-row] check %i and all later ones fail: %s', async (n, code) => {
		const request = requestFailing(n);
		const sha = shaOf(request);
		if (n <= 11) await leaveUnresolved(sha);
		// Again, lest on a slow machine the minute has gone by.
		if (n === 3) await exhaust(rita);
		const writes = test.sandbox.github.state.writes();
		const [answer, rows] = await inWorld(n, () =>
			withRows(test, tenantId, () => asker(n).post(EXECUTE, { provider: 'github', ...request })),
		);
		expectProblem(answer, code);
		expect(test.sandbox.github.state.writes()).toBe(writes);

		// Up to the rate limit nothing is recorded; from then on exactly one row says the same as the answer.
		expect(rows).toHaveLength(n <= 3 ? 0 : 1);
		const [row] = rows;
		if (row === undefined) return;
		expect(row).toMatchObject({
			action: `mcp.tool.github.${request.tool}`,
			ok: false,
			code,
			requestId: answer.body.requestId,
			detail: { method: n <= 8 ? 'update' : 'create' },
			actor: { kind: 'user', role: n <= 5 ? 'MEMBER' : 'ADMIN', commit: expect.stringMatching(/^[0-9a-f]{64}$/) },
		});
		expect(row.argsSha).toBe(n === 4 ? undefined : sha);
	});

	it('before them all, without a row: Host, then method, then Origin, then content type', async () => {
		const headers = { host: 'evil.test', origin: 'https://evil.test', 'content-type': 'text/plain' };
		const own = { host: 'localhost:3000' };
		const [, rows] = await withRows(test, tenantId, async () => {
			expectProblem(await raw(test, 'PATCH', EXECUTE, { headers, body: '{' }), 'wrong_host');
			expectProblem(
				await raw(test, 'PATCH', EXECUTE, { headers: { ...headers, ...own }, body: '{' }),
				'method_not_allowed',
			);
			expectProblem(
				await raw(test, 'POST', EXECUTE, { headers: { ...headers, ...own }, body: '{' }),
				'origin_mismatch',
			);
			const near = { ...headers, ...own, origin: 'http://localhost:3000' };
			expectProblem(await raw(test, 'POST', EXECUTE, { headers: near, body: '{' }), 'unsupported_media_type');
			const typed = { ...near, 'content-type': 'application/json' };
			expectProblem(await raw(test, 'POST', EXECUTE, { headers: typed, body: '{' }), 'unauthenticated');
		});
		expect(rows).toEqual([]);
	});

	it('within check 5 the role comes before the scope of a token', async () => {
		const minted = await member.post('/api/tokens?tenant=demo', { name: 'r', scopes: ['read'], expiresInHours: 1 });
		const body = { provider: 'github', ...requestFailing(5) };
		const [answer, rows] = await withRows(test, tenantId, () => test.bearer(minted.body.token).post(EXECUTE, body));
		expectProblem(answer, 'role_required');
		expect(rows).toMatchObject([
			{ code: 'role_required', actor: { kind: 'token', id: minted.body.id, role: 'MEMBER' } },
		]);
	});

	it('within check 9: schema, then reserved text, a hidden footer, the tenant’s targets, holding warnings; only then the argsSha', async () => {
		const hidden = 'paid to ace\u200b';
		const send = async (args: Record<string, unknown>) => {
			const body = { provider: 'github', tool: 'issue_write', args, argsSha: '0'.repeat(64) };
			return codeOf(await admin.post(EXECUTE, body));
		};
		const elsewhere = (title: string, body: string) => ({ ...issue(title, body), repo: 'ledger' });
		expect((await admin.put('/api/targets?tenant=demo', { allow: ['acme/payments-api'] })).status).toBe(200);
		expect(await send({ ...elsewhere(`sarc-mcp:x ${hidden}`, '<details>'), labels: [] })).toBe('invalid_args');
		expect(await send(elsewhere(`sarc-mcp:x ${hidden}`, '<details>'))).toBe('reserved_marker');
		expect(await send(elsewhere(hidden, '<details>'))).toBe('footer_hidden');
		expect(await send(elsewhere(hidden, 'x'))).toBe('target_not_allowed');
		expect(await send(issue(hidden, 'x'))).toBe('warning_unacknowledged');
		expect(await send(issue('paid to ace'))).toBe('args_sha_mismatch');
		expect((await admin.put('/api/targets?tenant=demo', { allow: [] })).status).toBe(200);
	});

	it('within check 12: configured, then the pinned definition, then the credential', async () => {
		const request = await proposed(admin, issue('Check 12'));
		const drift = (changed: string[], ok = true) => ({
			drift: () => ({ ok, changed, checkedAt: new Date() }),
			checkTools: async () => {},
		});
		const send = (port: Parameters<typeof withUpstream>[1]) =>
			withUpstream(test, port, async () => codeOf(await admin.post(EXECUTE, request)));
		const { database } = test.portal;
		await database.query("UPDATE credential SET provider = 'gone' WHERE tenant_id = $1", [tenantId]);
		try {
			expect(await send({ ...drift(['issue_write']), configured: () => false })).toBe('provider_not_configured');
			expect(await send(drift(['issue_write']))).toBe('tool_definition_changed');
			expect(await send(drift([], false))).toBe('provider_unreachable');
			// Another tool's change stops nothing of this one.
			expect(await send(drift(['add_issue_comment']))).toBe('credential_missing');
		} finally {
			await database.query("UPDATE credential SET provider = 'github' WHERE tenant_id = $1", [tenantId]);
		}
	});
});

describe('[one-row] what the row of a refused attempt names', () => {
	const canary = 'CanaryNameOfATool';
	const full = (fields: Record<string, unknown>) =>
		JSON.stringify({ provider: 'github', tool: 'issue_write', args: {}, argsSha: '0'.repeat(64), ...fields });
	const unknown = 'mcp.tool.unknown';
	const known = 'mcp.tool.github.issue_write';
	const cases: [what: string, body: string, code: RefusalCode, action: string, method?: string][] = [
		['an empty body', '', 'invalid_request', unknown],
		['no JSON', full({}).slice(1), 'invalid_request', unknown],
		['a key twice', `{"tool":"issue_write",${full({}).slice(1)}`, 'invalid_request', unknown],
		['more than 256 KiB', full({}).padEnd(256 * 1024 + 1), 'body_too_large', unknown],
		['a list', '[]', 'invalid_request', unknown],
		['a text', `"${canary}"`, 'invalid_request', unknown],
		['null', 'null', 'invalid_request', unknown],
		['a tool that is no text', full({ tool: ['issue_write'] }), 'invalid_request', unknown],
		['a provider that is no text', full({ provider: { github: 1 } }), 'invalid_request', unknown],
		['an unregistered tool', full({ tool: canary }), 'tool_not_allowed', unknown],
		['a granular tool', full({ tool: 'create_issue' }), 'tool_not_allowed', unknown],
		['an unregistered provider', full({ provider: canary }), 'tool_not_allowed', unknown],
		...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'].flatMap(
			(name): [string, string, RefusalCode, string][] => [
				[`the tool ${name}`, full({ tool: name }), 'tool_not_allowed', unknown],
				[`the provider ${name}`, full({ provider: name }), 'tool_not_allowed', unknown],
			],
		),
		['a registered tool of a malformed body', full({ argsSha: 'x' }), 'invalid_request', known],
		['a registered tool with args that are a list', full({ args: ['create'] }), 'invalid_request', known],
		['a registered tool with an unknown key', full({ [canary]: canary }), 'invalid_request', known],
		['its method, too', full({ args: { method: 'create' }, nonce: null }), 'invalid_request', known, 'create'],
		[
			'a registered method that is not safe',
			full({ tool: 'label_write', args: { method: 'update' } }),
			'tool_not_allowed',
			'mcp.tool.github.label_write',
			'update',
		],
		['no unregistered method', full({ args: { method: canary } }), 'tool_not_allowed', known],
		['no method of an object’s own', full({ args: { method: 'constructor' } }), 'tool_not_allowed', known],
		['no method that is no text', full({ args: { method: ['create'] } }), 'tool_not_allowed', known],
		[
			'no method of a tool without',
			full({ tool: 'merge_pull_request', args: { method: 'create' } }),
			'tool_not_allowed',
			'mcp.tool.github.merge_pull_request',
		],
	];

	it.each(cases)('%s', async (_what, body, code, action, method) => {
		const [answer, rows] = await withRows(test, tenantId, () => admin.send('POST', EXECUTE, body));
		expectProblem(answer, code);
		expect(rows).toHaveLength(1);
		const row = rows[0] as Row;
		expect(row).toMatchObject({ action, ok: false, code, requestId: answer.body.requestId });
		expect(row.detail).toEqual(method === undefined ? undefined : { method });
		// Recomputed from what came, once it could be read: never taken over from the request.
		if (code === 'tool_not_allowed') expect(row.argsSha).toMatch(/^(?!0{64})[0-9a-f]{64}$/);
		else expect(row.argsSha).toBeUndefined();
		expect(JSON.stringify(row)).not.toContain(canary);
	});

	it('a success has no code, a replay the code “replayed”; both the execution and the artifact', async () => {
		const request = await proposed(admin, issue('Rows of a success'));
		const [first, [written, ...more]] = await withRows(test, tenantId, () => admin.post(EXECUTE, request));
		expect([first.status, more]).toEqual([200, []]);
		const common = {
			action: known,
			ok: true,
			argsSha: request.argsSha,
			executionId: first.body.executionId,
			artifact: { url: first.body.artifact.url },
			detail: { method: 'create' },
			requestId: first.headers.get('x-request-id'),
		};
		expect(written).toMatchObject({ ...common, seq: first.body.auditSeq });
		expect(written).not.toHaveProperty('code');
		const [second, rows] = await withRows(test, tenantId, () => admin.post(EXECUTE, request));
		const requestId = second.headers.get('x-request-id');
		expect(rows).toMatchObject([{ ...common, requestId, code: 'replayed', seq: second.body.auditSeq }]);
		expect(rows).toHaveLength(1);
	});

	it('a proposal leaves none, granted or refused', async () => {
		const [, rows] = await withRows(test, tenantId, async () => {
			await proposed(admin, issue('No row'));
			for (const [, body] of cases) await admin.send('POST', '/api/mcp/propose?tenant=demo', body);
			await (await test.as('auditor')).post('/api/mcp/propose?tenant=demo', {});
		});
		expect(rows).toEqual([]);
	});
});

describe('the rate limit', () => {
	it('says truthfully when it opens again, and leaves no row', async () => {
		await addPerson(test, 'uma@demo.local', 'ADMIN');
		const uma = await test.as('uma@demo.local');
		// The window is the database's; what a process remembers of it runs by a clock that nobody sets.
		vi.useFakeTimers({ toFake: ['performance'], now: Date.now() });
		const pass = async (ms: number) => {
			vi.advanceTimersByTime(ms);
			await passTime(test.portal.database.query, ms);
		};
		const first = await exhaust(uma);
		const seconds = Number(first.headers.get('retry-after'));
		expect(seconds).toBeGreaterThanOrEqual(1);
		expect(seconds).toBeLessThanOrEqual(60);
		await pass((seconds - 10) * 1_000);
		const [early, rows] = await withRows(test, tenantId, () => uma.post(EXECUTE, {}));
		expectProblem(early, 'rate_limited');
		expect(rows).toEqual([]);
		await pass(Number(early.headers.get('retry-after')) * 1_000);
		expect((await uma.get('/api/flags?tenant=demo')).status).toBe(200);
	});

	it('counts each person for themselves, and each tenant', async () => {
		expectProblem(await exhaust(rita), 'rate_limited');
		expect((await admin.get('/api/flags?tenant=demo')).status).toBe(200);
		expect((await rita.get('/api/me')).status).toBe(200);
	});
});
