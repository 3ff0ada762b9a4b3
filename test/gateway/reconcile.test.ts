import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { artifactBody, carriesVisibleRef, marker, visibleRef } from '#core/proposal/marker';
import type { Deps } from '#gateway/deps';
import type { Caller } from '#gateway/ports/caller';
import type { Execution } from '#gateway/ports/executions';
import { reconcile } from '#gateway/reconcile';
import type { Comment, Issue } from '#sandbox/github/model';
import { demoCaller } from '#test/support/caller';
import { passTime } from '#test/support/pass-time';
import { type Client, issue, startPortal, type TestPortal } from '#test/support/portal';
import { approved, attemptsOf, mustFind, rowsOf, tellOf, verdictsOf } from './rig.ts';

const BOT = 'acme-sarc-bot';
const CREATE = { method: 'POST', pathPattern: '/repos/acme/payments-api/issues$' };
const COMMENT = { method: 'POST', pathPattern: '/comments$' };

let test: TestPortal;
let admin: Client;
let caller: Caller;
let deps: Deps;
beforeAll(async () => {
	test = await startPortal({ env: { PORTAL_RATE_PER_MINUTE: '100000' } });
	admin = await test.as('admin');
	caller = await demoCaller(test.portal, 'admin@demo.local');
	deps = test.portal.gateway;
});
afterAll(() => test.close());
beforeEach(() => test.sandbox.github.state.faults.clear());

/** An attempt that was sent, of which nothing came back and nothing was written: whatever is found is a decoy. */
async function lostAttempt(title: string): Promise<Execution> {
	test.sandbox.github.state.faults.push({ kind: 'drop-before-write', match: CREATE });
	const body = await approved(deps, caller, issue(title));
	expect(await tellOf(deps, caller, body)).toMatchObject({ code: 'outcome_unknown' });
	return mustFind(deps, caller.tenant.id, body.argsSha);
}

/** Puts an issue there that the portal did not make. */
function plant(execution: Execution, more: Partial<Issue>, at: Date = new Date()): Issue {
	const { state } = test.sandbox.github;
	const repository = state.repository('acme', 'payments-api');
	if (repository === undefined) throw new Error('no repository');
	const stamp = `${at.toISOString().slice(0, 19)}Z`;
	const made: Issue = {
		id: state.nextId(),
		number: repository.issues.length + 1,
		title: 'Planted',
		body: footed('Planted.', execution),
		author: BOT,
		state: 'open',
		stateReason: null,
		labels: [],
		assignees: [],
		comments: [],
		subIssues: [],
		createdAt: stamp,
		updatedAt: stamp,
		closedAt: null,
		closedBy: null,
		...more,
	};
	repository.issues.push(made);
	return made;
}

function footed(body: string, { argsSha }: Execution): string {
	return artifactBody(body, { name: 'Ada Lind', memberId: '12345678' }, argsSha);
}

function commentBy(author: string, body: string, at = new Date()): Comment {
	const stamp = `${at.toISOString().slice(0, 19)}Z`;
	return { id: test.sandbox.github.state.nextId(), author, body, createdAt: stamp, updatedAt: stamp };
}

function urlOf(number: number): string {
	return `${test.sandbox.upstream.webUrl}/acme/payments-api/issues/${number}`;
}

/** Lets time pass until this execution is due, and looks once at it. */
async function look(execution: Execution, through: Deps = deps): Promise<Execution> {
	const { nextCheckAt } = await again(execution);
	const ms = nextCheckAt === null ? 0 : Math.max(0, nextCheckAt.getTime() - Date.now()) + 20;
	await passTime(test.portal.database.query, ms);
	await reconcile(through, { random: () => 0 });
	return again(execution);
}

async function again(execution: Execution): Promise<Execution> {
	const now = await deps.store.execution(execution.tenantId, execution.id);
	if (now === null) throw new Error('an execution vanished');
	return now;
}

/** Undecided, counted, and due again at the next of the times that looks have. */
function expectPostponed(before: Execution, after: Execution, nextMs: number): void {
	expect(after).toMatchObject({ state: 'INDETERMINATE', artifactUrl: null, checks: before.checks + 1 });
	expect((after.nextCheckAt?.getTime() ?? 0) - (after.unknownSince?.getTime() ?? 0)).toBe(nextMs);
}

/** Earlier than any reservation of this file, however much time has been let pass. */
const LONG_AGO = new Date(Date.now() - 30 * 24 * 3_600_000);

