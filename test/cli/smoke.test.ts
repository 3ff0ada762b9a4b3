import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { smoke } from '#cli/smoke/smoke';
import { sha256 } from '#cli/smoke/subject';
import { chainHash, leafHash } from '#core/audit/hash';
import { canonicalJson, type JsonObject } from '#core/canonical-json';
import { toHex } from '#core/sha256';
import { auditRows, PASSWORD } from '#test/support/portal';
import type { Meddling } from './man-in-the-middle.ts';
import { type Ran, runCommand, type ServedPortal, servePortal } from './rig.ts';

const STEPS = ['prerequisites', 'propose', 'execute', 'audit', 'idempotent', 'tool-refused', 'tampered', 'flag-off'];

let served: ServedPortal;
beforeAll(async () => {
	served = await servePortal({ env: { PORTAL_RATE_PER_MINUTE: '100000' } });
});
afterAll(() => served.close());
beforeEach(() => served.middle.meddle(() => undefined));

interface Asked {
	email?: string | null;
	password?: string;
	token?: string;
	more?: string[];
	options?: Record<string, string>;
}

/** The command against the portal, through whoever stands in between; as the demo's ADMIN unless said. */
function run({
	email = 'admin@demo.local',
	password = PASSWORD,
	token,
	more = [],
	options = {},
}: Asked = {}): Promise<Ran> {
	const all: Record<string, string> = {
		url: served.origin,
		connect: served.middle.url,
		tenant: 'demo',
		owner: 'acme',
		repo: 'payments-api',
		timeout: '20',
		...(token === undefined && email !== null ? { email } : {}),
		...options,
	};
	const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
	const env = { PORTAL_SMOKE_PASSWORD: password, ...(token === undefined ? {} : { PORTAL_SMOKE_TOKEN: token }) };
	return runCommand(smoke, [...args, ...more], env);
}

async function runJson(asked: Asked = {}) {
	const ran = await run({ ...asked, more: ['--json', ...(asked.more ?? [])] });
	const document = JSON.parse(ran.out);
	// biome-ignore lint/suspicious/noExplicitAny: the document's steps
	const step = (name: string): any => document.steps.find((one: { step: string }) => one.step === name);
	return { ...ran, document, step };
}

const admin = () => served.portal.as('admin');
const issues = () => served.portal.sandbox.github.state.repository('acme', 'payments-api')?.issues ?? [];

async function gatewayFlag() {
	const { body } = await (await admin()).get('/api/flags?tenant=demo');
	return body.flags.find(({ flag }: { flag: string }) => flag === 'mcp.gateway');
}

async function mint(scopes: string[]): Promise<string> {
	const answer = await (await admin()).post('/api/tokens?tenant=demo', { name: 'smoke', scopes, expiresInHours: 1 });
	return answer.body.token;
}

