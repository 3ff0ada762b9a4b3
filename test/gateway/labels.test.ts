import { beforeAll, describe, expect, it } from 'vitest';
import { afterShaOf, beforeShaOf } from '#core/proposal/label-set';
import type { Deps } from '#gateway/deps';
import { shaOf } from '#gateway/guard';
import type { Caller } from '#gateway/ports/caller';
import type { Upstream } from '#gateway/ports/upstream';
import { propose } from '#gateway/propose';
import { reconcile } from '#gateway/reconcile';
import type { WriteRequest } from '#gateway/request';
import { demoCaller } from '#test/support/caller';
import { passTime } from '#test/support/pass-time';
import type { TestPortal } from '#test/support/portal';
import { type LabelledIssue, type Labelling, labelledIssue, PATCH, patches } from './labels-rig.ts';
import { attemptsOf, bytes, mustFind, portals, tellOf, verdictsOf } from './rig.ts';

describe.each(portals())('labels over $name', ({ start }) => {
	let test: TestPortal;
	let caller: Caller;
	let deps: Deps;
	beforeAll(async () => {
		test = await start({ PORTAL_WRITE_BUDGET: '1000/m,10000/h' });
		caller = await demoCaller(test.portal, 'admin@demo.local');
		deps = test.portal.gateway;
	});

	async function proposal(issue: LabelledIssue, labels: readonly string[]): Promise<Labelling> {
		const request = { provider: 'github', tool: 'issue_write', args: issue.args(labels) } as const;
		const proposed = await propose(deps, caller, bytes(request));
		if (!proposed.ok) throw new Error(`${proposed.error.code}: ${proposed.error.detail}`);
		const { argsSha, beforeSha = '' } = proposed.value;
		return { ...request, argsSha, beforeSha };
	}
	const tell = (request: Labelling, as: Deps = deps) => tellOf(as, caller, request);
	const rows = (request: Labelling) => attemptsOf(deps, caller.tenant.id, request.argsSha);
	const stateOf = async (request: Labelling) => mustFind(deps, caller.tenant.id, request.argsSha);
	const query: TestPortal['portal']['database']['query'] = (...sql) => test.portal.database.query(...sql);
	/** How many slots of the write budget an execution holds: one a window, or none. */
	const slotsOf = async (id: string | undefined) =>
		(await query<{ n: number }>('SELECT count(*)::int AS n FROM write_slot WHERE execution_id = $1', [id ?? null]))[0]
			?.n;
	/** The same portal with another upstream, from its first reading within an execute on. */
	const readingWith = (labels: (real: Upstream, nth: number) => ReturnType<Upstream['labels']>): Deps => {
		let nth = 0;
		return { ...deps, upstream: { ...deps.upstream, labels: () => labels(deps.upstream, ++nth) } };
	};

	/** Nothing went out, the execution is ABSENT with this code and gave its budget back, and one row says so. */
	async function expectUnsent(issue: LabelledIssue, request: Labelling, told: Awaited<ReturnType<typeof tell>>) {
		expect(patches(test, issue)).toEqual([]);
		expect(await stateOf(request)).toMatchObject({ id: told.executionId, state: 'ABSENT', code: told.code });
		expect(await slotsOf(told.executionId)).toBe(0);
		expect(await rows(request)).toMatchObject([
			{ ok: false, code: told.code, executionId: told.executionId, detail: { method: 'update' } },
		]);
	}

	describe('written as approved', () => {
		it('[read-back, one-row, args-not-logged] the set stands there; one row; no label is stored or logged', async () => {
			const issue = labelledIssue(test, ['bug', 'triage']);
			const request = await proposal(issue, ['BUG', 'Zebra-Stripes']);
			expect(request.beforeSha).toBe(beforeShaOf(['bug', 'triage'], deps.sha256));
			const told = await tell(request);
			expect(told).toMatchObject({ status: 200, answer: { ok: true, marker: null, replayed: false } });
			expect(issue.labels()).toEqual(['bug', 'Zebra-Stripes']);
			expect(told.answer?.artifact.url).toBe(`${deps.webUrl}/acme/payments-api/issues/${issue.number}`);

			const sent = patches(test, issue);
			expect(sent.map(({ body }) => JSON.parse(body))).toEqual([{ labels: ['BUG', 'Zebra-Stripes'] }]);
			expect(await stateOf(request)).toMatchObject({
				state: 'CONFIRMED',
				method: 'update',
				target: { owner: 'acme', repo: 'payments-api', number: issue.number },
				beforeSha: request.beforeSha,
				afterSha: afterShaOf(['bug', 'zebra-stripes'], deps.sha256),
			});
			expect(await slotsOf(told.executionId)).toBe(2);
			expect(await rows(request)).toMatchObject([{ ok: true, detail: { method: 'update' } }]);
			for (const table of ['execution', 'audit_entry']) {
				const [stored] = await query<{ text: string }>(`SELECT string_agg(t::text, ' ') AS text FROM ${table} t`);
				expect(stored?.text).not.toMatch(/zebra/i);
			}
			expect(JSON.stringify(test.log)).not.toMatch(/zebra/i);
		});

		it('[once] the same approval again is replayed: what stands there by now is not written over', async () => {
			const issue = labelledIssue(test, ['bug']);
			const request = await proposal(issue, ['triage']);
			const first = await tell(request);
			issue.relabel(['security']);
			const again = await tell(request);
			expect(again).toMatchObject({
				status: 200,
				executionId: first.executionId,
				answer: { replayed: true, marker: null },
			});
			expect(issue.labels()).toEqual(['security']);
			expect(patches(test, issue)).toHaveLength(1);
		});
	});

	describe('changed since it was approved upon', () => {
		it.each<[string, string[]]>([
			['one more', ['bug', 'triage', 'security']],
			['one less', ['bug']],
			['none left', []],
			['others', ['documentation']],
			['in another spelling', ['Bug', 'triage']],
			['as approved, by somebody else', ['enhancement']],
		])('[state-as-seen, one-row] %s: 409 target_changed, nothing is sent', async (_, now) => {
			const issue = labelledIssue(test, ['bug', 'triage']);
			const request = await proposal(issue, ['enhancement']);
			issue.relabel(now);
			const told = await tell(request);
			expect(told).toMatchObject({ status: 409, code: 'target_changed' });
			expect(issue.labels()).toEqual(now);
			await expectUnsent(issue, request, told);
		});

		it('[state-as-seen] proposed again it can be approved again, under the same argsSha', async () => {
			const issue = labelledIssue(test, ['bug', 'triage']);
			const request = await proposal(issue, ['enhancement']);
			issue.relabel(['bug']);
			expect((await tell(request)).code).toBe('target_changed');
			const second = await proposal(issue, ['enhancement']);
			expect([second.argsSha, second.beforeSha === request.beforeSha]).toEqual([request.argsSha, false]);
			expect((await tell(second)).code).toBe('ok');
			expect(issue.labels()).toEqual(['enhancement']);
		});

		it('[state-as-seen] a beforeSha that nobody was shown is another state', async () => {
			const issue = labelledIssue(test, ['bug']);
			const request = await proposal(issue, ['triage']);
			const told = await tell({ ...request, beforeSha: 'ab'.repeat(32) });
			expect(told.code).toBe('target_changed');
			await expectUnsent(issue, request, told);
		});
	});

	describe('names that pass for others', () => {
		const odd = ['good\u00a0first', 'two  spaces', 'cafe\u0301'];

		it('[approval-bound, read-back] those that stand there stay, byte for byte, while others are set', async () => {
			const issue = labelledIssue(test, [...odd, 'triage']);
			const told = await tell(await proposal(issue, [...odd, 'bug']));
			expect(told).toMatchObject({ status: 200, answer: { ok: true } });
			expect(patches(test, issue).map(({ body }) => JSON.parse(body))).toEqual([{ labels: [...odd, 'bug'] }]);
			expect(issue.labels()).toEqual([...odd, 'bug']);
		});

		it.each(odd)(
			'[hidden-text-holds, one-row] %j is not added, by propose or by an execute of the right bytes',
			async (name) => {
				const issue = labelledIssue(test, ['good first', 'two spaces', 'caf\u00e9']);
				const request = { provider: 'github', tool: 'issue_write', args: issue.args(['bug', name]) } as const;
				const refused = { code: 'invalid_args', errors: [{ path: 'args.labels.1' }] };
				expect(await propose(deps, caller, bytes(request))).toMatchObject({ ok: false, error: refused });

				const argsSha = shaOf(caller, request as unknown as WriteRequest, deps.sha256);
				const beforeSha = beforeShaOf(issue.labels(), deps.sha256);
				const told = await tell({ ...request, argsSha, beforeSha });
				expect(told).toMatchObject({ status: 422, code: 'invalid_args' });
				await expectUnsent(issue, { ...request, argsSha, beforeSha }, told);
			},
		);
	});

	describe('what cannot be read before the call', () => {
		it.each<[string, Awaited<ReturnType<Upstream['labels']>>, number, string]>([
			['unreachable', { ok: false, error: { kind: 'unreachable', why: 'No.' } }, 503, 'provider_unreachable'],
			['unreadable', { ok: false, error: { kind: 'unreadable', why: 'No.' } }, 503, 'provider_unreachable'],
			['gone', { ok: false, error: { kind: 'not_found', why: 'No.' } }, 502, 'upstream_rejected'],
			['not for this credential', { ok: false, error: { kind: 'unauthorized', why: 'No.' } }, 502, 'upstream_rejected'],
		])('[state-as-seen, one-row] %s: nothing is sent', async (_, answer, status, code) => {
			const issue = labelledIssue(test, ['bug']);
			const request = await proposal(issue, ['triage']);
			const told = await tell(
				request,
				readingWith(async () => answer),
			);
			expect(told).toMatchObject({ status, code, detail: expect.stringContaining('Nothing was sent.') });
			await expectUnsent(issue, request, told);
			expect((await tell(request)).code).toBe('ok');
		});

		it('[switch-off] switched off while it is read: nothing is sent', async () => {
			const issue = labelledIssue(test, ['bug']);
			const request = await proposal(issue, ['triage']);
			const dispatch = (on: boolean) =>
				query('UPDATE tenant SET agent_dispatch_enabled = $1 WHERE slug = $2', [on, 'demo']);
			const told = await tell(
				request,
				readingWith(async (real) => {
					await dispatch(false);
					return real.labels('github', await secret(), targetOf(issue));
				}),
			).finally(() => dispatch(true));
			expect(told).toMatchObject({ status: 403, code: 'agent_dispatch_disabled' });
			await expectUnsent(issue, request, told);
		});
	});

	describe('reported as a success that it is not', () => {
		async function expectUnknown(request: Labelling, told: Awaited<ReturnType<typeof tell>>, issue: LabelledIssue) {
			expect(told).toMatchObject({ status: 502, code: 'outcome_unknown' });
			expect(await stateOf(request)).toMatchObject({
				state: 'INDETERMINATE',
				claimedUrl: `${deps.webUrl}/acme/payments-api/issues/${issue.number}`,
			});
			expect(await rows(request)).toMatchObject([{ ok: false, code: 'outcome_unknown' }]);
		}

		it('[read-back, unknown-not-failed] labels that were dropped without a word are never a success', async () => {
			const issue = labelledIssue(test, ['bug']);
			const request = await proposal(issue, ['triage']);
			test.sandbox.github.state.faults.push({ kind: 'drop-labels', match: PATCH });
			const told = await tell(request);
			await expectUnknown(request, told, issue);
			expect(told.detail).toContain('the labels are not what was approved');
			expect(issue.labels()).toEqual(['bug']);
		});

		it('[read-back] changed by somebody else in between: not a success either', async () => {
			const issue = labelledIssue(test, ['bug']);
			const request = await proposal(issue, ['triage']);
			const told = await tell(
				request,
				readingWith(async (real, nth) => {
					if (nth === 2) issue.relabel(['triage', 'security']);
					return real.labels('github', await secret(), targetOf(issue));
				}),
			);
			await expectUnknown(request, told, issue);
		});

		it('[read-back] one that cannot be read back is unknown, and found later', async () => {
			const issue = labelledIssue(test, ['bug']);
			const request = await proposal(issue, ['triage']);
			const told = await tell(
				request,
				readingWith(async (real, nth) => {
					if (nth === 2) throw new Error('injected');
					return real.labels('github', await secret(), targetOf(issue));
				}),
			);
			await expectUnknown(request, told, issue);
			expect(told.detail).toContain('could not be read back');
			await passTime(query, 4_000);
			await reconcile(deps);
			expect(await stateOf(request)).toMatchObject({ state: 'CONFIRMED' });
			expect(await verdictsOf(deps, caller.tenant.id, told.executionId ?? '')).toMatchObject([{ ok: true }]);
		});
	});

	describe('two approvals of one issue', () => {
		it('[state-as-seen] at the same time: one is written, the other is told 409', async () => {
			const issue = labelledIssue(test, ['bug']);
			const both = [await proposal(issue, ['triage']), await proposal(issue, ['security', 'bug'])];
			const told = await Promise.all(both.map((request) => tell(request)));
			expect(told.map(({ status }) => status).sort()).toEqual([200, 409]);
			const refused = told.find(({ status }) => status === 409);
			expect(['execution_in_progress', 'target_changed']).toContain(refused?.code);
			expect(patches(test, issue)).toHaveLength(1);
			const written = both[told.findIndex(({ status }) => status === 200)];
			expect(afterShaOf(issue.labels(), deps.sha256)).toBe(afterShaOf(written?.args.labels as string[], deps.sha256));
		});

		it('[state-as-seen] the second waits for the first, whose id it is told, and then sees another state', async () => {
			const issue = labelledIssue(test, ['bug']);
			const [first, second] = [await proposal(issue, ['triage']), await proposal(issue, ['security'])];
			const { state } = test.sandbox.github;
			state.faults.push({ kind: 'hold', match: PATCH });
			const running = tell(first);
			await expect.poll(() => patches(test, issue).length, { timeout: 10_000 }).toBe(1);
			const refused = await tell(second);
			state.release();
			const written = await running;
			expect(written.code).toBe('ok');
			expect(refused).toMatchObject({ code: 'execution_in_progress', executionId: written.executionId });
			expect(await rows(second)).toMatchObject([{ ok: false, code: 'execution_in_progress' }]);
			expect((await tell(second)).code).toBe('target_changed');
			expect(issue.labels()).toEqual(['triage']);
		});

		it('[state-as-seen, unknown-not-failed] while the first is unknown the second is held back', async () => {
			const issue = labelledIssue(test, ['bug']);
			const [first, second] = [await proposal(issue, ['triage']), await proposal(issue, ['security'])];
			test.sandbox.github.state.faults.push({ kind: 'status-after-write', match: PATCH });
			const unknown = await tell(first);
			expect(unknown.code).toBe('outcome_unknown');
			expect(await tell(second)).toMatchObject({
				status: 409,
				code: 'execution_unresolved',
				executionId: unknown.executionId,
			});
			await passTime(query, 4_000);
			await reconcile(deps);
			expect(await stateOf(first)).toMatchObject({ state: 'CONFIRMED' });
			expect((await tell(second)).code).toBe('target_changed');
			expect(patches(test, issue)).toHaveLength(1);
		});

		it('another issue’s labels are not held back', async () => {
			const [one, other] = [labelledIssue(test, ['bug']), labelledIssue(test, ['bug'])];
			const held = await proposal(one, ['triage']);
			test.sandbox.github.state.faults.push({ kind: 'status-after-write', match: PATCH });
			expect((await tell(held)).code).toBe('outcome_unknown');
			expect((await tell(await proposal(other, ['triage']))).code).toBe('ok');
		});
	});

	it.each<[string, object, number, string, string]>([
		['refused by GitHub', { kind: 'status', status: 403 }, 502, 'upstream_rejected', 'REJECTED'],
		['refused by a rate limit', { kind: 'secondary-rate-limit' }, 502, 'upstream_rejected', 'REJECTED'],
		['an error after the write', { kind: 'status-after-write' }, 502, 'outcome_unknown', 'INDETERMINATE'],
		['no answer, and no write', { kind: 'drop-before-write' }, 502, 'outcome_unknown', 'INDETERMINATE'],
		['202', { kind: '202' }, 502, 'outcome_unknown', 'INDETERMINATE'],
		['written elsewhere', { kind: 'redirect', to: 'acme/ledger' }, 502, 'outcome_unknown', 'INDETERMINATE'],
	])('[no-false-verdict, one-row] %s', async (_, fault, status, code, state) => {
		const issue = labelledIssue(test, ['bug']);
		const elsewhere = test.sandbox.github.state.repository('acme', 'ledger')?.issues;
		while ((elsewhere?.length ?? 0) < issue.number)
			elsewhere?.push({ ...structuredClone(elsewhere[0]), number: elsewhere.length + 1 } as never);
		const request = await proposal(issue, ['triage']);
		test.sandbox.github.state.faults.push({ ...fault, match: PATCH } as never);
		expect(await tell(request)).toMatchObject({ status, code });
		expect(await stateOf(request)).toMatchObject({ state });
		expect(await rows(request)).toMatchObject([{ ok: false, code, detail: { method: 'update' } }]);
	});

	async function secret(): Promise<string> {
		const credential = await deps.store.credential(caller.tenant.id, 'github');
		if (credential === null) throw new Error('no credential');
		const opened = await deps.vault.open(credential.sealed, {
			tenantId: caller.tenant.id,
			provider: 'github',
			credentialId: credential.id,
		});
		if (!opened.ok) throw new Error(opened.error);
		return opened.value;
	}
	const targetOf = ({ number }: LabelledIssue) => ({ owner: 'acme', repo: 'payments-api', number });
});
