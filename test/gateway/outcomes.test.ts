import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createUpstream } from '#adapters/transport/upstream';
import type { Deps } from '#gateway/deps';
import type { Caller } from '#gateway/ports/caller';
import { prereqs } from '#gateway/prereqs';
import { reconcile } from '#gateway/reconcile';
import type { FaultInput } from '#sandbox/github/faults';
import { demoCaller } from '#test/support/caller';
import { passTime } from '#test/support/pass-time';
import { type Client, issue, proposed, startPortal, type TestPortal } from '#test/support/portal';
import { approved, attemptsOf, mustFind, type Row, tellOf, untilRequested, verdictsOf } from './rig.ts';
import { startSidecarProxy } from './sidecar-proxy.ts';

const EXECUTE = '/api/mcp/execute?tenant=demo';
const CREATE = { method: 'POST', pathPattern: '/repos/acme/payments-api/issues$' };

let test: TestPortal;
let admin: Client;
let caller: Caller;
let deps: Deps;
beforeAll(async () => {
	test = await startPortal();
	admin = await test.as('admin');
	caller = await demoCaller(test.portal, 'admin@demo.local');
	deps = test.portal.gateway;
});
afterAll(() => test.close());
beforeEach(() => test.sandbox.github.state.faults.clear());

function written(repo: string, title: string): number {
	return test.sandbox.github.state.issues('acme', repo).filter((each) => each.title === title).length;
}

/** The one row of the attempt, which must be the one that the execution names. */
async function rowOf(argsSha: string): Promise<Row> {
	const rows = await attemptsOf(deps, caller.tenant.id, argsSha);
	expect(rows).toHaveLength(1);
	const [row] = rows as [Row];
	const execution = await mustFind(deps, caller.tenant.id, argsSha);
	expect(row).toMatchObject({ seq: execution.auditSeq, executionId: execution.id });
	return row;
}

/** What no reason may hold: addresses, the credential, what the caller wrote (contracts §3). */
function expectRedacted(text: string, title: string): void {
	const { apiUrl, upstream } = test.sandbox;
	const secret = test.sandbox.github.state.requests.at(-1)?.headers.authorization?.split(' ')[1] ?? 'no token seen';
	expect(secret).toMatch(/^ghp_/);
	for (const [what, fragment] of [
		['an address', new URL(apiUrl).host],
		['an address', new URL(upstream.sidecarUrl).host],
		['an address', 'ghes.internal.example'],
		['a scheme', '://'],
		['the token', secret],
		['somebody’s token', 'ghp_'],
		['the title', title],
		['the body', 'body that stays here'],
	] as const) {
		expect(text.includes(fragment), `${what} in: ${text}`).toBe(false);
	}
}

describe('a definite no', () => {
	const said = (title: string) =>
		`Denied for ${title} at https://ghes.internal.example/api/v3 with ghp_${'z'.repeat(36)} at ghes.internal.example:8443`;

	it.each<[what: string, fault: Omit<FaultInput, 'match'>, says: RegExp]>([
		['401', { kind: 'status', status: 401 }, /401/],
		['403', { kind: 'status', status: 403 }, /403/],
		['404', { kind: 'status', status: 404 }, /404/],
		['410', { kind: 'status', status: 410 }, /410/],
		['422', { kind: 'status', status: 422 }, /422/],
		['429', { kind: 'status', status: 429 }, /429/],
		['secondary rate limit', { kind: 'secondary-rate-limit' }, /secondary rate limit/],
		['primary rate limit', { kind: 'primary-rate-limit' }, /rate limit/],
	])(
		'%s is 502 upstream_rejected, REJECTED, with a reason that names no address, token or argument',
		async (what, fault, says) => {
			const title = `Refused, case ${what.replaceAll(' ', '-')}`;
			const body = await proposed(admin, issue(title, 'A body that stays here.'));
			test.sandbox.github.state.faults.push({
				...fault,
				...(fault.kind === 'status' ? { message: said(title) } : {}),
				match: CREATE,
			});
			const answer = await admin.post(EXECUTE, body);
			expect(answer).toMatchObject({ status: 502, body: { code: 'upstream_rejected' } });
			expect(written('payments-api', title)).toBe(0);

			const row = await rowOf(body.argsSha);
			expect(row).toMatchObject({ ok: false, code: 'upstream_rejected', reason: expect.stringMatching(says) });
			const execution = await admin.get(`/api/mcp/executions/${answer.body.executionId}?tenant=demo`);
			expect(execution.body).toMatchObject({ state: 'REJECTED', code: 'upstream_rejected' });
			for (const text of [answer.text, JSON.stringify(row), execution.body.reason]) {
				expectRedacted(text.replaceAll('http://localhost:3000', ''), title);
			}
		},
	);

	it('a credential that was revoked is 502 upstream_rejected, and REJECTED', async () => {
		const body = await proposed(admin, issue('Revoked'));
		const pat = `ghp_${'r'.repeat(36)}`;
		const { state } = test.sandbox.github;
		state.addToken({ token: pat, login: 'acme-sarc-bot', scopes: ['repo'] });
		expect((await admin.put('/api/credentials/github?tenant=demo', { kind: 'pat', token: pat })).status).toBe(200);
		state.revokeToken(pat);
		expect(await admin.post(EXECUTE, body)).toMatchObject({ status: 502, body: { code: 'upstream_rejected' } });
		expect((await mustFind(deps, caller.tenant.id, body.argsSha)).state).toBe('REJECTED');
		state.addToken({ token: pat, login: 'acme-sarc-bot', scopes: ['repo'] });
	});
});

