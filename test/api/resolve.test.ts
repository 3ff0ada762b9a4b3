import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { afterShaOf, beforeShaOf } from '#core/proposal/label-set';
import { err, ok } from '#core/result';
import type { Execution } from '#gateway/ports/executions';
import type { Upstream } from '#gateway/ports/upstream';
import { resolve } from '#gateway/resolve';
import { BOT, type Scene, sceneOn } from '#test/gateway/looks-rig';
import { approved, mustFind, rowsOf, tellOf } from '#test/gateway/rig';
import { type Answer, type Client, issue, startPortal, type TestPortal } from '#test/support/portal';

const OTHER = 'f'.repeat(64);
const REASON = 'I looked at the repository, and Iris did too.';
const TOKEN = `ghp_${'r'.repeat(36)}`;

let test: TestPortal;
let scene: Scene;
let admin: Client;
let web: string;
beforeAll(async () => {
	test = await startPortal({ env: { PORTAL_RATE_PER_MINUTE: '100000' } });
	scene = await sceneOn(test);
	admin = await test.as('admin');
	web = `${scene.deps.webUrl}/acme/payments-api`;
	await useToken(TOKEN);
});
afterAll(() => test.close());
beforeEach(() => scene.fresh());

async function useToken(token: string, login = BOT): Promise<void> {
	test.sandbox.github.state.addToken({ token, login, scopes: ['repo'] });
	expect((await admin.put('/api/credentials/github?tenant=demo', { kind: 'pat', token })).status).toBe(200);
}

const ask = (id: string, body: object, client: Client = admin): Promise<Answer> =>
	client.post(`/api/mcp/executions/${id}/resolve?tenant=demo`, body);

/** One that waits for a person, as the reconciler leaves it. */
async function waiting(execution: Execution): Promise<Execution> {
	await test.portal.database.query(
		`UPDATE execution SET state = 'NEEDS_HUMAN', next_check_at = NULL, reason = 'test' WHERE id = $1`,
		[execution.id],
	);
	return scene.again(execution);
}
const lostIssue = async (title: string, more: Parameters<Scene['lost']>[1] = {}) =>
	waiting(await scene.lost(title, more));

async function resolveRows() {
	return (await rowsOf(scene.deps, scene.tenantId)).filter(({ action }) => action.startsWith('mcp.resolve.'));
}

/** Refused with this code, nothing changed, no row. */
async function expectRefused(
	execution: Execution,
	body: object,
	status: number,
	code: string,
	detail: RegExp | string,
) {
	const rows = await rowsOf(scene.deps, scene.tenantId);
	const answer = await ask(execution.id, body);
	expect(answer).toMatchObject({ status, body: { code } });
	if (typeof detail === 'string') expect(answer.body.detail).toContain(detail);
	else expect(answer.body.detail).toMatch(detail);
	expect(answer.text).not.toContain(TOKEN);
	expect(await scene.again(execution)).toEqual(execution);
	expect(await rowsOf(scene.deps, scene.tenantId)).toEqual(rows);
}

async function expectSettled(execution: Execution, body: object, state: 'CONFIRMED' | 'ABSENT', url: string | null) {
	const before = await resolveRows();
	const answer = await ask(execution.id, body);
	expect(answer).toMatchObject({ status: 200, body: { id: execution.id, state, code: null } });
	expect(answer.body.artifact).toEqual(url === null ? null : { url });
	expect(answer.body.settledAt).toEqual(expect.any(String));
	const row = (await resolveRows()).slice(before.length);
	expect(row).toHaveLength(1);
	expect(row[0]).toMatchObject({
		action: `mcp.resolve.github.${execution.tool}`,
		ok: true,
		actor: { kind: 'user', role: 'ADMIN' },
		argsSha: execution.argsSha,
		executionId: execution.id,
		requestId: expect.any(String),
		detail: {
			...(execution.method === null ? {} : { method: execution.method }),
			old: 'NEEDS_HUMAN',
			new: state,
			why: REASON,
			checked: true,
		},
	});
	expect(row[0]?.artifact).toEqual(url === null ? undefined : { url });
	// The attempt's own row stays the execution's.
	expect((await scene.again(execution)).auditSeq).toBe(execution.auditSeq);
}

