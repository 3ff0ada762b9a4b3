import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { refusals } from '#core/refusals';
import type { FaultInput } from '#sandbox/github/faults';
import { issue } from '#test/support/portal';
import { drivers } from './drivers.ts';
import { type Stage, startStage } from './stage.ts';

/** What one execute has to come to, whichever server stands between. */
interface Expected {
	readonly code: 'ok' | 'upstream_rejected' | 'outcome_unknown';
	readonly state: 'CONFIRMED' | 'REJECTED' | 'INDETERMINATE';
	/** The reason that is stored, and told. */
	readonly reason?: RegExp;
	/** How many artifacts there are afterwards at the approved place. */
	readonly written: 0 | 1;
	/** How many there are in acme/ledger, which nobody approved: the first look gives them to a person. */
	readonly elsewhere?: 1;
	/** What the reconciler makes of it. */
	readonly found?: boolean;
}

const rejected = (reason: RegExp): Expected => ({ code: 'upstream_rejected', state: 'REJECTED', written: 0, reason });
const unknown = (reason: RegExp, written: 0 | 1): Expected => ({
	code: 'outcome_unknown',
	state: 'INDETERMINATE',
	written,
	found: written === 1,
	reason,
});
const unclear = /^The tool reported an error that does not say whether it was written\.$/;
const moved: Expected = { code: 'outcome_unknown', state: 'INDETERMINATE', written: 0, elsewhere: 1 };

type Fault = Omit<FaultInput, 'match'>;
const faults: readonly [what: string, fault: Fault, expected: Expected][] = [
	['422', { kind: 'status', status: 422 }, rejected(/^GitHub answered 422: Validation Failed$/)],
	['401', { kind: 'status', status: 401 }, rejected(/^GitHub answered 401: Bad credentials$/)],
	['403', { kind: 'status', status: 403 }, rejected(/^GitHub answered 403: Resource not accessible by personal/)],
	['404', { kind: 'status', status: 404 }, rejected(/^GitHub answered 404: Not Found$/)],
	['410', { kind: 'status', status: 410 }, rejected(/^GitHub answered 410: Issues has been disabled in this repo/)],
	['429', { kind: 'status', status: 429 }, rejected(/^GitHub answered 429: API rate limit exceeded$/)],
	[
		'the secondary rate limit, a 403',
		{ kind: 'secondary-rate-limit' },
		rejected(/^GitHub answered 403: You have exceeded a secondary rate limit and have been temporarily blocked/),
	],
	[
		'the primary rate limit, a 403',
		{ kind: 'primary-rate-limit' },
		rejected(/^GitHub answered 403: API rate limit exceeded for user \S+ \[rate reset in \d+m\d\ds\]$/),
	],
	['500', { kind: 'status', status: 500 }, unknown(unclear, 0)],
	['502', { kind: 'status', status: 502 }, unknown(unclear, 0)],
	['503', { kind: 'status', status: 503 }, unknown(unclear, 0)],
	['408', { kind: 'status', status: 408 }, unknown(unclear, 0)],
	['409', { kind: 'status', status: 409 }, unknown(unclear, 0)],
	['202', { kind: '202' }, unknown(unclear, 0)],
	['a connection that is dropped before the write', { kind: 'drop-before-write' }, unknown(unclear, 0)],
	['a connection that is dropped after the write', { kind: 'drop-after-write' }, unknown(unclear, 1)],
	['502 after the write', { kind: 'status-after-write', status: 502 }, unknown(unclear, 1)],
	['500 after the write', { kind: 'status-after-write', status: 500 }, unknown(unclear, 1)],
	['an answer past the deadline', { kind: 'hold' }, unknown(/^The MCP server did not answer in time\.$/, 1)],
	['a 307 to another repository', { kind: 'redirect', to: 'acme/ledger' }, moved],
];