describe('portal smoke against a portal that works', () => {
	it('passes every step and exits 0; one issue is opened, which says what it is and how to close it', async () => {
		const before = issues().length;
		const ran = await runJson();
		expect(ran.document.steps.map(({ step }: { step: string }) => step)).toEqual(STEPS);
		expect(ran.document).toMatchObject({ ok: true, exit: 0, url: served.origin, tenant: 'demo' });
		for (const step of ran.document.steps) {
			expect(step).toMatchObject({ result: 'ok', ms: expect.any(Number), title: expect.any(String) });
		}
		expect(ran.exit).toBe(0);
		expect(issues()).toHaveLength(before + 1);
		const opened = issues().at(-1);
		expect(opened?.title).toMatch(/^Smoke test .*please close$/);
		expect(opened?.body).toMatch(/Close it:[\s\S]*Approved by Ada Lind/);
		expect(ran.step('execute').note).toContain(`/acme/payments-api/issues/${opened?.number}`);
	});

	it('says one line per step with its time, and nothing on stderr', async () => {
		const ran = await run();
		expect(ran).toMatchObject({ exit: 0, err: '' });
		for (const step of STEPS) expect(ran.out).toMatch(new RegExp(`^ok +${step} +\\d+ ms  .+$`, 'm'));
	});

	it('a second run opens its own issue: titles are never alike', async () => {
		await run();
		await run();
		const titles = issues().map(({ title }) => title);
		expect(new Set(titles).size).toBe(titles.length);
	});

	it('leaves the flag as it was, with its own reasons in the log, and no session', async () => {
		await run();
		expect(await gatewayFlag()).toMatchObject({ tenant: true, effective: true });
		const flagRows = (await auditRows(await admin())).filter(({ action }) => action === 'flag.set').slice(-2);
		expect(flagRows).toMatchObject([{ detail: { old: true, new: false } }, { detail: { old: false, new: true } }]);
		for (const { detail } of flagRows) expect(detail.why).toMatch(/^portal smoke [0-9a-f]{12}: /);
		expect(served.middle.seen.at(-1)).toBe('POST /api/auth/sign-out');
	});

	it('with --skip-flag the flag is not touched; NOT RUN and exit 2', async () => {
		const ran = await runJson({ more: ['--skip-flag'] });
		expect(ran.exit).toBe(2);
		expect(ran.document).toMatchObject({ ok: false, exit: 2 });
		expect(ran.step('flag-off')).toMatchObject({ result: 'not_run', reason: expect.stringContaining('--skip-flag') });
		expect(served.middle.seen).not.toContain('PUT /api/flags/mcp.gateway');
	});

	it('with a token everything but the flag is checked, that is NOT RUN, and exit 2', async () => {
		const token = await mint(['read', 'propose', 'execute']);
		const ran = await run({ token });
		expect(ran.exit).toBe(2);
		expect(ran.out).toMatch(/^NOT RUN flag-off .*sign-in/m);
		expect(ran.out.match(/^ok /gm)).toHaveLength(STEPS.length - 1);
		expect(ran.out).not.toContain(token);
	});
});

