import { strict as assert } from 'node:assert';
import { argsSha as argsShaOf } from '#core/proposal/args-sha';
import { type Refusal, refusals } from '#core/refusals';
import type { Result } from '#core/result';
import { sha256 } from '#core/sha256.testing';
import { execute } from '#gateway/execute';
import type { Caller } from '#gateway/ports/caller';
import type { Execution } from '#gateway/ports/executions';
import { propose } from '#gateway/propose';
import { takeOverOrphans } from '#gateway/reconcile-takeover';
import type { Executed } from '#gateway/send';
import { type Answered, type Approval, checkInvariants } from '#test/invariants/check';
import { latestExecution } from '#test/support/latest-execution';
import { passTime } from '#test/support/pass-time';
import type { TestPortal } from '#test/support/portal';
import { type Bytes, bytesFor } from './bytes.ts';
import { type Generation, generationOf } from './generation.ts';
import { type Lie, type Reference, textOf } from './reference.ts';

const OWNER = 'acme';
const PERSON = 'cmarsh';
const BY = { actor: { kind: 'system' } } as const;
let runs = 0;

/** One tenant with a repository and an account of its own, in the portal that all runs share. */
export interface Real {
	readonly bytes: readonly Bytes[];
	readonly caller: Caller;
	readonly repo: string;
	generation(): Generation;
	/** The present one is gone, however; the next one takes over what it has left, as a start does. */
	begin(options: { takeOver: boolean }): Promise<void>;
	/** `ok`, or the code of the refusal. */
	approve(at: number): Promise<string>;
	/** The code as the reference has it; null when the process died of it. */
	execute(at: number, generation?: Generation): Promise<string | null>;
	/** Executes other bytes under this approval. */
	tamper(at: number): Promise<string>;
	lie(at: number, lie: Lie): void;
	truth(): void;
	breakReads(): void;
	relabel(labels: readonly string[]): void;
	present(): string;
	pass(ms: number): Promise<void>;
	executionOf(at: number): Promise<Execution | null>;
	/** How often writes have been asked of GitHub, whatever it made of them. */
	sent(): number;
	artifactUrl(at: number): string;
	/** After each step: the invariants, and that reference and portal tell the same. */
	check(reference: Reference, options?: { quiet: boolean }): Promise<void>;
}

