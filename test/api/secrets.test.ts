import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '#adapters/system/logger';
import {
	type Answer,
	auditRows,
	type Client,
	issue,
	proposed,
	startPortal,
	type TestPortal,
} from '#test/support/portal';
import { addPerson, addTenant, demoTenant, raw, withRows } from './fixture.ts';
import { expectProblem } from './problem-shape.ts';

const CREDENTIAL = '/api/credentials/github?tenant=demo';
const EXECUTE = '/api/mcp/execute?tenant=demo';

let test: TestPortal;
let admin: Client;
/** Every answer that the portal gave in this file: status line aside, all that a caller gets to see. */
const seen: string[] = [];

function watched(client: Client): Client {
	const send: Client['send'] = async (...args) => {
		const answer = await client.send(...args);
		seen.push(JSON.stringify([...answer.headers]), answer.text);
		return answer;
	};
	return {
		send,
		get: (path) => send('GET', path),
		post: (path, body) => send('POST', path, body),
		put: (path, body) => send('PUT', path, body),
		delete: (path) => send('DELETE', path),
	};
}

/** The secret as it could turn up: itself, its distinctive part, and the ways in which programs spell bytes. */
function forms(secret: string): string[] {
	const bytes = Buffer.from(secret);
	// Base64 of the bytes at each of the three offsets that they can have in something longer.
	const base64 = [0, 1, 2].map((offset) => {
		const text = Buffer.concat([Buffer.alloc(offset), bytes])
			.toString('base64')
			.replace(/=+$/, '');
		return text.slice(offset === 0 ? 0 : offset + 1, -2);
	});
	return [
		secret,
		secret.slice(4),
		secret.toUpperCase(),
		encodeURIComponent(secret),
		bytes.toString('hex'),
		bytes.toString('hex').toUpperCase(),
		JSON.stringify([...bytes]).slice(1, -1),
		...base64,
		...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
		[...secret].reverse().join(''),
	];
}

function expectAbsent(secret: string, where: string, text: string | Buffer): void {
	for (const form of forms(secret)) {
		const at = text.indexOf(form);
		// Not the whole text in the message: it may be a file of the database.
		if (at >= 0) expect.fail(`${where} holds the secret as ${JSON.stringify(form.slice(0, 8))}… at ${at}`);
	}
}

/** What the log lines say once the portal's own logger has written them. */
function printedLog(): string {
	const lines: string[] = [];
	const { log } = createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } });
	for (const { level, fields, message } of test.log) log[level](fields, message);
	expect(lines.length).toBe(test.log.length);
	return lines.join('');
}

/** Every value of every table of the portal. */
async function everyRow(): Promise<{ table: string; text: string }[]> {
	const { database } = test.portal;
	const tables = await database.query<{ name: string }>(
		"SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
	);
	expect(tables.length).toBeGreaterThan(10);
	return Promise.all(
		tables.map(async ({ name }) => {
			const rows = await database.query<{ row: string }>(`SELECT row_to_json(t)::text AS row FROM "${name}" t`);
			return { table: name, text: rows.map(({ row }) => row).join('\n') };
		}),
	);
}

async function everyFile(folder: string): Promise<{ path: string; bytes: Buffer }[]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile());
	return Promise.all(
		files.map(async (entry) => {
			const path = join(entry.parentPath, entry.name);
			return { path, bytes: await readFile(path) };
		}),
	);
}

/** Requests by this process's HTTP client that carried one of the canaries, by origin. */
const carried = new Map<string, number>();
const canaries: string[] = [];
function noteRequest(message: unknown): void {
	const { request } = message as { request: { origin: unknown; path: string; headers: unknown; body?: unknown } };
	const whole = `${request.path}\n${String(request.headers)}\n${String(request.body)}`;
	if (!canaries.some((canary) => whole.includes(canary))) return;
	const origin = String(request.origin);
	carried.set(origin, (carried.get(origin) ?? 0) + 1);
}

beforeAll(async () => {
	subscribe('undici:request:create', noteRequest);
	test = await startPortal();
	admin = watched(await test.as('admin'));
});
afterAll(async () => {
	unsubscribe('undici:request:create', noteRequest);
	await test.close();
});