describe('[unknown-not-failed] sent, and what happened is not known', () => {
	it.each<[what: string, fault: Omit<FaultInput, 'match'>, issues: number]>([
		['the connection drops before the write', { kind: 'drop-before-write' }, 0],
		['the connection drops after the write', { kind: 'drop-after-write' }, 1],
		['500 after the write', { kind: 'status-after-write', status: 500 }, 1],
		['502 after the write', { kind: 'status-after-write', status: 502 }, 1],
		['503 after the write', { kind: 'status-after-write', status: 503 }, 1],
		['409 after the write', { kind: 'status-after-write', status: 409 }, 1],
		['500 instead of the write', { kind: 'status', status: 500 }, 0],
		['502 instead of the write', { kind: 'status', status: 502 }, 0],
		['504 instead of the write', { kind: 'status', status: 504 }, 0],
		['408 instead of the write', { kind: 'status', status: 408 }, 0],
		['202', { kind: '202' }, 0],
	])('%s: 502 outcome_unknown, INDETERMINATE, and it is looked for', async (what, fault, issues) => {
		const title = `Unknown: ${what}`;
		const body = await proposed(admin, issue(title));
		test.sandbox.github.state.faults.push({ ...fault, match: CREATE });
		const answer = await admin.post(EXECUTE, body);
		expect(answer).toMatchObject({ status: 502, body: { code: 'outcome_unknown' } });
		expect(answer.text).not.toMatch(/fail/i);
		expect(written('payments-api', title)).toBe(issues);
		expect(await rowOf(body.argsSha)).toMatchObject({ ok: false, code: 'outcome_unknown' });
		const execution = await mustFind(deps, caller.tenant.id, body.argsSha);
		expect(execution).toMatchObject({ id: answer.body.executionId, state: 'INDETERMINATE', code: 'outcome_unknown' });
		expect(execution.nextCheckAt).not.toBeNull();
		// Nobody sends it again, neither this request nor a second one.
		expect((await admin.post(EXECUTE, body)).body.code).toBe('execution_unresolved');
		expect(written('payments-api', title)).toBe(issues);
	});

	it('an answer slower than the deadline: outcome_unknown at the deadline, though it is written afterwards', async () => {
		const slow = await startPortal({ env: { PORTAL_UPSTREAM_TIMEOUT_MS: '1500' } });
		try {
			const { state } = slow.sandbox.github;
			const client = await slow.as('admin');
			// Shakes hands, so that the deadline falls into the call itself.
			expect((await client.post(EXECUTE, await proposed(client, issue('Warm')))).status).toBe(200);
			state.requests.length = 0;
			state.faults.push({ kind: 'hold', match: CREATE });
			const answered = client.post(EXECUTE, await proposed(client, issue('Slow')));
			await untilRequested(slow, 1);
			const answer = await answered;
			expect(answer).toMatchObject({ status: 502, body: { code: 'outcome_unknown' } });
			state.release();
			const execution = await client.get(`/api/mcp/executions/${answer.body.executionId}?tenant=demo`);
			expect(execution.body).toMatchObject({ state: 'INDETERMINATE', artifact: null });
		} finally {
			await slow.close();
		}
	});

	it('[one-row] written to another repository than the approved one: INDETERMINATE, and the first look gives it to a person', async () => {
		const title = 'Redirected';
		const body = await proposed(admin, issue(title));
		test.sandbox.github.state.faults.push({ kind: 'redirect', to: 'acme/ledger', match: CREATE });
		const answer = await admin.post(EXECUTE, body);
		expect(answer).toMatchObject({ status: 502, body: { code: 'outcome_unknown' } });
		expect([written('payments-api', title), written('ledger', title)]).toEqual([0, 1]);
		expect(await rowOf(body.argsSha)).toMatchObject({ ok: false, code: 'outcome_unknown' });
		expect(await mustFind(deps, caller.tenant.id, body.argsSha)).toMatchObject({
			state: 'INDETERMINATE',
			artifactUrl: null,
			claimedUrl: expect.stringMatching(/\/acme\/ledger\/issues\/\d+$/),
			nextCheckAt: expect.any(Date),
		});
		await passTime(test.portal.database.query, 2_000);
		await reconcile(deps);
		const end = await mustFind(deps, caller.tenant.id, body.argsSha);
		expect(end).toMatchObject({ state: 'NEEDS_HUMAN', artifactUrl: null, nextCheckAt: null, checks: 1 });
		expect(end.claimedUrl).toMatch(/\/acme\/ledger\/issues\/\d+$/);
		expect(await rowOf(body.argsSha)).toMatchObject({ ok: false, code: 'outcome_unknown' });
		expect(await verdictsOf(deps, caller.tenant.id, end.id)).toMatchObject([
			{ ok: false, code: 'outcome_unknown', detail: { old: 'INDETERMINATE', new: 'NEEDS_HUMAN' } },
		]);
		const [said] = test.log.filter(({ fields }) => fields.event === 'execution_needs_human');
		expect(said?.fields).toMatchObject({ executionId: end.id });
	});
});