describe.each(drivers)('[unknown-not-failed] an execute through $name', (driver) => {
	let stage: Stage;
	beforeAll(async () => {
		stage = await startStage(driver, { PORTAL_UPSTREAM_TIMEOUT_MS: '3000' });
	});
	afterAll(() => stage.close());
	beforeEach(() => stage.github.faults.clear());

	// Words of the arguments are kept out of reasons: a title must not share any with GitHub's.
	let titles = 0;
	const unlike = () => `Zq${++titles}x`;

	/** Executes once, compares everything that is seen from outside, and lets the reconciler look. */
	async function expectOutcome(expected: Expected, args = issue(unlike()), tool = 'issue_write') {
		const request = await stage.proposed(args, tool);
		const answer = await stage.execute(request);
		stage.github.release();
		const status = expected.code === 'ok' ? 200 : refusals[expected.code].status;
		expect({ status: answer.status, code: answer.body.code ?? 'ok' }).toEqual({ status, code: expected.code });
		if (expected.reason !== undefined) expect(answer.body.detail).toMatch(expected.reason);
		await stage.expectWritten(request, { here: expected.written, ledger: expected.elsewhere ?? 0 });

		const execution = await stage.execution(answer.body.executionId);
		expect(execution).toMatchObject({ state: expected.state, argsSha: request.argsSha });
		const rows = await stage.rowsOf(request.argsSha);
		const ok = expected.code === 'ok';
		expect(rows).toMatchObject([
			{ action: expect.stringMatching(/^mcp\.tool\.github\./), ok, executionId: answer.body.executionId },
		]);
		expect(rows[0].code).toBe(ok ? undefined : expected.code);
		stage.expectNothingLeaks(answer.text + JSON.stringify(rows) + JSON.stringify(execution), request);

		if (expected.state === 'REJECTED') return;
		// The same bytes again: never a second write, whatever is known of the first.
		const again = await stage.execute(request);
		expect(again.body).toMatchObject(ok ? { replayed: true } : { code: 'execution_unresolved' });
		await stage.expectWritten(request, { here: expected.written, ledger: expected.elsewhere ?? 0 });
		if (expected.found === undefined && expected.elsewhere === undefined) return;
		await stage.reconcile();
		const looked = await stage.execution(answer.body.executionId);
		if (expected.elsewhere !== undefined) {
			const url = expect.stringMatching(/\/acme\/ledger\/issues\/\d+$/);
			expect(looked).toMatchObject({ state: 'NEEDS_HUMAN', artifact: null, claimed: { url }, checks: 1 });
			const all = await stage.rowsOf(request.argsSha);
			expect(all.filter(({ action }) => action.startsWith('mcp.reconcile.'))).toMatchObject([
				{ ok: false, code: 'outcome_unknown', executionId: looked.id },
			]);
			return;
		}
		expect(looked.state).toBe(expected.found ? 'CONFIRMED' : 'INDETERMINATE');
		const verdicts = (await stage.rowsOf(request.argsSha)).filter(({ action }) => action.startsWith('mcp.reconcile.'));
		expect(verdicts).toMatchObject(
			expected.found ? [{ ok: true, executionId: looked.id, artifact: { url: looked.artifact.url } }] : [],
		);
		if (!expected.found) return;
		expect((await stage.execute(request)).body).toMatchObject({
			replayed: true,
			artifact: { url: looked.artifact.url },
		});
		await stage.expectWritten(request, { here: 1, ledger: 0 });
	}

	/** A fifth more than 15 minutes, in steps of 100 s. */
	async function pastTheLastLook(): Promise<void> {
		for (let step = 0; step < 12; step++) await stage.reconcile();
	}

	describe('of an issue', () => {
		test.each(faults)('%s', async (_, fault, expected) => {
			stage.github.faults.push({
				...fault,
				match: { method: 'POST', pathPattern: '/repos/acme/payments-api/issues$' },
			});
			await expectOutcome(expected);
		});
	});

	describe('of a comment', () => {
		// The connection of a comment is its own, but everything between status and state is the same code.
		const some = ['422', '410', '502', 'a connection that is dropped after the write', 'an answer past the deadline'];
		test.each(faults.filter(([what]) => some.includes(what)))('%s', async (_, fault, expected) => {
			stage.github.faults.push({ ...fault, match: { method: 'POST', pathPattern: '/issues/1/comments$' } });
			const args = { owner: 'acme', repo: 'payments-api', issue_number: 1, body: unlike() };
			await expectOutcome(expected, args, 'add_issue_comment');
		});
	});

	test('a 307 to another host: the PAT goes along with v1.0.4, and what it wrote is not confirmed', async () => {
		const { apiUrl } = stage.test.sandbox;
		const origin = apiUrl.replace('127.0.0.1', 'localhost');
		stage.github.faults.push({
			kind: 'redirect',
			to: 'acme/ledger',
			origin,
			match: { method: 'POST', pathPattern: '/repos/acme/payments-api/issues$' },
		});
		stage.github.requests.length = 0;
		await expectOutcome(moved);
		const there = stage.github.requests.find(({ host, method }) => host === new URL(origin).host && method === 'POST');
		expect(there?.headers.authorization).toBe(`Bearer ${stage.pat}`);
	});

	test('a repository that has moved for good: written where it is now, and a person is told', async () => {
		stage.github.addRepository('acme/old-name');
		stage.github.transferRepository('acme/old-name', 'acme/ledger');
		await expectOutcome(moved, { ...issue(unlike()), repo: 'old-name' });
	});

	test('a body that the server’s reads cut off (an unclosed “<x”), its answer lost: found by search, in the raw text', async () => {
		stage.github.faults.push({
			kind: 'drop-after-write',
			match: { method: 'POST', pathPattern: '/repos/acme/payments-api/issues$' },
		});
		const args = issue(unlike(), 'It breaks if a<b then the total is off.');
		await expectOutcome(unknown(unclear, 1), args);
	});

	test('[absent-proved] such a body while the search’s index lags: never called absent, and settled by a person who names it', async () => {
		stage.github.searchLagMs = 3_600_000;
		stage.github.faults.push({
			kind: 'drop-after-write',
			match: { method: 'POST', pathPattern: '/repos/acme/payments-api/issues$' },
		});
		const request = await stage.proposed(issue(unlike(), 'It breaks if a<b then the total is off.'));
		const { executionId } = (await stage.execute(request)).body;
		await pastTheLastLook();
		expect(await stage.execution(executionId)).toMatchObject({
			state: 'NEEDS_HUMAN',
			reason: expect.stringMatching(/^It was not found by its mark, but /),
		});
		stage.github.searchLagMs = 0;

		const resolve = (body: object) => stage.admin.post(`/api/mcp/executions/${executionId}/resolve?tenant=demo`, body);
		const [written] = stage.github.issues('acme', 'payments-api').slice(-1);
		const url = `${stage.deps.webUrl}/acme/payments-api/issues/${written?.number}`;
		const reason = 'I see it there.';
		expect(await resolve({ happened: false, reason })).toMatchObject({
			status: 422,
			body: { code: 'artifact_not_verified', detail: expect.stringContaining(url) },
		});
		const other = `${stage.deps.webUrl}/acme/payments-api/issues/9999`;
		expect(await resolve({ happened: true, url: other, reason })).toMatchObject({
			status: 422,
			body: { code: 'artifact_not_verified' },
		});
		expect(await resolve({ happened: true, url, reason })).toMatchObject({
			status: 200,
			body: { state: 'CONFIRMED', artifact: { url } },
		});
	});

	test('[absent-proved] dropped before the write, and every other artifact accounted for: absent after the last look', async () => {
		const repo = 'accounted-for';
		stage.github.addRepository(`acme/${repo}`);
		const confirmed = await stage.proposed({ ...issue(unlike(), 'Cut off: a<b.'), repo });
		expect((await stage.execute(confirmed)).status).toBe(200);
		stage.github.faults.push({ kind: 'drop-before-write', match: { method: 'POST', pathPattern: `/${repo}/issues$` } });
		const request = await stage.proposed({ ...issue(unlike()), repo });
		const { executionId } = (await stage.execute(request)).body;
		await pastTheLastLook();
		expect(await stage.execution(executionId)).toMatchObject({ state: 'ABSENT', artifact: null });
		expect(await stage.execute(request)).toMatchObject({ status: 200, body: { replayed: false } });
	});
});