describe('[secret-stays] through its whole life a PAT is nowhere but in its sealed row and at the provider', () => {
	const first = 'ghp_CanaryOne7Qx4mZpLr8TnWc2Vb6Yk9Hd3Sf';
	const second = 'github_pat_11CANARYTWO0_aB9kLmQ2wE7rT5yU3iO8pZx6cV4nM1';

	it('set, tested, used, failing in every way, replaced, revoked, deleted', async () => {
		canaries.push(first, second);
		const { state } = test.sandbox.github;
		state.addToken({ token: first, login: 'canary-bot', scopes: ['repo'] });
		state.addToken({ token: second, login: 'canary-two', scopes: [], fineGrained: { issues: 'write' } });
		const put = (token: unknown, kind: unknown = 'pat') => admin.put(CREDENTIAL, { kind, token });
		const test_ = () => admin.post('/api/credentials/github/test?tenant=demo');
		const execute = async (title: string): Promise<Answer> =>
			admin.post(EXECUTE, await proposed(admin, issue(title), { nonce: title.replaceAll(' ', '-') }));

		// Refused before it is one: malformed bodies that hold it.
		expectProblem(await put(first, first), 'invalid_request');
		expectProblem(await put([first]), 'invalid_request');
		expectProblem(await admin.put(CREDENTIAL, { kind: 'pat', token: first, [first]: 1 }), 'invalid_request');
		expectProblem(
			await admin.send('PUT', CREDENTIAL, `{"kind":"pat","token":"${first}","token":"x"}`),
			'invalid_request',
		);
		expectProblem(await admin.send('PUT', CREDENTIAL, `{"kind":"pat","token":"${first}`), 'invalid_request');
		expectProblem(await put(`${first} `), 'invalid_args');
		expectProblem(await put(`${first}\r\nx: y`), 'invalid_args');
		expectProblem(await put(first.replace('ghp_', 'xxx_')), 'invalid_args');

		expect((await put(first)).body).toMatchObject({ login: 'canary-bot' });
		expect((await admin.get('/api/credentials?tenant=demo')).body.credentials).toHaveLength(1);
		expect((await test_()).body).toMatchObject({ login: 'canary-bot' });
		expect((await execute('Canary one')).status).toBe(200);

		// The provider's own words repeat the token, in each way that ends differently.
		const onCreate = { method: 'POST', pathPattern: '/issues$' } as const;
		const echo = `token ${first} (Bearer ${first}, ${encodeURIComponent(first)}) is bad`;
		state.faults.push({ match: onCreate, kind: 'status', status: 422, message: echo });
		expectProblem(await execute('Echo in a rejection'), 'upstream_rejected');
		state.faults.push({ match: onCreate, kind: 'status', status: 500, message: echo });
		expectProblem(await execute('Echo in an unknown outcome'), 'outcome_unknown');
		state.faults.push({ match: onCreate, kind: 'drop-before-write' });
		expectProblem(await execute('Connection cut'), 'outcome_unknown');
		state.faults.push({ match: onCreate, kind: 'secondary-rate-limit' });
		expectProblem(await execute('Rate limit'), 'upstream_rejected');

		expect((await put(second)).body).toMatchObject({ login: 'canary-two' });
		expect((await execute('Canary two')).status).toBe(200);
		expect((await test_()).status).toBe(200);

		// Revoked at the provider: tested, used, and set again.
		state.revokeToken(first);
		state.revokeToken(second);
		expectProblem(await put(first), 'credential_rejected');
		expectProblem(await test_(), 'credential_rejected');
		expectProblem(await execute('Revoked'), 'upstream_rejected');

		expect((await admin.delete(CREDENTIAL)).status).toBe(200);
		expectProblem(await admin.delete(CREDENTIAL), 'credential_missing');
		expectProblem(await test_(), 'credential_missing');
		expectProblem(await execute('Deleted'), 'credential_missing');

		for (const path of ['credentials', 'mcp/prereqs', 'mcp/executions', 'flags', 'tokens', 'audit'] as const) {
			expect((await admin.get(`/api/${path}?tenant=demo`)).status).toBe(200);
		}
		const rows = await auditRows(admin);
		expect(rows.filter(({ action }) => action.startsWith('credential.')).length).toBeGreaterThanOrEqual(4);
		expect((await admin.get('/api/audit/export?tenant=demo')).text).toContain('credential.deleted');
	});

	it.each([
		['classic', first],
		['fine-grained', second],
	])('the %s one is in no answer, header, log line, table or file', async (_kind, secret) => {
		// The canaries were there to be found: they went out, and they came back in error texts.
		expect(carried.size).toBeGreaterThan(0);
		for (const text of seen) expectAbsent(secret, 'an answer', text);
		expectAbsent(secret, 'the log, as handed to the logger', JSON.stringify(test.log.map(plain)));
		expectAbsent(secret, 'the log, as printed', printedLog());
		for (const { table, text } of await everyRow()) expectAbsent(secret, `the table ${table}`, text);
		const files = await everyFile(test.dataDir);
		expect(files.length).toBeGreaterThan(100);
		for (const { path, bytes } of files) expectAbsent(secret, path, bytes);
	});

	it('it was sent to the configured provider only', () => {
		const allowed = [new URL(test.sandbox.upstream.sidecarUrl).origin, new URL(test.sandbox.apiUrl).origin];
		expect([...carried.keys()].sort()).toEqual(allowed.sort());
		const { requests } = test.sandbox.github.state;
		const holding = requests.filter(({ headers, path, body }) =>
			canaries.some((canary) => JSON.stringify([headers, path, body]).includes(canary)),
		);
		expect(holding.length).toBeGreaterThan(5);
		// In the one header that is for it, never in an address or a body.
		for (const { path, body, headers } of holding) {
			const { authorization: _, ...others } = headers;
			for (const secret of canaries) expectAbsent(secret, 'a request upstream', JSON.stringify([path, body, others]));
		}
	});
});