describe('a portal or caller that is not ready: exit 1, the reason and what to do', () => {
	const settings = async (path: string, body: unknown): Promise<void> => {
		const answer = await (await admin()).put(path, body);
		if (answer.status !== 200) throw new Error(answer.text);
	};
	const nothing = async () => {};

	it.each<[string, Asked, () => Promise<void>, () => Promise<void>, string, RegExp]>([
		[
			'the flag is off for the tenant',
			{},
			() => settings('/api/flags/mcp.gateway?tenant=demo', { enabled: false, reason: 'an incident' }),
			() => settings('/api/flags/mcp.gateway?tenant=demo', { enabled: true, reason: 'over' }),
			'feature-disabled',
			/mcp\.gateway is off \(Ada Lind, .*an incident\).*\/t\/demo\/settings\/kill-switch/,
		],
		[
			'the flag is off everywhere',
			{},
			() => settings('/api/global-flags/mcp.gateway', { enabled: false }),
			() => settings('/api/global-flags/mcp.gateway', { enabled: true, reason: 'over' }),
			'feature-disabled',
			/off everywhere: a platform admin/,
		],
		[
			'the tenant’s switch is off',
			{},
			() => settings('/api/agent-dispatch?tenant=demo', { enabled: false }),
			() => settings('/api/agent-dispatch?tenant=demo', { enabled: true, reason: 'over' }),
			'agent_dispatch_disabled',
			/agentDispatchEnabled is off/,
		],
		['a MEMBER', { email: 'member@demo.local' }, nothing, nothing, 'role_required', /MEMBER in demo.*takes an ADMIN/],
		['an AUDITOR', { email: 'auditor@demo.local' }, nothing, nothing, 'role_required', /AUDITOR in demo/],
		[
			'another tenant',
			{ options: { tenant: 'other' } },
			nothing,
			nothing,
			'tenant_not_found',
			/does not belong to a tenant other.*You belong to: demo/,
		],
		['a wrong password', { password: 'not-the-password' }, nothing, nothing, 'unauthenticated', /password is wrong/],
		[
			'a password with a line end',
			{ password: `${PASSWORD}\n` },
			nothing,
			nothing,
			'unauthenticated',
			/begins or ends with white space/,
		],
		['a token that is none', { token: `karc_pat_${'A'.repeat(43)}` }, nothing, nothing, 'unauthenticated', /not live/],
		[
			'another name than its own',
			{ options: { url: 'http://portal.example.test' } },
			nothing,
			nothing,
			'wrong_host',
			/--url must be its PORTAL_URL.*--connect/,
		],
		[
			'another scheme than its own',
			{ options: { url: 'https://localhost:3000' } },
			nothing,
			nothing,
			'origin_mismatch',
			/scheme and port included/,
		],
	])('%s', async (_, asked, before, after, code, reason) => {
		await before();
		try {
			const ran = await runJson(asked);
			expect(ran.exit).toBe(1);
			expect(ran.step('prerequisites')).toMatchObject({ result: 'failed', code });
			expect(ran.step('prerequisites').reason).toMatch(reason);
			for (const step of STEPS.slice(1)) expect(ran.step(step).result).toBe('not_run');
		} finally {
			await after();
		}
	});

	it('[token-bounded] a token without the scope is told which one it lacks', async () => {
		const ran = await runJson({ token: await mint(['read', 'propose']) });
		expect(ran.exit).toBe(1);
		expect(ran.step('prerequisites')).toMatchObject({ code: 'scope_required' });
		expect(ran.step('prerequisites').reason).toMatch(/lacks the scope execute/);
	});

	it('a token while execution by token is off is told of the flag', async () => {
		const token = await mint(['read', 'propose', 'execute']);
		await settings('/api/flags/mcp.execute-tokens?tenant=demo', { enabled: false });
		try {
			const ran = await runJson({ token });
			expect(ran.step('prerequisites')).toMatchObject({ code: 'scope_required' });
			expect(ran.step('prerequisites').reason).toContain('mcp.execute-tokens');
		} finally {
			await settings('/api/flags/mcp.execute-tokens?tenant=demo', { enabled: true, reason: 'over' });
		}
	});

	it('a tenant without a credential', async () => {
		await (await admin()).delete('/api/credentials/github?tenant=demo');
		try {
			const ran = await runJson();
			expect(ran.step('prerequisites')).toMatchObject({ code: 'credential_missing' });
			expect(ran.step('prerequisites').reason).toContain('/t/demo/settings/integrations');
		} finally {
			const token = `ghp_${'b'.repeat(36)}`;
			served.portal.sandbox.github.state.addToken({ token, login: 'acme-sarc-bot', scopes: ['repo'] });
			await settings('/api/credentials/github?tenant=demo', { kind: 'pat', token });
		}
	});

	it('a repository that is not there: propose passes, execute says what GitHub said, and the flag is left alone', async () => {
		const ran = await runJson({ options: { repo: 'nowhere' } });
		expect(ran.exit).toBe(1);
		expect(ran.step('execute')).toMatchObject({ result: 'failed', code: 'upstream_rejected' });
		expect(ran.step('execute').reason).toMatch(/404.*Does the repository exist/);
		expect(ran.step('tampered').result).toBe('ok');
		for (const step of ['audit', 'idempotent', 'flag-off']) expect(ran.step(step).result).toBe('not_run');
		expect(served.middle.seen).not.toContain('PUT /api/flags/mcp.gateway');
	});
});