describe('[reconcile-own] what does not settle an unknown outcome', () => {
	/** The row's decoy lies there alone; then the real artifact comes, and is the one that is found. */
	it.each<[what: string, decoy: (execution: Execution) => void]>([
		['the same footer and marker by another login', (e) => plant(e, { author: 'mallory' })],
		['a login that begins with ours', (e) => plant(e, { author: `${BOT}2` })],
		['by our login, but made before the reservation', (e) => plant(e, {}, LONG_AGO)],
		[
			'the ref quoted by another in an issue of theirs',
			(e) => plant(e, { author: 'dana', body: `See ${visibleRef(e.argsSha)}, ${marker(e.argsSha)}` }),
		],
		[
			'a comment of ours under another issue',
			(e) => plant(e, { author: 'dana', body: 'x', comments: [commentBy(BOT, footed('c', e))] }),
		],
		['an issue of ours with another ref', (e) => plant(e, { body: footed('x', { ...e, argsSha: 'f'.repeat(64) }) })],
		[
			'an issue of ours with a ref that differs in its last digit',
			(e) => plant(e, { body: `ref ${visibleRef(e.argsSha).slice(0, -1)}` }),
		],
		['the ref in the title of an issue of ours', (e) => plant(e, { title: visibleRef(e.argsSha), body: 'x' })],
	])('%s', async (what, decoy) => {
		const execution = await lostAttempt(`Decoy: ${what}`);
		decoy(execution);
		expectPostponed(execution, await look(execution), 10_000);
		expect(await verdictsOf(deps, caller.tenant.id, execution.id)).toEqual([]);

		const real = plant(execution, {});
		expect(await look(execution)).toMatchObject({ state: 'CONFIRMED', artifactUrl: urlOf(real.number) });
	});

	it('for a comment: one by another login, one older than the reservation, one under another issue, an issue of ours', async () => {
		const { state } = test.sandbox.github;
		const [target, other] = state.repository('acme', 'payments-api')?.issues ?? [];
		if (target === undefined || other === undefined) throw new Error('the seed has two issues');
		state.faults.push({ kind: 'drop-before-write', match: COMMENT });
		const args = { owner: 'acme', repo: 'payments-api', issue_number: target.number, body: 'A comment.' };
		const body = await approved(deps, caller, args, 'add_issue_comment');
		expect(await tellOf(deps, caller, body)).toMatchObject({ code: 'outcome_unknown' });
		const execution = await mustFind(deps, caller.tenant.id, body.argsSha);
		const text = footed('A comment.', execution);

		target.comments.push(commentBy('mallory', text));
		target.comments.push(commentBy(BOT, text, LONG_AGO));
		other.comments.push(commentBy(BOT, text));
		plant(execution, {});
		expectPostponed(execution, await look(execution), 10_000);

		const real = commentBy(BOT, text);
		target.comments.push(real);
		expect(await look(execution)).toMatchObject({
			state: 'CONFIRMED',
			artifactUrl: `${urlOf(target.number)}#issuecomment-${real.id}`,
		});
	});

	it('a credential that now belongs to another login: NEEDS_HUMAN, with its row, even if that login wrote a copy', async () => {
		const execution = await lostAttempt('Other login');
		await useToken(`ghp_${'o'.repeat(36)}`, 'someone-else');
		plant(execution, { author: 'someone-else' });
		expect(await look(execution)).toMatchObject({ state: 'NEEDS_HUMAN', code: 'outcome_unknown', artifactUrl: null });
		expect(await verdictsOf(deps, caller.tenant.id, execution.id)).toMatchObject([
			{ ok: false, code: 'outcome_unknown', actor: { kind: 'system' } },
		]);
		const [line] = test.log.filter(({ fields }) => fields.event === 'execution_needs_human');
		const { id: executionId, tenantId } = execution;
		expect(line).toMatchObject({ level: 'warn', fields: { executionId, tenantId, reason: expect.any(String) } });
		expect(JSON.stringify(line)).not.toContain('Other login');
		await useToken(`ghp_${'b'.repeat(36)}`, BOT);
		// Settled is settled: the old credential's return starts nothing.
		plant(execution, {});
		expect((await look(execution)).state).toBe('NEEDS_HUMAN');
	});

	it('a deleted credential: INDETERMINATE, and looked for again once there is one of the same login', async () => {
		const execution = await lostAttempt('No credential');
		const real = plant(execution, {});
		expect((await admin.delete('/api/credentials/github?tenant=demo')).status).toBe(200);
		expectPostponed(execution, await look(execution), 10_000);
		await useToken(`ghp_${'c'.repeat(36)}`, BOT.toUpperCase());
		expect(await look(execution)).toMatchObject({ state: 'CONFIRMED', artifactUrl: urlOf(real.number) });
		await useToken(`ghp_${'b'.repeat(36)}`, BOT);
	});
});