/** A log line as text, with what JSON leaves out of an error. */
function plain(line: { fields: Record<string, unknown> }): unknown {
	const { err } = line.fields;
	return err instanceof Error ? { ...line, err: [err.message, err.stack, String(err.cause)] } : line;
}

describe('[sealed-to-row] a sealed credential opens only as the row that it was sealed for', () => {
	it('two tenants’ credentials swapped in the database: neither opens, each attempt has its row, nothing is sent', async () => {
		const { state } = test.sandbox.github;
		const { database } = test.portal;
		const demo = await demoTenant(test);
		const other = await addTenant(test, 'other');
		await addPerson(test, 'olga@other.local', 'ADMIN', other);
		const olga = watched(await test.as('olga@other.local'));
		const people = [
			{ client: admin, slug: 'demo', tenantId: demo, token: 'ghp_SwapDemo0000000000000000000000000000' },
			{ client: olga, slug: 'other', tenantId: other, token: 'ghp_SwapOther000000000000000000000000000' },
		];
		for (const { client, slug, token } of people) {
			state.addToken({ token, login: `${slug}-bot`, scopes: ['repo'] });
			const set = await client.put(`/api/credentials/github?tenant=${slug}`, { kind: 'pat', token });
			expect(set.status, set.text).toBe(200);
		}
		await database.query(
			`UPDATE credential c SET sealed = o.sealed FROM credential o
			WHERE c.tenant_id IN ($1, $2) AND o.tenant_id IN ($1, $2) AND o.tenant_id <> c.tenant_id`,
			[demo, other],
		);

		for (const { client, slug, tenantId } of people) {
			const request = { provider: 'github', tool: 'issue_write', args: issue(`Swapped in ${slug}`) };
			const { argsSha } = (await client.post(`/api/mcp/propose?tenant=${slug}`, request)).body;
			const before = state.requests.length;
			const [answer, rows] = await withRows(test, tenantId, () =>
				client.post(`/api/mcp/execute?tenant=${slug}`, { ...request, argsSha }),
			);
			expectProblem(answer, 'credential_unreadable');
			const executionId = expect.stringMatching(/^[0-9a-f-]{36}$/);
			expect(rows).toMatchObject([{ ok: false, code: 'credential_unreadable', argsSha, executionId }]);
			expect(rows).toHaveLength(1);
			expectProblem(await client.post(`/api/credentials/github/test?tenant=${slug}`), 'credential_unreadable');
			expect(state.requests.length).toBe(before);
			// Nothing was sent, so once it is set again the same bytes may be executed.
			const [execution] = (await client.get(`/api/mcp/executions?tenant=${slug}`)).body.executions;
			expect(execution).toMatchObject({ state: 'ABSENT', code: 'credential_unreadable', argsSha });
		}
	});

	it('one sealed for an earlier row of the same tenant does not open either', async () => {
		const { database } = test.portal;
		const tenantId = await demoTenant(test);
		const token = 'ghp_Earlier00000000000000000000000000000';
		test.sandbox.github.state.addToken({ token, login: 'earlier-bot', scopes: ['repo'] });
		const set = () => admin.put(CREDENTIAL, { kind: 'pat', token });
		expect((await set()).status).toBe(200);
		const [old] = await database.query<{ sealed: string }>('SELECT sealed FROM credential WHERE tenant_id = $1', [
			tenantId,
		]);
		expect((await set()).status).toBe(200);
		expect((await admin.post('/api/credentials/github/test?tenant=demo')).status).toBe(200);
		await database.query('UPDATE credential SET sealed = $2 WHERE tenant_id = $1', [tenantId, old?.sealed]);
		expectProblem(await admin.post('/api/credentials/github/test?tenant=demo'), 'credential_unreadable');
		expect((await set()).status).toBe(200);
	});
});