describe('an audit row that fits its hashes, and yet does not say what it has to', () => {
	/** Changes the row of the first execute as it goes by, and gives it hashes that fit. */
	function forge(change: (entry: JsonObject, title: string) => JsonObject): void {
		let title = '';
		let executed = false;
		served.middle.meddle(({ path, body }) => {
			if (path === '/api/mcp/propose') title = body.args.title ?? title;
			if (path === '/api/mcp/execute') executed = true;
			if (path !== '/api/audit' || !executed) return undefined;
			return {
				change: (page) => {
					const row = page.entries.at(-1);
					const entry = canonicalJson(change(JSON.parse(row.entry), title));
					const leaf = leafHash(entry, sha256);
					const entryHash = toHex(chainHash(JSON.parse(entry).prev, leaf, sha256));
					page.entries.splice(-1, 1, { seq: row.seq, entry, leaf: toHex(leaf), entryHash });
					return page;
				},
			};
		});
	}

	it.each<[string, Parameters<typeof forge>[0], RegExp]>([
		[
			'[args-not-logged] holds the title',
			(entry, title) => ({ ...entry, reason: `see “${title}”` }),
			/holds text of the arguments/,
		],
		[
			'[args-not-logged] holds a line of the body',
			(entry) => ({
				...entry,
				detail: {
					note: 'Nobody has to do anything about it. Close it: with the button below, or on the command line with “gh issue close” and its number.',
				},
			}),
			/holds text of the arguments/,
		],
		['is about other bytes', (entry) => ({ ...entry, argsSha: 'a'.repeat(64) }), /another argsSha/],
		[
			'says no',
			(entry) => ({ ...entry, ok: false, code: 'upstream_rejected' }),
			/says ok: false, code upstream_rejected/,
		],
		[
			'names another issue',
			(entry) => ({ ...entry, artifact: { url: 'https://github.com/acme/ledger/issues/1' } }),
			/another artifact/,
		],
		[
			'names somebody else',
			(entry) => ({ ...entry, actor: { ...(entry.actor as JsonObject), id: 'somebody' } }),
			/does not name the one who asked/,
		],
		['is of another tenant’s log', (entry) => ({ ...entry, log: 'another' }), /is of another log/],
		['hangs on another row', (entry) => ({ ...entry, prev: 'a'.repeat(64) }), /not linked to the one before/],
		['has a key that no entry has', (entry) => ({ ...entry, extra: true }), /not in the form that is hashed/],
	])('%s: failed', async (_, change, reason) => {
		forge(change);
		const ran = await runJson();
		expect(ran.exit).toBe(1);
		expect(ran.step('audit')).toMatchObject({ result: 'failed', code: 'mismatch' });
		expect(ran.step('audit').reason).toMatch(reason);
	});
});

