import { beforeAll, describe, expect, it } from 'vitest';
import type { Deps } from '#gateway/deps';
import type { Caller } from '#gateway/ports/caller';
import { demoCaller } from '#test/support/caller';
import { latestExecution } from '#test/support/latest-execution';
import { type Answer, auditRows, type Client, issue, proposed, type TestPortal } from '#test/support/portal';
import { approved, attemptsOf, mustFind, portals, rowsOf, tellOf, untilRequested } from './rig.ts';

const AT_ONCE = 100;
const CREATE = { method: 'POST', pathPattern: '/repos/acme/payments-api/issues$' };
const EXECUTE = '/api/mcp/execute?tenant=demo';

describe.each(portals())('over $name', ({ start }) => {
	let test: TestPortal;
	let admin: Client;
	let caller: Caller;
	let deps: Deps;
	beforeAll(async () => {
		test = await start();
		admin = await test.as('admin');
		caller = await demoCaller(test.portal, 'admin@demo.local');
		deps = test.portal.gateway;
	});

	function issuesTitled(title: string) {
		return test.sandbox.github.state.issues('acme', 'payments-api').filter((each) => each.title.startsWith(title));
	}

	describe('many at once', () => {
		it('[once, one-row] a hundred executes of one argsSha write one issue, and each is answered and has its row', async () => {
			const body = await proposed(admin, issue('One for all'));
			const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => admin.post(EXECUTE, body)));

			expect(issuesTitled('One for all')).toHaveLength(1);
			const fresh = answers.filter(({ status, body: told }) => status === 200 && told.replayed === false);
			expect(fresh).toHaveLength(1);
			const ids = new Set(answers.map(({ body: told }) => told.executionId));
			expect(ids).toEqual(new Set([fresh[0]?.body.executionId]));
			for (const answer of answers)
				expect(kindOf(answer)).toMatch(/^(?:written|replayed|execution_(?:in_progress|unresolved))$/);

			const rows = (await attemptsOf(deps, caller.tenant.id, body.argsSha)).map((row) => row.code ?? 'written');
			expect(rows.sort()).toEqual(answers.map(kindOf).sort());
		});

		it('[once, one-row] a hundred executes of different bytes write a hundred issues, a hundred rows, no gap', async () => {
			const before = (await rowsOf(deps, caller.tenant.id)).length;
			const bodies = await Promise.all(
				Array.from({ length: AT_ONCE }, (_, i) => proposed(admin, issue(`Each its own ${i}`))),
			);
			const answers = await Promise.all(bodies.map((body) => admin.post(EXECUTE, body)));
			expect(answers.map(kindOf)).toEqual(Array.from({ length: AT_ONCE }, () => 'written'));
			expect(new Set(issuesTitled('Each its own').map(({ title }) => title)).size).toBe(AT_ONCE);
			expect(issuesTitled('Each its own')).toHaveLength(AT_ONCE);

			const rows = (await auditRows(admin)).slice(before);
			expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: AT_ONCE }, (_, i) => before + i));
			expect(new Set(rows.map(({ argsSha }) => argsSha))).toEqual(new Set(bodies.map(({ argsSha }) => argsSha)));
			// Each answer names the very row that tells of it.
			for (const { body } of answers)
				expect(rows[body.auditSeq - before]).toMatchObject({ executionId: body.executionId });
		});
	});

	describe('what a second execute of the same bytes is told', () => {
		it('[once] while the first is being sent: 409 execution_in_progress, with its id', async () => {
			const body = await proposed(admin, issue('In progress'));
			test.sandbox.github.state.requests.length = 0;
			test.sandbox.github.state.faults.push({ kind: 'hold', match: CREATE });
			const first = admin.post(EXECUTE, body);
			await untilRequested(test, 1);
			const second = await admin.post(EXECUTE, body);
			expect(second).toMatchObject({ status: 409, body: { code: 'execution_in_progress' } });
			test.sandbox.github.state.release();
			expect((await first).body).toMatchObject({ ok: true, executionId: second.body.executionId });
			expect(issuesTitled('In progress')).toHaveLength(1);
		});

		it('[once, unknown-not-failed] while its outcome is unknown: 409 execution_unresolved, with its id', async () => {
			const body = await proposed(admin, issue('Unknown'));
			test.sandbox.github.state.faults.push({ kind: 'drop-after-write', match: CREATE });
			const first = await admin.post(EXECUTE, body);
			expect(first).toMatchObject({ status: 502, body: { code: 'outcome_unknown' } });
			expect(await admin.post(EXECUTE, body)).toMatchObject({
				status: 409,
				body: { code: 'execution_unresolved', executionId: first.body.executionId },
			});
			expect(issuesTitled('Unknown')).toHaveLength(1);
		});

		it('[once, unknown-not-failed] when it was written elsewhere: 409 execution_unresolved, with its id', async () => {
			const body = await proposed(admin, issue('Elsewhere'));
			test.sandbox.github.state.faults.push({ kind: 'redirect', to: 'acme/ledger', match: CREATE });
			const first = await admin.post(EXECUTE, body);
			expect((await mustFind(deps, caller.tenant.id, body.argsSha)).state).toBe('INDETERMINATE');
			expect(await admin.post(EXECUTE, body)).toMatchObject({
				status: 409,
				body: { code: 'execution_unresolved', executionId: first.body.executionId },
			});
			expect(issuesTitled('Elsewhere')).toHaveLength(0);
		});

		it.each([
			['REJECTED', { kind: 'status', status: 422 }, 502],
			['ABSENT', null, 503],
		] as const)(
			'[once] after %s it starts a new epoch under a new id, and the old id still answers',
			async (state, fault, status) => {
				const body = await proposed(admin, issue(`Again after ${state}`));
				const known = await mustNotSend(state === 'ABSENT', fault, body);
				expect(known.status).toBe(status);
				const oldId = known.executionId ?? '';
				const again = await admin.post(EXECUTE, body);
				expect(again).toMatchObject({ status: 200, body: { replayed: false } });
				expect(again.body.executionId).not.toBe(oldId);
				const old = await admin.get(`/api/mcp/executions/${oldId}?tenant=demo`);
				expect(old).toMatchObject({ status: 200, body: { id: oldId, state, argsSha: body.argsSha } });
				expect(await mustFind(deps, caller.tenant.id, body.argsSha)).toMatchObject({ epoch: 2, state: 'CONFIRMED' });
				expect(await attemptsOf(deps, caller.tenant.id, body.argsSha)).toHaveLength(2);
				expect(issuesTitled(`Again after ${state}`)).toHaveLength(1);
			},
		);

		async function mustNotSend(
			down: boolean,
			fault: { kind: 'status'; status: number } | null,
			body: object,
		): Promise<{ status: number; executionId: string | undefined }> {
			if (fault !== null) test.sandbox.github.state.faults.push({ ...fault, match: CREATE });
			if (!down) return tellOf(deps, caller, body);
			const call = async () => ({ kind: 'not_sent', why: 'No connection.' }) as const;
			return tellOf({ ...deps, upstream: { ...deps.upstream, call } }, caller, body);
		}
	});

	describe('a switch thrown under way', () => {
		const agent = async (): Promise<Caller> => {
			const minted = await admin.post('/api/tokens?tenant=demo', {
				name: 'agent',
				scopes: ['execute'],
				expiresInHours: 1,
			});
			expect(minted.status).toBe(201);
			const { person } = caller.principal;
			return {
				...caller,
				principal: {
					kind: 'token',
					tokenId: minted.body.id,
					tokenName: 'agent',
					tenantId: caller.tenant.id,
					scopes: ['execute'],
					person,
				},
			};
		};
		const setRole = (role: string) =>
			test.portal.database.query('UPDATE membership SET role = $1 WHERE id = $2', [role, caller.memberId]);
		const putToken = async (): Promise<void> => {
			test.sandbox.github.state.addToken({ token: `ghp_${'a'.repeat(36)}`, login: 'acme-sarc-bot', scopes: ['repo'] });
			const put = await admin.put('/api/credentials/github?tenant=demo', {
				kind: 'pat',
				token: `ghp_${'a'.repeat(36)}`,
			});
			expect(put.status).toBe(200);
		};
		const set = async (path: string, enabled: boolean): Promise<void> => {
			expect((await admin.put(`${path}?tenant=demo`, { enabled, reason: 'test' })).status).toBe(200);
		};

		interface Throw {
			readonly what: string;
			readonly code: string;
			readonly who?: 'agent';
			off(as: Caller): Promise<unknown>;
			on(): Promise<unknown>;
		}
		const flag: Throw = {
			what: 'the flag mcp.gateway',
			code: 'feature-disabled',
			off: () => set('/api/flags/mcp.gateway', false),
			on: () => set('/api/flags/mcp.gateway', true),
		};
		const everywhere: Throw = {
			what: 'the flag mcp.gateway, everywhere',
			code: 'feature-disabled',
			off: () => set('/api/global-flags/mcp.gateway', false),
			on: () => set('/api/global-flags/mcp.gateway', true),
		};
		const dispatch: Throw = {
			what: 'agent dispatch',
			code: 'agent_dispatch_disabled',
			off: () => set('/api/agent-dispatch', false),
			on: () => set('/api/agent-dispatch', true),
		};
		const executeTokens: Throw = {
			what: 'the flag mcp.execute-tokens, for a token',
			code: 'scope_required',
			who: 'agent',
			off: () => set('/api/flags/mcp.execute-tokens', false),
			on: () => set('/api/flags/mcp.execute-tokens', true),
		};
		const role: Throw = {
			what: 'the role',
			code: 'role_required',
			off: () => setRole('MEMBER'),
			on: () => setRole('ADMIN'),
		};
		const credential: Throw = {
			what: 'the credential',
			code: 'credential_missing',
			off: () => admin.delete('/api/credentials/github?tenant=demo'),
			on: putToken,
		};
		const token: Throw = {
			what: 'the token itself',
			code: 'unauthenticated',
			who: 'agent',
			off: (as) => admin.delete(`/api/tokens/${as.principal.kind === 'token' ? as.principal.tokenId : ''}?tenant=demo`),
			on: async () => {},
		};

		const outer = [flag, everywhere, dispatch, executeTokens, role, credential, token];
		it.each(outer)(
			'[switch-off, one-row] $what, between guard and reservation: nothing is stored or sent, one row',
			async (thrown) => {
				const title = `Between guard and reservation: ${thrown.what}`;
				const who = thrown.who === 'agent' ? await agent() : caller;
				const body = await approved(deps, caller, issue(title));
				let threw = false;
				const store: Deps['store'] = {
					...deps.store,
					reserve: async (input) => {
						await thrown.off(who);
						threw = true;
						return deps.store.reserve(input);
					},
				};
				const told = await tellOf({ ...deps, store }, who, body);
				await thrown.on();
				expect(threw).toBe(true);
				expect(told.code).toBe(thrown.code);
				expect(await latestExecution(deps.store, caller.tenant.id, body.argsSha)).toBeNull();
				expect(issuesTitled(title)).toEqual([]);
				expect(await attemptsOf(deps, caller.tenant.id, body.argsSha)).toMatchObject([
					{ ok: false, code: thrown.code },
				]);
			},
		);

		// Role and credential are those of the reservation (contracts §3): only flags and switch are asked once more.
		const inner = [flag, everywhere, dispatch, executeTokens];
		it.each(inner)(
			'[switch-off, one-row] $what, between reservation and call: nothing is sent, ABSENT, one row',
			async (thrown) => {
				const title = `Between reservation and call: ${thrown.what}`;
				const who = thrown.who === 'agent' ? await agent() : caller;
				const body = await approved(deps, caller, issue(title));
				let calls = 0;
				const vault: Deps['vault'] = {
					...deps.vault,
					open: async (...args) => {
						await thrown.off(who);
						return deps.vault.open(...args);
					},
				};
				const upstream: Deps['upstream'] = {
					...deps.upstream,
					call: (input) => {
						calls++;
						return deps.upstream.call(input);
					},
				};
				const told = await tellOf({ ...deps, vault, upstream }, who, body);
				await thrown.on();
				expect(told.code).toBe(thrown.code);
				expect(calls).toBe(0);
				expect(issuesTitled(title)).toEqual([]);
				const execution = await mustFind(deps, caller.tenant.id, body.argsSha);
				expect(execution).toMatchObject({ id: told.executionId, state: 'ABSENT', code: thrown.code });
				expect(await attemptsOf(deps, caller.tenant.id, body.argsSha)).toMatchObject([
					{ ok: false, code: thrown.code, executionId: execution.id, seq: execution.auditSeq },
				]);
				// On again, the same approval may be executed: nothing was used up.
				expect((await tellOf(deps, who, body)).code).toBe('ok');
				expect(issuesTitled(title)).toHaveLength(1);
			},
		);
	});
});

function kindOf({ status, body }: Answer): string {
	if (status === 200) return body.replayed ? 'replayed' : 'written';
	return status === 409 ? body.code : `${status} ${body.code}`;
}