describe('[unknown-not-failed] what cannot be seen is not absent', () => {
	it('a listing that swallows the footer, as the real server’s does after “a<b”: only the search of the third look finds it', async () => {
		const execution = await lostAttempt('Swallowed');
		const planted = plant(execution, { body: footed('Fails when a<b.', execution) });
		const secret = await openSecret();
		const { target, reservedAt, argsSha } = execution;
		const listed = await deps.upstream.issuesSince('github', secret, target, reservedAt);
		const seen = listed.ok ? listed.value.find(({ url }) => url === urlOf(planted.number)) : undefined;
		// The listing has it, without the footer: else this test shows nothing.
		expect(seen).toMatchObject({ author: BOT });
		expect(carriesVisibleRef(seen?.text ?? '', argsSha)).toBe(false);

		const second = await look(execution);
		expectPostponed(execution, second, 10_000);
		const third = await look(execution);
		expectPostponed(second, third, 60_000);
		expect(await look(execution)).toMatchObject({ state: 'CONFIRMED', artifactUrl: urlOf(planted.number) });
	});

	it.each<[what: string, broken: (upstream: Deps['upstream']) => Partial<Deps['upstream']>]>([
		['the upstream is down', () => ({ whoAmI: unreachable, issuesSince: unreachable })],
		['it breaks off between two reads', () => ({ issuesSince: unreachable })],
		[
			'the credential is refused',
			() => ({ whoAmI: async () => ({ ok: false, error: { kind: 'unauthorized', why: 'HTTP 401' } }) as const }),
		],
		['no server is configured any more', () => ({ configured: () => false })],
	])('%s: only postponed', async (what, broken) => {
		const execution = await lostAttempt(`Postponed: ${what}`);
		const real = plant(execution, {});
		const upstream = { ...deps.upstream, ...broken(deps.upstream) };
		expectPostponed(execution, await look(execution, { ...deps, upstream }), 10_000);
		expect(await verdictsOf(deps, caller.tenant.id, execution.id)).toEqual([]);
		expect(await look(execution)).toMatchObject({ state: 'CONFIRMED', artifactUrl: urlOf(real.number) });
	});

	it('GitHub answers its reads with errors: only postponed', async () => {
		const execution = await lostAttempt('Reads fail');
		plant(execution, {});
		test.sandbox.github.state.faults.push({ kind: 'status', status: 502, times: 0, match: { pathPattern: 'graphql' } });
		expectPostponed(execution, await look(execution), 10_000);
		test.sandbox.github.state.faults.clear();
		expect((await look(execution)).state).toBe('CONFIRMED');
	});
});

describe('a verdict', () => {
	it('[once] is written once, however many passes run at once, as the system, with the execution’s id', async () => {
		test.sandbox.github.state.faults.push({ kind: 'drop-after-write', match: CREATE });
		const body = await approved(deps, caller, issue('Found once'));
		const told = await tellOf(deps, caller, body);
		await passTime(test.portal.database.query, 2_000);
		await Promise.all(Array.from({ length: 8 }, () => reconcile(deps)));
		const written = test.sandbox.github.state
			.issues('acme', 'payments-api')
			.find(({ title }) => title === 'Found once');
		expect(await mustFind(deps, caller.tenant.id, body.argsSha)).toMatchObject({
			state: 'CONFIRMED',
			code: null,
			artifactUrl: urlOf(written?.number ?? 0),
			nextCheckAt: null,
		});
		const verdicts = await verdictsOf(deps, caller.tenant.id, told.executionId ?? '');
		expect(verdicts).toMatchObject([
			{
				action: 'mcp.reconcile.github.issue_write',
				actor: { kind: 'system' },
				ok: true,
				argsSha: body.argsSha,
				executionId: told.executionId,
				artifact: { url: urlOf(written?.number ?? 0) },
			},
		]);
		// The attempt's own row stands as it was: the log is not rewritten by what is learnt later.
		const attempts = await attemptsOf(deps, caller.tenant.id, body.argsSha);
		expect(attempts).toMatchObject([{ ok: false, code: 'outcome_unknown', actor: { kind: 'user' } }]);
		// From now on these bytes replay.
		expect((await tellOf(deps, caller, body)).answer).toMatchObject({ replayed: true, executionId: told.executionId });
	});

	it('finds the artifact behind several pages of newer issues', async () => {
		test.sandbox.github.state.faults.push({ kind: 'drop-after-write', match: CREATE });
		const body = await approved(deps, caller, issue('Deep down'));
		await tellOf(deps, caller, body);
		const execution = await mustFind(deps, caller.tenant.id, body.argsSha);
		const real = test.sandbox.github.state.issues('acme', 'payments-api').at(-1);
		for (let i = 0; i < 250; i++) plant(execution, { author: 'dana', body: `Newer ${i}` });
		expect(await look(execution)).toMatchObject({ state: 'CONFIRMED', artifactUrl: urlOf(real?.number ?? 0) });
	});

	it('of many that are due, one that cannot be looked for does not keep the others waiting', async () => {
		const stuck = await lostAttempt('Stuck');
		const fine = await lostAttempt('Fine');
		plant(fine, {});
		const store: Deps['store'] = {
			...deps.store,
			postpone: async (input) => {
				if (input.executionId === stuck.id) throw new Error('injected');
				return deps.store.postpone(input);
			},
		};
		await look(fine, { ...deps, store });
		expect((await again(fine)).state).toBe('CONFIRMED');
	});
});