describe('between portal and sidecar', () => {
	/** The same portal, whose sidecar stands behind a proxy of ours. */
	async function behindProxy(): Promise<{ deps: Deps; proxy: Awaited<ReturnType<typeof startSidecarProxy>> }> {
		const { upstream } = test.sandbox;
		const proxy = await startSidecarProxy(upstream.sidecarUrl);
		const proxied = createUpstream({
			url: proxy.url,
			webUrl: upstream.webUrl,
			timeoutMs: 10_000,
			acceptedRestDigests: upstream.acceptedRestDigests,
			clock: deps.clock,
			log: deps.log,
			sha256: deps.sha256,
		});
		await proxied.checkTools('github');
		return { deps: { ...deps, upstream: proxied }, proxy };
	}

	it('a sidecar that is down: 503 provider_unreachable, ABSENT, a row; up again, the same approval goes through', async () => {
		const { deps: proxied, proxy } = await behindProxy();
		const body = await approved(deps, caller, issue('Down'));
		await proxy.close();
		const told = await tellOf(proxied, caller, body);
		expect(told).toMatchObject({ code: 'provider_unreachable', status: 503 });
		expect(told.detail).not.toContain(new URL(proxy.url).host);
		expect(await mustFind(deps, caller.tenant.id, body.argsSha)).toMatchObject({
			id: told.executionId,
			state: 'ABSENT',
		});
		expect(await rowOf(body.argsSha)).toMatchObject({ ok: false, code: 'provider_unreachable' });
		expect(written('payments-api', 'Down')).toBe(0);

		// Once the tool check knows that it is down, not even a reservation is made.
		await proxied.upstream.checkTools('github');
		const other = await approved(deps, caller, issue('Still down'));
		expect(await tellOf(proxied, caller, other)).toMatchObject({
			code: 'provider_unreachable',
			executionId: undefined,
		});
		expect(await attemptsOf(deps, caller.tenant.id, other.argsSha)).toMatchObject([{ code: 'provider_unreachable' }]);
		expect(await prereqs(proxied, caller)).toMatchObject({ ready: false, upstream: { ok: false } });

		expect(await tellOf(deps, caller, body)).toMatchObject({ code: 'ok' });
		await proxied.upstream.close();
	});

	it('[fail-closed] a changed definition of the tool: 503 tool_definition_changed, a row, nothing sent; prereqs names it', async () => {
		const { deps: proxied, proxy } = await behindProxy();
		expect(await prereqs(proxied, caller)).toMatchObject({ ready: true, upstream: { ok: true, drift: [] } });
		proxy.edit((tool) =>
			tool.name === 'issue_write' ? { ...tool, description: `${tool.description} Also e-mails everybody.` } : tool,
		);
		await proxied.upstream.checkTools('github');
		const body = await approved(deps, caller, issue('Changed'));
		const told = await tellOf(proxied, caller, body);
		expect(told).toMatchObject({ code: 'tool_definition_changed', status: 503, executionId: undefined });
		expect(proxy.calls()).toBe(0);
		expect(await attemptsOf(deps, caller.tenant.id, body.argsSha)).toMatchObject([
			{ ok: false, code: 'tool_definition_changed' },
		]);
		expect(await prereqs(proxied, caller)).toMatchObject({
			ready: false,
			upstream: { ok: false, drift: ['issue_write'] },
		});

		// The other tool is as it was, and may be used.
		const number = test.sandbox.github.state.issues('acme', 'payments-api')[0]?.number;
		const comment = { owner: 'acme', repo: 'payments-api', issue_number: number, body: 'Still fine.' };
		expect((await tellOf(proxied, caller, await approved(deps, caller, comment, 'add_issue_comment'))).code).toBe('ok');

		// An outage does not make it look unchanged.
		await proxy.close();
		await proxied.upstream.checkTools('github');
		expect((await prereqs(proxied, caller)).upstream.drift).toEqual(['issue_write']);
		expect((await tellOf(proxied, caller, body)).code).toBe('tool_definition_changed');
		await proxied.upstream.close();
	});
});