describe('[args-not-logged] what people write goes to the provider and nowhere else', () => {
	it('title, body and nonce of granted and refused attempts are in no table, log line or file of the database', async () => {
		const token = 'ghp_ArgsCanary00000000000000000000000000';
		test.sandbox.github.state.addToken({ token, login: 'args-bot', scopes: ['repo'] });
		expect((await admin.put(CREDENTIAL, { kind: 'pat', token })).status).toBe(200);
		const title = 'TitleCanaryQx7m';
		const body = 'BodyCanaryZp8w with more words';
		const nonce = 'NonceCanary_Lr2t';
		const texts = [title, 'BodyCanaryZp8w', nonce];
		const request = await proposed(admin, issue(title, body), { nonce });

		const { faults } = test.sandbox.github.state;
		const echo = `Validation Failed: ${title}: ${body}`;
		faults.push({ match: { method: 'POST', pathPattern: '/issues$' }, kind: 'status', status: 422, message: echo });
		expectProblem(await admin.post(EXECUTE, request), 'upstream_rejected');
		expect((await admin.post(EXECUTE, request)).body).toMatchObject({ ok: true, replayed: false });
		expect((await admin.post(EXECUTE, request)).body).toMatchObject({ replayed: true });
		expectProblem(await admin.post(EXECUTE, { ...request, argsSha: '0'.repeat(64) }), 'args_sha_mismatch');
		expectProblem(await admin.post(EXECUTE, { ...request, [title]: body }), 'invalid_request');
		expectProblem(await admin.post(EXECUTE, { ...request, tool: title, provider: nonce }), 'tool_not_allowed');
		const args = { ...(request.args as object), method: title, [nonce]: body };
		expectProblem(await admin.post(EXECUTE, { ...request, args }), 'tool_not_allowed');
		expectProblem(await admin.send('POST', EXECUTE, JSON.stringify(request).slice(0, -1)), 'invalid_request');
		await raw(test, 'GET', `/api/mcp/executions?tenant=demo&cursor=${title}`);

		// It was written where it should be.
		const written = test.sandbox.github.state.issues('acme', 'payments-api').filter((one) => one.title === title);
		expect(written).toHaveLength(1);
		for (const { table, text } of await everyRow()) {
			for (const canary of texts) expect(text.includes(canary), `${canary} in the table ${table}`).toBe(false);
		}
		const log = `${JSON.stringify(test.log.map(plain))}${printedLog()}`;
		for (const canary of texts) expect(log.includes(canary), `${canary} in the log`).toBe(false);
		for (const { path, bytes } of await everyFile(join(test.dataDir, 'database'))) {
			for (const canary of texts) expect(bytes.includes(canary), `${canary} in ${path}`).toBe(false);
		}
	});
});