export async function startRun(test: TestPortal): Promise<Real> {
	const number = ++runs;
	const { portal, sandbox } = test;
	const { state } = sandbox.github;
	const login = `bot-${number}`;
	const repo = `run-${number}`;
	const { store, ids, vault, clock } = portal.gateway;
	state.addRepository(`${OWNER}/${repo}`);
	issueOfAPerson();
	const token = `ghp_${String(number).padStart(36, '0')}`;
	state.addToken({ token, login, scopes: ['repo'] });
	const credentialId = ids.uuid();
	const caller = await tenantOf();
	const bytes = bytesFor(repo);
	const approvals = new Map<string, Approval>();
	const answers: Answered[] = [];
	const firstRequest = state.requests.length;
	let passed = 0;
	let generation = generationOf(portal.gateway, () => passed);

	const issueUrl = `${sandbox.upstream.webUrl}/${OWNER}/${repo}/issues/1`;
	const awayUrl = `${sandbox.upstream.webUrl}/${OWNER}/${repo}-away/issues/1`;
	const own = () => state.requests.slice(firstRequest);
	const isWrite = ({ method, path }: { method: string; path: string }) =>
		(method === 'POST' || method === 'PATCH') && path.includes(`/repos/${OWNER}/${repo}/`);

	function issueOfAPerson(): void {
		const repository = state.repository(OWNER, repo);
		assert(repository !== undefined);
		// An issue shows those of its labels that the repository has.
		for (const name of ['triage', 'question']) {
			repository.labels.push({ id: state.nextId(), name, color: 'ffffff', description: null });
		}
		const at = state.stamp();
		repository.issues.push({
			id: state.nextId(),
			number: 1,
			title: 'By a person',
			body: 'Nothing of ours.',
			author: PERSON,
			state: 'open',
			stateReason: null,
			labels: [],
			assignees: [],
			comments: [],
			subIssues: [],
			createdAt: at,
			updatedAt: at,
			closedAt: null,
			closedBy: null,
		});
	}

	async function tenantOf(): Promise<Caller> {
		const tenant = { id: ids.uuid(), slug: `run-${number}`, name: `Run ${number}` };
		await portal.store.createTenant(tenant, BY);
		const [user] = await portal.database.query<{ id: string; name: string; email: string }>(
			`SELECT id, name, email FROM "user" WHERE email = 'admin@demo.local'`,
		);
		assert(user !== undefined);
		const memberId = ids.uuid();
		await portal.store.addMember({ id: memberId, tenantId: tenant.id, userId: user.id, role: 'ADMIN' }, BY);
		const row = { tenantId: tenant.id, provider: 'github', credentialId };
		await store.putCredential({
			tenantId: tenant.id,
			credential: {
				id: credentialId,
				provider: 'github',
				kind: 'pat',
				fingerprint: vault.fingerprint(token),
				login,
				setBy: 'a test',
				setAt: clock.now(),
				testedAt: clock.now(),
				sealed: await vault.seal(token, row),
			},
			entry: () => ({ action: 'credential.set', ...BY, ok: true }),
		});
		await store.setDispatch({
			tenantId: tenant.id,
			enabled: true,
			by: 'a test',
			reason: 'a test',
			entry: () => ({ action: 'dispatch.set', ...BY, ok: true }),
		});
		return {
			principal: { kind: 'user', person: user, platformAdmin: false, sessionId: 'test' },
			tenant,
			memberId,
			role: 'ADMIN',
			requestId: ids.uuid(),
		};
	}

	const artifactsOf = (argsSha: string): string[] =>
		(argsSha === '' ? [] : (state.repository(OWNER, repo)?.issues ?? [])).flatMap(
			({ number: issue, body, comments }) => [
				...(body.includes(argsSha) ? [`${sandbox.upstream.webUrl}/${OWNER}/${repo}/issues/${issue}`] : []),
				...comments
					.filter((comment) => comment.body.includes(argsSha))
					.map(({ id }) => `${sandbox.upstream.webUrl}/${OWNER}/${repo}/issues/${issue}#issuecomment-${id}`),
			],
		);

	const real: Real = {
		bytes,
		caller,
		repo,
		generation: () => generation,
		begin: async ({ takeOver }) => {
			generation = generationOf(portal.gateway, () => passed);
			if (takeOver) await takeOverOrphans(generation.deps, { everything: true });
		},
		approve: async (at) => {
			const one = mustHave(bytes, at);
			const proposal = await propose(generation.deps, asked(caller, ids.uuid()), encoded(one.request));
			if (!proposal.ok) return proposal.error.code;
			const { argsSha, beforeSha } = proposal.value;
			one.argsSha = argsSha;
			one.beforeSha = beforeSha;
			const { tool, args } = one.request;
			const creates = tool === 'add_issue_comment' ? 'comment' : args.method === 'update' ? 'labels' : 'issue';
			const executes = approvals.get(argsSha)?.executes ?? 0;
			approvals.set(argsSha, { argsSha, tool, args, creates, target: one.target, executes });
			return 'ok';
		},
		execute: async (at, by = generation) => {
			const { request, argsSha, beforeSha } = mustHave(bytes, at);
			const approval = approvals.get(argsSha);
			if (approval !== undefined) approval.executes++;
			const body = encoded({ ...request, argsSha, ...(beforeSha === undefined ? {} : { beforeSha }) });
			const result = await Promise.race([execute(by.deps, asked(caller, ids.uuid()), body), by.dead]);
			if (result === 'dead') return null;
			answers.push(answeredOf(argsSha, result));
			if (!result.ok) return result.error.code;
			return result.value.replayed ? 'replayed' : 'written';
		},
		tamper: async (at) => {
			const { request, argsSha, beforeSha } = mustHave(bytes, at);
			const { args } = request;
			const other =
				args.method === 'update'
					? { ...args, labels: ['other'] }
					: { ...args, ...(args.title === undefined ? { body: 'Other.' } : { title: 'Other' }) };
			const body = { ...request, args: other, argsSha, ...(beforeSha === undefined ? {} : { beforeSha }) };
			// Its row is under the bytes that came. With no title, text or set approved, whatever came of them would show.
			const came = argsShaOf({ ...request, tenantId: caller.tenant.id, args: other }, sha256);
			const executes = (approvals.get(came)?.executes ?? 0) + 1;
			const { creates, target, tool } = mustHave(
				[...approvals.values()].filter((each) => each.argsSha === argsSha),
				0,
			);
			approvals.set(came, { argsSha: came, tool, args: {}, creates, target, executes });
			const result = await execute(generation.deps, asked(caller, ids.uuid()), encoded(body));
			return result.ok ? 'written' : result.error.code;
		},
		lie: (at, lie) => {
			if (lie === 'none') return;
			if (lie === 'elsewhere-before-write' || lie === 'elsewhere-after-write') {
				generation.says = { url: awayUrl, written: lie === 'elsewhere-after-write' };
				return;
			}
			const { tool, args } = mustHave(bytes, at).request;
			const method = args.method === 'update' ? 'PATCH' : 'POST';
			const path =
				tool === 'add_issue_comment' ? 'issues/1/comments' : args.method === 'update' ? 'issues/1' : 'issues';
			const match = { method, pathPattern: `/${repo}/${path}$` };
			if (lie === 'status-422') state.faults.push({ kind: 'status', status: 422, match });
			else if (lie === 'status-500') state.faults.push({ kind: 'status', status: 500, match });
			else state.faults.push({ kind: lie, match });
		},
		truth: () => {
			state.faults.clear();
			generation.says = null;
		},
		breakReads: () => {
			state.faults.push({ kind: 'status', status: 502, times: 0, match: { method: 'GET' } });
			state.faults.push({ kind: 'status', status: 502, times: 0, match: { pathPattern: '/graphql' } });
		},
		relabel: (labels) => {
			const [issue] = state.repository(OWNER, repo)?.issues ?? [];
			assert(issue !== undefined);
			issue.labels = [...labels];
			// Whoever previewed less than two seconds ago shares their reading, which is from before this (contracts §2): for the
			// reference the person is as long ago as everything else that is over.
			const { sharedReads } = portal.gateway;
			sharedReads.forget(credentialId, { owner: OWNER, repo, number: 1 });
		},
		present: () => textOf(state.repository(OWNER, repo)?.issues[0]?.labels ?? []),
		pass: async (ms) => {
			passed += ms;
			await passTime(portal.database.query, ms);
		},
		executionOf: (at) => latestExecution(store, caller.tenant.id, mustHave(bytes, at).argsSha),
		sent: () => own().filter(isWrite).length,
		artifactUrl: (at) => artifactsOf(mustHave(bytes, at).argsSha)[0] ?? issueUrl,
		check: async (reference, { quiet } = { quiet: false }) => {
			const violations = await checkInvariants({
				query: portal.database.query,
				tenantId: caller.tenant.id,
				github: { repositories: () => state.repositories(), requests: own() },
				webUrl: sandbox.upstream.webUrl,
				login,
				approvals,
				answers,
				quiet,
			});
			assert.deepEqual(violations, []);
			const rows = await portal.database.query<{ sha: string; n: number }>(
				`SELECT entry::jsonb ->> 'argsSha' AS sha, count(*)::int AS n FROM audit_entry
				WHERE log = $1 AND action LIKE 'mcp.tool.%' GROUP BY 1`,
				[caller.tenant.id],
			);
			for (const [at, item] of reference.items.entries()) {
				const { argsSha } = mustHave(bytes, at);
				const execution = await real.executionOf(at);
				const told = {
					state: execution?.state ?? 'none',
					rows: rows.find(({ sha }) => sha === argsSha)?.n ?? 0,
					...(item.creates === 'labels' ? {} : { artifacts: artifactsOf(argsSha).length }),
				};
				const expected = {
					state: item.state,
					rows: item.rows,
					...(item.creates === 'labels' ? {} : { artifacts: item.wrote }),
				};
				assert.deepEqual(told, expected, `${item.creates} ${at} is as the reference has it`);
			}
		},
	};
	return real;
}

function asked(caller: Caller, requestId: string): Caller {
	return { ...caller, requestId };
}

function encoded(value: unknown): Uint8Array {
	return new TextEncoder().encode(JSON.stringify(value));
}

function answeredOf(argsSha: string, result: Result<Executed, Refusal>): Answered {
	if (result.ok) return { argsSha, status: 200, body: result.value };
	const { code, extra } = result.error;
	return { argsSha, status: refusals[code].status, body: { code, ...extra } };
}

function mustHave<T>(list: readonly T[], at: number): T {
	const one = list[at];
	if (one === undefined) throw new Error(`there is no number ${at}`);
	return one;
}