describe('somebody in between', () => {
	const on =
		(method: string, path: string, then: ReturnType<Meddling>): Meddling =>
		(passing) =>
			passing.method === method && passing.path === path ? then : undefined;

	/** Only the nth request to this address. */
	const nth = (n: number, method: string, path: string, then: ReturnType<Meddling>): Meddling => {
		let count = 0;
		return (passing) => (passing.method === method && passing.path === path && ++count === n ? then : undefined);
	};

	it.each<[string, Meddling, string, RegExp]>([
		[
			'who changes the argsSha of the preview',
			on('POST', '/api/mcp/propose', { change: (body) => ({ ...body, argsSha: 'a'.repeat(64) }) }),
			'propose',
			/not that of the bytes sent/,
		],
		[
			'who changes the preview’s text',
			on('POST', '/api/mcp/propose', {
				change: (body) => ({
					...body,
					preview: { ...body.preview, artifact: { ...body.preview.artifact, body: `Hello\n${body.marker}` } },
				}),
			}),
			'propose',
			/not what was proposed/,
		],
		[
			'who takes the footer’s name for another',
			on('POST', '/api/mcp/propose', {
				change: (body) => JSON.parse(JSON.stringify(body).replaceAll('Ada Lind', 'Ben Ochoa')),
			}),
			'propose',
			/footer that names who asks/,
		],
		[
			'who answers execute with another repository’s issue',
			on('POST', '/api/mcp/execute', {
				change: (body) => ({ ...body, artifact: { url: 'https://github.com/evil/payments-api/issues/1' } }),
			}),
			'execute',
			/not that of an issue in acme\/payments-api/,
		],
		[
			'who answers execute with another issue of the repository',
			on('POST', '/api/mcp/execute', {
				change: (body) => ({ ...body, artifact: { url: body.artifact.url.replace(/\d+$/, '99999') } }),
			}),
			'execute',
			/stored execution .* is not what the answer said/,
		],
		[
			'who says that the first execute was a replay',
			nth(1, 'POST', '/api/mcp/execute', { change: (body) => ({ ...body, replayed: true }) }),
			'execute',
			/had been executed before/,
		],
		[
			'who answers the second execute with a second issue',
			nth(2, 'POST', '/api/mcp/execute', {
				change: (body) => ({ ...body, artifact: { url: body.artifact.url.replace(/\d+$/, '99999') } }),
			}),
			'idempotent',
			/gave a second issue/,
		],
		[
			'who hides that it is a replay',
			nth(2, 'POST', '/api/mcp/execute', { change: (body) => ({ ...body, replayed: false }) }),
			'idempotent',
			/does not say that it is a replay/,
		],
		[
			'who says that the chain is broken',
			on('POST', '/api/audit/verify-chain', {
				change: (body) => ({ ...body, ok: false, firstBad: { seq: 3, reason: 'bytes' } }),
			}),
			'audit',
			/broken at entry 3/,
		],
		[
			'who changes a stored entry',
			on('GET', '/api/audit', {
				change: (body) => ({
					...body,
					// biome-ignore lint/suspicious/noExplicitAny: entries as they come
					entries: body.entries.map((row: any) => ({ ...row, entry: row.entry.replace('"log":"', '"log":"0') })),
				}),
			}),
			'propose',
			/does not give the hashes/,
		],
	])('%s is found out', async (_, meddling, step, reason) => {
		served.middle.meddle(meddling);
		const ran = await runJson();
		expect(ran.exit).toBe(1);
		expect(ran.step(step)).toMatchObject({ result: 'failed', code: 'mismatch' });
		expect(ran.step(step).reason).toMatch(reason);
		expect(await gatewayFlag()).toMatchObject({ tenant: true });
	});

	it.each<[string, Meddling, string, string, RegExp]>([
		[
			'lets a compliance-critical tool through',
			(passing) =>
				passing.path === '/api/mcp/propose' && passing.body?.tool === 'merge_pull_request'
					? { answer: { status: 200, headers: { 'content-type': 'application/json' }, text: '{}' } }
					: undefined,
			'tool-refused',
			'mismatch',
			/./,
		],
		[
			'refuses with another code',
			(passing) =>
				passing.path === '/api/mcp/execute' && passing.body?.tool === 'merge_pull_request'
					? { change: (body) => ({ ...body, code: 'role_required' }) }
					: undefined,
			'tool-refused',
			'mismatch',
			/answered 403 role_required, and has to be 403 tool_not_allowed/,
		],
		[
			'redirects',
			() => ({ answer: { status: 302, headers: { location: 'https://evil.test/' }, text: '' } }),
			'prerequisites',
			'redirected',
			/redirect to https:\/\/evil\.test\/.*not followed/,
		],
		[
			'is an ingress without a portal',
			() => ({ answer: { status: 502, headers: { 'content-type': 'text/html' }, text: '<h1>Bad gateway</h1>' } }),
			'prerequisites',
			'not_the_portal',
			/HTTP 502 that is not the portal’s/,
		],
		['cuts every connection', () => 'drop before', 'prerequisites', 'unreachable', /cut the connection/],
	])('who %s is named for it', async (_, meddling, step, code, reason) => {
		served.middle.meddle(meddling);
		const ran = await runJson();
		expect(ran.exit).toBe(1);
		expect(ran.step(step)).toMatchObject({ result: 'failed', code });
		expect(ran.step(step).reason).toMatch(reason);
	});

	it('[cli-no-secret] who sends back what was sent, with escape sequences, gets neither onto the terminal', async () => {
		let cookie = '';
		served.middle.meddle(({ path, headers }) => {
			if (path !== '/api/mcp/propose') return undefined;
			cookie = headers.cookie ?? '';
			const session = cookie.slice(cookie.indexOf('=') + 1);
			const detail = `\u001b[2J\u009b2J\u202e ${PASSWORD} ${session} ${decodeURIComponent(session)}`;
			const text = JSON.stringify({ status: 403, code: 'role_required', detail });
			return { answer: { status: 403, headers: { 'content-type': 'application/problem+json' }, text } };
		});
		for (const more of [[], ['--json']]) {
			const ran = await run({ more });
			const all = ran.out + ran.err;
			expect(ran.exit).toBe(1);
			expect(all).not.toMatch(/[\u001b\u009b\u202e]/);
			expect(all.match(/\[secret\]/g)).toHaveLength(3);
			expect(all).not.toContain(PASSWORD);
			const session = cookie.slice(cookie.indexOf('=') + 1);
			expect(session.length).toBeGreaterThan(20);
			expect(all).not.toContain(session);
			expect(all).not.toContain(decodeURIComponent(session));
		}
	});

	it('who never answers is given up after --timeout', async () => {
		served.middle.meddle(({ path }) => (path === '/api/me' ? 'hang' : undefined));
		const ran = await runJson({ options: { timeout: '1' } });
		expect(ran.step('prerequisites')).toMatchObject({ result: 'failed', code: 'timeout' });
		expect(ran.step('prerequisites').reason).toContain('within 1 s');
	});
});