describe('[human-settles] it happened', () => {
	it('an issue of ours: CONFIRMED at its address, with the row; the same bytes replay from then on', async () => {
		const execution = await lostIssue('Happened', { landed: true });
		const [written] = test.sandbox.github.state.issues('acme', 'payments-api').slice(-1);
		const url = `${web}/issues/${written?.number}`;
		await expectSettled(
			execution,
			{ happened: true, url: ` ${url}/?from=inbox#issue-12 `, reason: ` ${REASON}\n` },
			'CONFIRMED',
			url,
		);
		const writes = test.sandbox.github.state.writes();
		const request = await approved(scene.deps, scene.caller, issue('Happened'));
		const told = await tellOf(scene.deps, scene.caller, request);
		expect(told.answer).toMatchObject({ replayed: true, executionId: execution.id, artifact: { url } });
		expect(test.sandbox.github.state.writes()).toBe(writes);
	});

	it('one whose mark the reads swallow: believed inside the approved repository', async () => {
		const execution = await lostIssue('Swallowed', { body: 'Fails when a<b.', landed: true });
		const [written] = test.sandbox.github.state.issues('acme', 'payments-api').slice(-1);
		const url = `${web}/issues/${written?.number}`;
		await expectSettled(execution, { happened: true, url, reason: REASON }, 'CONFIRMED', url);
	});

	it('a comment of ours', async () => {
		const execution = await waiting(
			await scene.unknown({ target: { owner: 'acme', repo: 'payments-api', number: 1 } }),
		);
		const { url } = scene.comment(1, scene.footed('Said.', execution));
		await expectSettled(execution, { happened: true, url, reason: REASON }, 'CONFIRMED', url);
	});

	it('one that the answer said is elsewhere: its address is kept, and it is believed there by our mark', async () => {
		test.sandbox.github.state.faults.push({
			kind: 'redirect',
			to: 'acme/ledger',
			match: { method: 'POST', pathPattern: '/payments-api/issues$' },
		});
		const request = await approved(scene.deps, scene.caller, issue('Elsewhere'));
		expect(await tellOf(scene.deps, scene.caller, request)).toMatchObject({ code: 'outcome_unknown' });
		const execution = await scene.lookToTheEnd(await mustFind(scene.deps, scene.tenantId, request.argsSha));
		const { body } = await admin.get(`/api/mcp/executions/${execution.id}?tenant=demo`);
		expect(body).toMatchObject({
			state: 'NEEDS_HUMAN',
			claimed: { url: expect.stringMatching(/ledger\/issues\/\d+$/) },
		});
		expect(
			test.log.filter(({ fields }) => fields.executionId === execution.id && fields.event !== undefined),
		).toMatchObject([{ level: 'warn', fields: { event: 'execution_needs_human' } }]);
		const { url } = body.claimed;
		await expectRefused(execution, { happened: false, reason: REASON }, 422, 'artifact_not_verified', url);
		await expectSettled(execution, { happened: true, url, reason: REASON }, 'CONFIRMED', url);
	});

	it.each<[what: string, url: (execution: Execution) => string, found: RegExp]>([
		['nothing there', () => `${web}/issues/9999`, /nothing that this tenant’s credential may read/],
		['no address of GitHub’s', () => 'https://evil.example/acme/payments-api/issues/1', /That is on evil\.example;/],
		['a script', () => 'javascript:alert(1)', /no address there: one begins with http/],
		['no issue', () => `${web}/issues`, /no address of an issue or a comment/],
		[
			'by another',
			(e) => scene.plant({ author: 'dana', body: scene.footed('x', e) }).url,
			/^It is by dana; this was written as/,
		],
		['made before', () => scene.plant({ body: 'An older one.', createdAt: '2020-01-01T00:00:00Z' }).url, /made before/],
		[
			'another’s mark',
			() => scene.plant({ body: scene.footed('x', { argsSha: OTHER }) }).url,
			/belongs to another execution/,
		],
		['a comment', (e) => scene.comment(1, scene.footed('x', e)).url, /A comment stands there/],
		[
			'without our mark elsewhere',
			() => `${scene.deps.webUrl}/acme/ledger/issues/1`,
			/It is by|outside the approved repository/,
		],
	])('not borne out, %s: 422 says what was found', async (what, url, found) => {
		const execution = await lostIssue(`Not so: ${what}`);
		const body = { happened: true, url: url(execution), reason: REASON };
		await expectRefused(execution, body, 422, 'artifact_not_verified', found);
	});

	it('[once] the artifact of another execution, marked or swallowed, cannot be taken for this one', async () => {
		for (const text of ['Plain.', 'Fails when a<b.']) {
			const request = await approved(scene.deps, scene.caller, issue(`Another, ${text}`, text));
			const told = await tellOf(scene.deps, scene.caller, request);
			const execution = await lostIssue(`This one, ${text}`);
			const url = told.answer?.artifact.url ?? '';
			await expectRefused(
				execution,
				{ happened: true, url, reason: REASON },
				422,
				'artifact_not_verified',
				/belongs to another/,
			);
		}
	});

	it('a comment on another issue than the approved one is not believed', async () => {
		const execution = await waiting(
			await scene.unknown({ target: { owner: 'acme', repo: 'payments-api', number: 1 } }),
		);
		const { url } = scene.comment(2, scene.footed('x', execution));
		const body = { happened: true, url, reason: REASON };
		await expectRefused(execution, body, 422, 'artifact_not_verified', /another issue than #1/);
	});

	it('the provider away: 503; no credential: 412; refused: 422; none of these settles anything', async () => {
		const execution = await lostIssue('Away', { landed: true });
		const [written] = test.sandbox.github.state.issues('acme', 'payments-api').slice(-1);
		const body = { happened: true, url: `${web}/issues/${written?.number}`, reason: REASON };
		test.sandbox.github.state.faults.push({ kind: 'status', status: 502, match: { method: 'GET' } });
		await expectRefused(execution, body, 503, 'provider_unreachable', /cannot be read now/);

		test.sandbox.github.state.revokeToken(TOKEN);
		await expectRefused(execution, body, 422, 'credential_rejected', /Replace the token/);
		expect((await admin.delete('/api/credentials/github?tenant=demo')).status).toBe(200);
		await expectRefused(execution, body, 412, 'credential_missing', /no GitHub credential/);

		// Another account's credential reads as well: who wrote is known from then.
		await useToken(`ghp_${'q'.repeat(36)}`, 'dana');
		await expectSettled(execution, body, 'CONFIRMED', body.url);
		await useToken(TOKEN);
	});

	it('labels: only the issue’s own address, and only while the approved set stands there', async () => {
		const target = { owner: 'acme', repo: 'payments-api', number: 1 };
		const [on] = test.sandbox.github.state.repository('acme', 'payments-api')?.issues ?? [];
		const labels = on?.labels ?? [];
		const { sha256 } = scene.deps;
		const shas = (after: readonly string[]) => ({
			target,
			method: 'update',
			beforeSha: beforeShaOf([], sha256),
			afterSha: afterShaOf(after, sha256),
		});
		const stands = await waiting(await scene.unknown(shas(labels.map((name) => name.toUpperCase()))));
		const at = (url: string) => ({ happened: true, url, reason: REASON });
		for (const url of [
			`${web}/issues/2`,
			`${web}/issues/1#issuecomment-1`,
			`${scene.deps.webUrl}/acme/ledger/issues/1`,
		]) {
			await expectRefused(stands, at(url), 422, 'artifact_not_verified', `${web}/issues/1`);
		}
		await expectRefused(stands, { happened: false, reason: REASON }, 422, 'artifact_not_verified', `${web}/issues/1`);
		await expectSettled(stands, at(`${web}/issues/1`), 'CONFIRMED', `${web}/issues/1`);

		const gone = await waiting(await scene.unknown(shas([...labels, 'never-there'])));
		await expectRefused(gone, at(`${web}/issues/1`), 422, 'artifact_not_verified', /not the approved ones/);
		await expectSettled(gone, { happened: false, reason: REASON }, 'ABSENT', null);
	});
});

describe('[human-settles] it did not', () => {
	it('nothing turns up: ABSENT, with the row; the same bytes may then be written once', async () => {
		const execution = await lostIssue('Did not');
		await expectSettled(execution, { happened: false, reason: REASON }, 'ABSENT', null);
		const request = await approved(scene.deps, scene.caller, issue('Did not'));
		expect(await tellOf(scene.deps, scene.caller, request)).toMatchObject({ code: 'ok' });
		expect(await mustFind(scene.deps, scene.tenantId, request.argsSha)).toMatchObject({ epoch: 2 });
	});

	it('[once] it turns up after all, in the listing or by search: 422 names it', async () => {
		const { state } = test.sandbox.github;
		state.searchLagMs = 3_600_000;
		const listed = await lostIssue('Turns up', { landed: true });
		const url = () => `${web}/issues/${test.sandbox.github.state.issues('acme', 'payments-api').at(-1)?.number}`;
		await expectRefused(
			listed,
			{ happened: false, reason: REASON },
			422,
			'artifact_not_verified',
			`It is there: ${url()}`,
		);
		state.searchLagMs = 0;
		const swallowed = await lostIssue('Turns up by search', { body: 'Fails when a<b.', landed: true });
		await expectRefused(swallowed, { happened: false, reason: REASON }, 422, 'artifact_not_verified', url());
	});

	const absent = { happened: false, reason: REASON };
	type Read = Awaited<ReturnType<Upstream['issuesSince']>>;
	/** As the portal answers while this reading fails, or gives what it gives. */
	const askWith = (execution: Execution, upstream: Partial<Upstream>) =>
		resolve({ ...scene.deps, upstream: { ...scene.deps.upstream, ...upstream } }, scene.caller, execution.id, absent);
	const failing = (kind: 'unreachable' | 'unreadable' | 'unauthorized' | 'not_found') => async () =>
		err({ kind, why: 'It cannot be read. Nothing was sent.' });
	const nothing = async (): Promise<Read> => ok([]);

	it('[once] it stands there, but nothing can be read: 503, nothing is settled, and nothing is written a second time', async () => {
		const execution = await lostIssue('Stands, unread', { landed: true });
		const request = await approved(scene.deps, scene.caller, issue('Stands, unread'));
		test.sandbox.github.state.faults.push({ kind: 'status', status: 502, times: 0 });
		await expectRefused(execution, absent, 503, 'provider_unreachable', /nothing was settled/);
		await expectRefused(execution, absent, 503, 'provider_unreachable', /gone for good.*delete .*credential/);
		test.sandbox.github.state.faults.clear();
		const writes = test.sandbox.github.state.writes();
		expect(await tellOf(scene.deps, scene.caller, request)).toMatchObject({ code: 'execution_unresolved' });
		expect(test.sandbox.github.state.writes()).toBe(writes);
	});

	it.each<[what: string, upstream: Partial<Upstream>]>([
		['the listing away', { issuesSince: failing('unreachable') }],
		['the listing not to be understood', { issuesSince: failing('unreadable') }],
		['the search away', { issuesSince: nothing, searchIssues: failing('unreachable') }],
		['the named address away', { issuesSince: nothing, artifactAt: failing('unreachable') }],
		[
			'the repository not visible, the named address away',
			{ issuesSince: failing('not_found'), artifactAt: failing('unreachable') },
		],
	])('[human-settles] what may pass settles nothing, %s: 503', async (_what, upstream) => {
		const execution = await lostIssue(`Passing ${_what}`);
		await test.portal.database.query('UPDATE execution SET claimed_url = $2 WHERE id = $1', [
			execution.id,
			`${scene.deps.webUrl}/acme/ledger/issues/9999`,
		]);
		const before = await scene.again(execution);
		const answer = await askWith(execution, upstream);
		expect(answer).toMatchObject({ ok: false, error: { code: 'provider_unreachable' } });
		expect(answer).not.toMatchObject({ error: { detail: expect.stringContaining('Nothing was sent') } });
		expect(await scene.again(execution)).toEqual(before);
	});

	it.each<[because: string, upstream: Partial<Upstream>]>([
		['credential_rejected', { issuesSince: failing('unauthorized') }],
		['not_visible', { issuesSince: failing('not_found') }],
		['not_visible', { issuesSince: failing('not_found'), searchIssues: failing('unreadable') }],
		['provider_not_configured', { configured: () => false }],
	])('[human-settles] what fails for good is accepted, and row and answer say so: %s', async (because, upstream) => {
		const execution = await lostIssue(`For good ${because}`);
		const rows = (await resolveRows()).length;
		expect(await askWith(execution, upstream)).toMatchObject({
			ok: true,
			value: { execution: { state: 'ABSENT' }, unchecked: because },
		});
		expect((await resolveRows()).slice(rows)).toMatchObject([{ detail: { new: 'ABSENT', checked: false, because } }]);
	});

	it('[human-settles] by the API: a refused credential and a deleted one, which is how one goes on when GitHub is gone for good', async () => {
		const refused = await lostIssue('Refused to read');
		const deleted = await lostIssue('Nothing to read with');
		const checked = await lostIssue('Read');
		const { body } = await ask(checked.id, absent);
		expect(body).toMatchObject({ state: 'ABSENT', checked: true });
		expect(body).not.toHaveProperty('because');
		const rows = (await resolveRows()).length;
		test.sandbox.github.state.revokeToken(TOKEN);
		expect(await ask(refused.id, absent)).toMatchObject({
			status: 200,
			body: { state: 'ABSENT', checked: false, because: 'credential_rejected' },
		});
		expect((await admin.delete('/api/credentials/github?tenant=demo')).status).toBe(200);
		test.sandbox.github.state.faults.push({ kind: 'status', status: 502, times: 0 });
		expect(await ask(deleted.id, absent)).toMatchObject({
			status: 200,
			body: { state: 'ABSENT', checked: false, because: 'credential_missing' },
		});
		expect((await resolveRows()).slice(rows).map(({ detail }) => detail)).toMatchObject([
			{ checked: false, because: 'credential_rejected' },
			{ checked: false, because: 'credential_missing' },
		]);
		test.sandbox.github.state.faults.clear();
		await useToken(TOKEN);
	});

	it('[human-settles] of labels: what may pass is 503, what fails for good is accepted unchecked', async () => {
		const target = { owner: 'acme', repo: 'payments-api', number: 1 };
		const { sha256 } = scene.deps;
		const shas = { beforeSha: beforeShaOf([], sha256), afterSha: afterShaOf(['never-there'], sha256) };
		const execution = await waiting(await scene.unknown({ target, method: 'update', ...shas }));
		expect(await askWith(execution, { labels: failing('unreachable') })).toMatchObject({
			ok: false,
			error: { code: 'provider_unreachable' },
		});
		expect(await scene.again(execution)).toEqual(execution);
		expect(await askWith(execution, { labels: failing('not_found') })).toMatchObject({
			ok: true,
			value: { unchecked: 'not_visible' },
		});
	});
});

describe('what is refused before anything is read', () => {
	it.each([undefined, '', '   ', '\u0000\n\t'])('no reason, %j: 422 reason_required', async (reason) => {
		const execution = await lostIssue('No reason');
		const body = { happened: false, ...(reason === undefined ? {} : { reason }) };
		await expectRefused(execution, body, 422, 'reason_required', /how you know/);
	});

	it('it happened, but not where: 400 names url', async () => {
		const execution = await lostIssue('Nowhere');
		await expectRefused(execution, { happened: true, reason: REASON }, 400, 'invalid_request', /address of the issue/);
		const { body } = await ask(execution.id, { happened: true, reason: REASON });
		expect(body.errors).toMatchObject([{ path: 'url' }]);
	});

	it('[secret-stays] a reason that holds the PAT, or anything like one, is not taken, and not repeated', async () => {
		const execution = await lostIssue('Secret');
		const classic = `${'0123456789abcdef'.repeat(2)}01234567`;
		await useToken(classic);
		for (const secret of [TOKEN, `GHP_${'x'.repeat(20)}`, 'karc_pat_abcdefgh', classic, classic.toUpperCase()]) {
			const body = { happened: false, reason: `because ${secret}` };
			await expectRefused(execution, body, 400, 'invalid_request', /must not hold a token/);
			expect((await ask(execution.id, body)).text).not.toContain(secret);
		}
		await useToken(TOKEN);
	});

	it('[secret-stays] nor in disguise: in parts, in other letters, encoded, or behind what nobody sees', async () => {
		const execution = await lostIssue('Disguised');
		const disguised = [
			`ghp_ ${TOKEN.slice(4)}`,
			TOKEN.replace('ghp_', 'ｇｈｐ＿'),
			Buffer.from(TOKEN).toString('base64'),
			Buffer.from(`x${TOKEN}`).toString('base64'),
			[...TOKEN].join('-'),
			encodeURIComponent(TOKEN).replace('g', '%67'),
		];
		for (const secret of disguised) {
			const body = { happened: false, reason: `because ${secret}` };
			await expectRefused(execution, body, 400, 'invalid_request', /must not hold a token/);
		}
		for (const unseen of ['\u200b', '\u202e', '\u0007', '\ue000', '\u{e0041}']) {
			const body = { happened: false, reason: `because gh${unseen}p_${TOKEN.slice(4)}` };
			await expectRefused(execution, body, 400, 'invalid_request', /^The reason must not hold control characters/);
		}
		await expectSettled(execution, { happened: false, reason: `${REASON.replace(' ', '\r\n')}\n` }, 'ABSENT', null);
	});

	it('[human-settles] reading that takes too long settles nothing: 503, also where it would be “not there”', async () => {
		const execution = await lostIssue('Slow to read');
		let ended = 0;
		const slow = (...args: unknown[]) =>
			new Promise<never>(() => {
				const until = args.at(-1) as AbortSignal;
				if (until.aborted) ended++;
				else until.addEventListener('abort', () => ended++);
			});
		const deps = { ...scene.deps, upstream: { ...scene.deps.upstream, issuesSince: slow, artifactAt: slow } };
		for (const said of [{ happened: false }, { happened: true, url: `${web}/issues/1` }]) {
			expect(await resolve(deps, scene.caller, execution.id, { ...said, reason: REASON }, 20)).toMatchObject({
				ok: false,
				error: { code: 'provider_unreachable', detail: expect.stringContaining('took too long') },
			});
		}
		await expect.poll(() => ended).toBe(2);
		expect(await scene.again(execution)).toEqual(execution);
	});

	it('an execution that is not there, of another tenant, or no id at all: 404', async () => {
		const execution = await lostIssue('Not mine');
		for (const id of ['01900000-0000-7000-8000-000000000000', 'x', `${execution.id}x`]) {
			expect(await ask(id, { happened: false, reason: REASON })).toMatchObject({
				status: 404,
				body: { code: 'not_found' },
			});
		}
		const other = { ...scene.caller, tenant: { ...scene.caller.tenant, id: scene.deps.ids.uuid() } };
		expect(await resolve(scene.deps, other, execution.id, { happened: false, reason: REASON })).toMatchObject({
			ok: false,
			error: { code: 'not_found' },
		});
	});

	it('[unknown-not-failed] still looked for or being written: 409 execution_unresolved, with when', async () => {
		const looked = await scene.lost('Still looked for');
		const when = looked.nextCheckAt?.toISOString() ?? 'never';
		await expectRefused(looked, { happened: false, reason: REASON }, 409, 'execution_unresolved', when);
		await test.portal.database.query(`UPDATE execution SET state = 'RESERVED' WHERE id = $1`, [looked.id]);
		const reserved = await scene.again(looked);
		await expectRefused(reserved, { happened: false, reason: REASON }, 409, 'execution_unresolved', /being written/);
	});

	it.each(['CONFIRMED', 'REJECTED', 'ABSENT'])('%s already: 409 execution_settled', async (state) => {
		const execution = await lostIssue(`Settled ${state}`);
		await test.portal.database.query('UPDATE execution SET state = $2, artifact_url = $3 WHERE id = $1', [
			execution.id,
			state,
			`${web}/issues/1`,
		]);
		const settled = await scene.again(execution);
		await expectRefused(settled, { happened: false, reason: REASON }, 409, 'execution_settled', state);
	});

	it('[human-settles] a MEMBER, an AUDITOR and a token with every scope: 403', async () => {
		const execution = await lostIssue('Not yours to say');
		const body = { happened: false, reason: REASON };
		for (const account of ['member', 'auditor'] as const) {
			const answer = await ask(execution.id, body, await test.as(account));
			expect(answer).toMatchObject({ status: 403, body: { code: 'role_required' } });
		}
		const scopes = ['read', 'propose', 'execute'];
		const made = await admin.post('/api/tokens?tenant=demo', { name: 'ci', scopes, expiresInHours: 1 });
		const answer = await ask(execution.id, body, test.bearer(made.body.token));
		expect(answer).toMatchObject({ status: 403, body: { code: 'scope_required' } });
		expect(await scene.again(execution)).toEqual(execution);
	});
});

it('[human-settles] of two ADMINs who say the opposite at once one settles, the other gets 409, and there is one row', async () => {
	const execution = await lostIssue('Both at once', { body: 'Fails when a<b.' });
	const { url } = scene.plant({ body: 'No mark to be read.' });
	const before = (await resolveRows()).length;
	const answers = await Promise.all([
		ask(execution.id, { happened: true, url, reason: REASON }),
		ask(execution.id, { happened: false, reason: REASON }),
		ask(execution.id, { happened: false, reason: REASON }),
	]);
	expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
	for (const { status, body } of answers) {
		if (status === 409) expect(body.code).toBe('execution_settled');
		else expect((await scene.again(execution)).state).toBe(body.state);
	}
	expect(await resolveRows()).toHaveLength(before + 1);
});
