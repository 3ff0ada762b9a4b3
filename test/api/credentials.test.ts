import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Upstream } from '#gateway/ports/upstream';
import { type Client, startPortal, type TestPortal } from '#test/support/portal';
import { demoTenant, withRows, withUpstream } from './fixture.ts';
import { expectProblem } from './problem-shape.ts';

const PATH = '/api/credentials/github?tenant=demo';
const good = 'ghp_Good00000000000000000000000000000000';
const other = 'ghp_Other0000000000000000000000000000000';
const wrong = 'ghp_NobodyKnowsThisOne000000000000000000';

let test: TestPortal;
let admin: Client;
let log: string;
beforeAll(async () => {
	test = await startPortal();
	admin = await test.as('admin');
	log = await demoTenant(test);
	test.sandbox.github.state.addToken({ token: good, login: 'good-bot', scopes: ['repo'] });
	test.sandbox.github.state.addToken({ token: other, login: 'other-bot', scopes: ['repo'] });
});
afterAll(() => test.close());

const put = (token: string) => admin.put(PATH, { kind: 'pat', token });
const present = async () => (await admin.get('/api/credentials?tenant=demo')).body.credentials[0];
const prereqs = async () => (await admin.get('/api/mcp/prereqs?tenant=demo')).body;

const fails = (kind: 'unreachable' | 'unreadable') => ({
	whoAmI: async () => ({ ok: false, error: { kind, why: '' } }),
});
const untestable = [
	['no MCP server is configured', 'provider_not_configured', { configured: () => false }],
	['the MCP server does not answer', 'provider_unreachable', fails('unreachable')],
	['its answer cannot be read', 'provider_unreachable', fails('unreadable')],
] as unknown as [when: string, code: 'provider_not_configured' | 'provider_unreachable', port: Partial<Upstream>][];

describe.each(untestable)('while %s, so that a token cannot be tested', (_when, code, port) => {
	beforeEach(async () => {
		expect((await put(good)).body).toMatchObject({ login: 'good-bot' });
	});

	it.each([
		['a wrong one', wrong],
		['one that may be good', other],
	])('%s does not take the place of the present one: it stays, works, and no row says otherwise', async (_, token) => {
		const before = await present();
		const [answer, rows] = await withRows(test, log, () => withUpstream(test, port, () => put(token)));
		expectProblem(answer, code);
		expect(answer.body.detail).toMatch(/cannot be tested.*Nothing was stored; the present credential stays/);
		expect(rows).toEqual([]);
		expect(await present()).toEqual(before);
		expect((await admin.post('/api/credentials/github/test?tenant=demo')).body).toMatchObject({ login: 'good-bot' });
	});

	it('the first one is stored untested, and the next test tells whose it is', async () => {
		expect((await admin.delete(PATH)).status).toBe(200);
		const [answer, rows] = await withRows(test, log, () => withUpstream(test, port, () => put(good)));
		expect(answer.body).toMatchObject({ login: null, testedAt: null });
		expect(rows).toMatchObject([{ action: 'credential.set', detail: { old: null, new: answer.body.fingerprint } }]);
		expect((await prereqs()).credential).toMatchObject({ ok: true, login: null, testedAt: null });
		expect((await admin.post('/api/credentials/github/test?tenant=demo')).body).toMatchObject({ login: 'good-bot' });
		expect(await present()).toMatchObject({ login: 'good-bot', testedAt: expect.any(String) });
	});

	it('of two first ones at the same moment only one is stored', async () => {
		expect((await admin.delete(PATH)).status).toBe(200);
		const answers = await withUpstream(test, port, () => Promise.all([put(good), put(other)]));
		expect(answers.map(({ status }) => status).sort()).toEqual([200, 503]);
	});
});

describe('a token that GitHub refuses', () => {
	it('is not stored, and nothing is said of a present one where there is none', async () => {
		expect((await put(good)).status).toBe(200);
		const before = await present();
		const [refused, rows] = await withRows(test, log, () => put(wrong));
		expectProblem(refused, 'credential_rejected');
		expect(refused.body.detail).toContain('the present credential stays');
		expect(rows).toEqual([]);
		expect(await present()).toEqual(before);

		expect((await admin.delete(PATH)).status).toBe(200);
		const first = await put(wrong);
		expectProblem(first, 'credential_rejected');
		expect(first.body.detail).toBe('GitHub refuses this token. Nothing was stored.');
		expect(await present()).toBeUndefined();
	});
});

describe('the prerequisites', () => {
	it('tell a portal that is not connected to GitHub from one whose MCP server does not answer', async () => {
		expect((await prereqs()).upstream).toEqual({ ok: true, configured: true, drift: [] });
		await withUpstream(test, { configured: () => false }, async () => {
			expect(await prereqs()).toMatchObject({ ready: false, upstream: { ok: false, configured: false } });
		});
		const drift = () => ({ ok: false, checkedAt: null, changed: [] });
		await withUpstream(test, { drift } as unknown as Partial<Upstream>, async () => {
			expect(await prereqs()).toMatchObject({ ready: false, upstream: { ok: false, configured: true } });
		});
	});
});