describe('--wait', () => {
	it('waits for a portal that is starting, says so once on stderr, and signs in once', async () => {
		let starting = 2;
		let down = 2;
		served.middle.meddle(({ path }) => {
			if (path === '/api/auth/sign-in/email' && starting-- > 0) {
				return { answer: { status: 503, headers: { 'retry-after': '1' }, text: 'starting\n' } };
			}
			if (path === '/api/mcp/prereqs' && down-- > 0) {
				return { change: (body) => ({ ...body, ready: false, upstream: { ...body.upstream, ok: false, drift: [] } }) };
			}
			return undefined;
		});
		const ran = await run({ more: ['--wait', '30', '--skip-flag'] });
		expect(ran.exit).toBe(2);
		expect(ran.err).toMatch(/^Waiting up to 30 s: .*the portal is starting.*$/);
		expect(served.middle.seen.filter((one) => one === 'POST /api/auth/sign-in/email')).toHaveLength(3);
	});

	it('without it, an MCP server that is not there fails at once, with what to look at', async () => {
		served.middle.meddle(({ path }) =>
			path === '/api/mcp/prereqs'
				? { change: (body) => ({ ...body, ready: false, upstream: { ...body.upstream, ok: false, drift: [] } }) }
				: undefined,
		);
		const ran = await runJson();
		expect(ran.step('prerequisites')).toMatchObject({ result: 'failed', code: 'provider_unreachable' });
		expect(ran.step('prerequisites').reason).toMatch(/MCP_GITHUB_SERVER_URL.*--wait 90/);
	});
});

describe('a command line that cannot be run', () => {
	it.each<[string, string[], Record<string, string>, RegExp]>([
		['no address', ['--tenant', 'demo'], {}, /--url is missing/],
		['an address with a path', ['--url', 'http://localhost:3000/t/demo'], {}, /only http:\/\/localhost:3000/],
		['an address with a password', ['--url', 'http://u:hunter22@localhost'], {}, /must not hold a user or password/],
		[
			'nobody who asks',
			['--url', 'http://localhost', '--tenant', 'd', '--owner', 'a', '--repo', 'b'],
			{},
			/Say who asks/,
		],
		[
			'no password',
			['--url', 'http://localhost', '--tenant', 'd', '--owner', 'a', '--repo', 'b', '--email', 'a@b.c'],
			{},
			/PORTAL_SMOKE_PASSWORD is not set/,
		],
		['an option that there is not', ['--tokn=hunter22'], {}, /no option --tokn/],
		['a secret in the wrong place', ['hunter22'], {}, /something else/],
		['an option without its value', ['--token', '--json'], {}, /--token needs a value/],
		['an option twice', ['--url', 'http://a', '--url', 'http://b'], {}, /--url is given twice/],
		['owner/repo in one', ['--url', 'http://a', '--tenant', 'd', '--owner', 'a', '--repo', 'a/b'], {}, /two names/],
	])('%s: exit 1, one sentence, no value repeated', async (_, args, env, reason) => {
		const ran = await runCommand(smoke, args, env);
		expect(ran.exit).toBe(1);
		expect(ran.err).toMatch(reason);
		expect(ran.err).toContain('portal smoke --help');
		expect(ran.out + ran.err).not.toContain('hunter22');
	});

	it('with --json the document has the same shape', async () => {
		const ran = await runCommand(smoke, ['--json', '--url', 'ftp://x'], {});
		expect(JSON.parse(ran.out)).toMatchObject({
			ok: false,
			exit: 1,
			steps: [{ step: 'options', result: 'failed', code: 'usage' }],
		});
	});

	it('--help says what is opened, what is switched off, and what each exit code means', async () => {
		const ran = await runCommand(smoke, ['--help'], {});
		expect(ran.exit).toBe(0);
		for (const said of [/opens ONE issue/, /FOR THE LIVE TENANT/, /other users of this machine/, /Exit: 0 .*1 .*2/]) {
			expect(ran.out).toMatch(said);
		}
	});
});