describe('a reservation whose process is gone', () => {
	/** As a crash leaves it: reserved, and nobody comes back. */
	async function orphan(title: string, sent: boolean): Promise<Execution> {
		const body = await approved(deps, caller, issue(title));
		const gone = new Promise<never>(() => {});
		let arrived = () => {};
		const reached = new Promise<void>((resolve) => {
			arrived = resolve;
		});
		const upstream: Deps['upstream'] = {
			...deps.upstream,
			call: async (input) => {
				if (sent) await deps.upstream.call(input);
				arrived();
				return gone;
			},
		};
		void tellOf({ ...deps, upstream }, caller, body);
		await reached;
		return mustFind(deps, caller.tenant.id, body.argsSha);
	}

	it('[one-row] is left alone while its lease runs, and taken over after an exclusive start, with the row it owed', async () => {
		const execution = await orphan('Orphan', true);
		await reconcile(deps);
		expect((await again(execution)).state).toBe('RESERVED');

		await reconcile(deps, { everything: true });
		const taken = await again(execution);
		expect(taken).toMatchObject({ state: 'CONFIRMED', artifactUrl: expect.stringContaining('/issues/') });
		const attempts = await attemptsOf(deps, caller.tenant.id, execution.argsSha);
		expect(attempts).toMatchObject([
			{ ok: false, code: 'outcome_unknown', executionId: execution.id, actor: { kind: 'user' }, seq: taken.auditSeq },
		]);
		expect(await verdictsOf(deps, caller.tenant.id, execution.id)).toHaveLength(1);
	});

	it('[unknown-not-failed] counts as possibly sent even when it was not: INDETERMINATE, never sent by the reconciler', async () => {
		const execution = await orphan('Orphan unsent', false);
		const writes = test.sandbox.github.state.writes();
		await reconcile(deps, { everything: true });
		expect((await again(execution)).state).toBe('INDETERMINATE');
		expect(test.sandbox.github.state.writes()).toBe(writes);
	});
});

describe('the whole log of this file', () => {
	it('[one-row] has, for each execution, one attempt row that it names, and at most one verdict', async () => {
		const rows = await rowsOf(deps, caller.tenant.id);
		const all = await deps.store.executions(caller.tenant.id, { limit: 1_000 });
		expect(all.length).toBeGreaterThan(20);
		for (const execution of all) {
			const mine = rows.filter((row) => row.executionId === execution.id);
			const attempts = mine.filter(({ action, code }) => action.startsWith('mcp.tool.') && code !== 'replayed');
			expect(attempts.map(({ seq }) => seq)).toEqual([execution.auditSeq]);
			const verdicts = mine.filter(({ action }) => action.startsWith('mcp.reconcile.'));
			expect(verdicts.length).toBe(execution.state === 'INDETERMINATE' ? 0 : 1);
		}
	});
});

const unreachable = async () => ({ ok: false, error: { kind: 'unreachable', why: 'down' } }) as const;

async function useToken(token: string, login: string): Promise<void> {
	test.sandbox.github.state.addToken({ token, login, scopes: ['repo'] });
	const put = await admin.put('/api/credentials/github?tenant=demo', { kind: 'pat', token });
	expect(put.status).toBe(200);
}

async function openSecret(): Promise<string> {
	const { id } = caller.tenant;
	const credential = await deps.store.credential(id, 'github');
	if (credential === null) throw new Error('no credential');
	const row = { tenantId: id, provider: 'github', credentialId: credential.id };
	const secret = await deps.vault.open(credential.sealed, row);
	if (!secret.ok) throw new Error(secret.error);
	return secret.value;
}
