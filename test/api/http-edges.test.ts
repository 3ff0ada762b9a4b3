import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RouteSpec, routes } from '#api/contract/routes';
import { type Answer, issue, ORIGIN, PASSWORD, startPortal, type TestPortal } from '#test/support/portal';
import { findPostgres, startPostgres } from '#test/support/postgres';
import { cookieOf, raw } from './fixture.ts';
import { codeOf, expectApiHeaders, expectProblem } from './problem-shape.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const ID = '01900000-0000-7000-8000-000000000000';
const PROPOSE = '/api/mcp/propose?tenant=demo';

let test: TestPortal;
let cookie: string;
let bearer: string;
beforeAll(async () => {
	test = await startPortal();
	cookie = await cookieOf(test, 'admin@demo.local');
	const admin = await test.as('admin');
	const made = await admin.post('/api/tokens?tenant=demo', { name: 'ci', scopes: ['read'], expiresInHours: 1 });
	bearer = `Bearer ${made.body.token}`;
});
afterAll(() => test.close());

/** Every address of the table as it can be asked, with its method. */
const table = Object.entries(routes as Record<string, RouteSpec>).map(([key, spec]) => {
	const [method, template] = key.split(' ') as [string, string];
	const path = template.replace(':flag', 'mcp.gateway').replace(/:id/, ID);
	return { key, method, template, path: spec.access.who === 'tenant' ? `${path}?tenant=demo` : path, spec };
});
const writes = table.filter(({ method }) => method !== 'GET');
const signInBody = JSON.stringify({ email: 'admin@demo.local', password: PASSWORD });

describe('[same-origin] a foreign Host is answered 421 before anything else', () => {
	it.each(['evil.test', 'evil.test:3000', 'localhost', 'localhost:3001', 'localhost:3000.evil.test', ''])(
		'%j',
		async (host) => {
			expectProblem(await raw(test, 'GET', '/api/me', { headers: { host, cookie } }), 'wrong_host');
			expectProblem(await raw(test, 'GET', '/api/auth/get-session', { headers: { host, cookie } }), 'wrong_host');
			expectProblem(await raw(test, 'PATCH', '/nowhere', { headers: { host } }), 'wrong_host');
		},
	);

	it.each(['localhost:3000', '127.0.0.1:3000', 'LocalHost:3000'])('%s is its own name', async (host) => {
		expect((await raw(test, 'GET', '/api/me', { headers: { host, cookie } })).status).toBe(200);
	});

	it.each(['/healthz', '/readyz'])('a probe of %s comes by address and passes', async (path) => {
		const answer = await raw(test, 'GET', path, { headers: { host: '10.1.2.3:3000' } });
		expect([answer.status, answer.body]).toEqual([200, { ok: true }]);
	});
});

describe('an address or method that does not exist is a problem, everywhere', () => {
	it.each([
		['GET', '/api/nothing'],
		['GET', '/api/'],
		['GET', '/api/me/'],
		['POST', '/api/mcp/execute/'],
		['GET', '/api/auth/'],
		['GET', '/api/auth/ok'],
		['GET', '/api/auth/sign-out/'],
		['POST', '/api/auth/sign-up/email'],
		['POST', '/api/auth/update-user'],
		['GET', '/api/auth/../auth/list-sessions'],
	])('%s %s → 404', async (method, path) => {
		const headers = { origin: ORIGIN, ...JSON_TYPE, cookie };
		expectProblem(await raw(test, method, path, { headers }), 'not_found');
	});

	it.each(table)('$key answers every other method with 405 and Allow', async ({ template, path }) => {
		const known = table.filter((other) => other.template === template).map(({ method }) => method);
		const allow = known.includes('GET') ? ['HEAD', ...known] : known;
		for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
			if (known.includes(method)) continue;
			// Neither Origin nor sign-in: the method comes first (contracts §3).
			const answer = await raw(test, method, path, { headers: { origin: 'https://evil.test' } });
			expectProblem(answer, 'method_not_allowed');
			expect(answer.headers.get('allow')?.split(', ').sort()).toEqual([...allow].sort());
		}
	});

	it.each([
		['/api/auth/sign-in/email', 'POST'],
		['/api/auth/sign-out', 'POST'],
		['/api/auth/get-session', 'GET'],
	])('%s takes %s only: 405 with Allow', async (path, only) => {
		for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
			if (method === only) continue;
			const answer = await raw(test, method, path, { headers: { origin: 'https://evil.test' } });
			expectProblem(answer, 'method_not_allowed');
			expect(answer.headers.get('allow')).toBe(only);
		}
	});
});

describe('[same-origin] the Origin of a write', () => {
	const foreign = [
		'https://evil.test',
		'null',
		'http://localhost:3001',
		'https://localhost:3000',
		`${ORIGIN}.evil.test`,
	];
	const all = [
		...writes.map(({ key, method, path }) => ({ key, method, path })),
		{ key: 'sign-in', method: 'POST', path: '/api/auth/sign-in/email' },
		{ key: 'sign-out', method: 'POST', path: '/api/auth/sign-out' },
	];

	it.each(all)('$key: a foreign one is refused, whatever else the request has', async ({ method, path }) => {
		for (const origin of foreign) {
			for (const credentials of [{ cookie }, { authorization: bearer }, {}] as Record<string, string>[]) {
				const headers = { origin, ...JSON_TYPE, ...credentials };
				expectProblem(await raw(test, method, path, { headers, body: signInBody }), 'origin_mismatch');
			}
		}
		expect((await raw(test, 'GET', '/api/me', { headers: { cookie } })).status).toBe(200);
	});

	it.each(all)('$key: none at all with a cookie is refused', async ({ method, path }) => {
		const headers = { ...JSON_TYPE, cookie };
		expectProblem(await raw(test, method, path, { headers, body: signInBody }), 'origin_mismatch');
	});

	// An open route takes no identity: there a missing Origin could borrow none.
	const closed = writes.filter(({ key }) => key !== 'POST /api/join');
	it.each(closed)('$key: none passes with a bearer token, and with nothing it is 401', async ({ method, path }) => {
		const withToken = await raw(test, method, path, { headers: { ...JSON_TYPE, authorization: bearer }, body: '{}' });
		expect(['ok', 'invalid_request', 'scope_required']).toContain(codeOf(withToken));
		expectProblem(await raw(test, method, path, { headers: JSON_TYPE, body: '{}' }), 'unauthenticated');
	});

	it('sign-in without an Origin is refused even without a cookie (login CSRF)', async () => {
		const answer = await raw(test, 'POST', '/api/auth/sign-in/email', { headers: JSON_TYPE, body: signInBody });
		expectProblem(answer, 'origin_mismatch');
		expect(answer.headers.getSetCookie()).toEqual([]);
	});

	it('both loopback names are its own origin', async () => {
		for (const origin of [ORIGIN, 'http://127.0.0.1:3000']) {
			const headers = { origin, ...JSON_TYPE, cookie };
			const body = JSON.stringify({ provider: 'github', tool: 'issue_write', args: issue('Origin') });
			expect((await raw(test, 'POST', PROPOSE, { headers, body })).status).toBe(200);
		}
	});
});

describe('the content type of a body', () => {
	const send = (type: string | null, path = PROPOSE) =>
		raw(test, 'POST', path, {
			headers: { origin: ORIGIN, cookie, ...(type === null ? {} : { 'content-type': type }) },
			body: new TextEncoder().encode(
				path === PROPOSE
					? JSON.stringify({ provider: 'github', tool: 'issue_write', args: issue('Type') })
					: signInBody,
			),
		});

	it.each([
		null,
		'text/plain',
		'application/x-www-form-urlencoded',
		'multipart/form-data; boundary=x',
		'application/json; charset=latin1',
		'application/jsonp',
		'application/json, text/plain',
		'text/plain; application/json',
	])('%j → 415', async (type) => {
		expectProblem(await send(type), 'unsupported_media_type');
		expectProblem(await send(type, '/api/auth/sign-in/email'), 'unsupported_media_type');
	});

	it.each([
		'application/json',
		'Application/JSON',
		'application/json; charset=utf-8',
		'application/json;charset="UTF-8"',
	])('%s is JSON', async (type) => {
		expect((await send(type)).status).toBe(200);
	});
});

describe('a body is at most 256 KiB', () => {
	const LIMIT = 256 * 1024;
	const padded = (size: number) =>
		JSON.stringify({ provider: 'github', tool: 'issue_write', args: issue('Size') }).padEnd(size, ' ');
	const headers = () => ({ origin: ORIGIN, cookie, ...JSON_TYPE });
	const streamed = (text: string) => {
		const bytes = new TextEncoder().encode(text);
		let at = 0;
		return new ReadableStream<Uint8Array>({
			pull(controller) {
				if (at >= bytes.length) return controller.close();
				controller.enqueue(bytes.subarray(at, at + 10_000));
				at += 10_000;
			},
		});
	};

	it('exactly 256 KiB is read, by content-length and as a stream of unknown length', async () => {
		const body = padded(LIMIT);
		const declared = { ...headers(), 'content-length': String(LIMIT) };
		expect((await raw(test, 'POST', PROPOSE, { headers: declared, body })).status).toBe(200);
		expect((await raw(test, 'POST', PROPOSE, { headers: headers(), body: streamed(body) })).status).toBe(200);
	});

	it('one byte more is 413, by content-length without reading it', async () => {
		const declared = { ...headers(), 'content-length': String(LIMIT + 1) };
		const endless = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) });
		const answer = await raw(test, 'POST', PROPOSE, { headers: declared, body: endless });
		expectProblem(answer, 'body_too_large');
		expect(answer.headers.get('connection')).toBe('close');
	});

	it('one byte more is 413, as a stream of unknown length that is not read to its end', async () => {
		expectProblem(
			await raw(test, 'POST', PROPOSE, { headers: headers(), body: streamed(padded(LIMIT + 1)) }),
			'body_too_large',
		);
		let pulled = 0;
		const endless = new ReadableStream<Uint8Array>({
			pull(controller) {
				pulled += 10_000;
				controller.enqueue(new Uint8Array(10_000).fill(0x20));
			},
		});
		expectProblem(await raw(test, 'POST', PROPOSE, { headers: headers(), body: endless }), 'body_too_large');
		expect(pulled).toBeLessThan(2 * LIMIT);
	});
});

describe('a body that two readers could understand differently is refused: 400 with the place', () => {
	const send = (body: string | Uint8Array<ArrayBuffer>): Promise<Answer> =>
		raw(test, 'POST', PROPOSE, { headers: { origin: ORIGIN, cookie, ...JSON_TYPE }, body });
	const withArgs = (args: string) => `{"provider":"github","tool":"issue_write","args":${args}}`;
	const bytes = (...parts: (string | number[])[]) =>
		new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as string))));
	const deep = (levels: number) => `${'{"a":'.repeat(levels - 1)}0${'}'.repeat(levels - 1)}`;

	const cases: [what: string, body: string | Uint8Array<ArrayBuffer>, path: string | null][] = [
		['nothing at all', '', null],
		['no JSON', '{"provider":', null],
		['two values', '{} {}', null],
		['a byte order mark', `\uFEFF${withArgs('{}')}`, null],
		['malformed UTF-8', bytes('{"provider":"', [0xff], '"}'), null],
		['an overlong encoding', bytes('{"provider":"', [0xc0, 0xaf], '"}'), null],
		['a surrogate as UTF-8', bytes('{"provider":"', [0xed, 0xa0, 0x80], '"}'), null],
		['a key twice', '{"provider":"github","provider":"github"}', 'provider'],
		['a key twice, once escaped', '{"provider":"github","pr\\u006fvider":"github"}', 'provider'],
		['a key twice further down', withArgs('{"title":"a","title":"b"}'), 'args.title'],
		['a key twice in an array', withArgs('{"x":[0,{"k":1,"\\u006b":1}]}'), 'args.x.1.k'],
		['a lone high surrogate', withArgs('{"title":"\\ud800"}'), 'args.title'],
		['a lone low surrogate', withArgs('{"title":"\\udc00x"}'), 'args.title'],
		['surrogates the wrong way round', withArgs('{"title":"\\udc00\\ud800"}'), 'args.title'],
		['33 levels', withArgs(deep(33)), `args.${'a.'.repeat(30)}a`],
		['a number that is not finite', withArgs('{"issue_number":1e400}'), 'args.issue_number'],
		['2^53', withArgs('{"issue_number":9007199254740992}'), 'args.issue_number'],
		['-2^53', withArgs('{"issue_number":-9007199254740992}'), 'args.issue_number'],
		['2^53 in another notation', withArgs('{"issue_number":9.007199254740992e15}'), 'args.issue_number'],
		['2^53 - 1 and a bit', withArgs('{"issue_number":9007199254740991.4}'), 'args.issue_number'],
		['NaN', withArgs('{"issue_number":NaN}'), null],
		['an unknown key', '{"provider":"github","tool":"issue_write","args":{},"force":true}', '(body)'],
		['an argsSha in a proposal', `{"provider":"github","tool":"x","args":{},"argsSha":"${'0'.repeat(64)}"}`, '(body)'],
		['null for an absent nonce', '{"provider":"github","tool":"issue_write","args":{},"nonce":null}', 'nonce'],
		['an empty nonce', '{"provider":"github","tool":"issue_write","args":{},"nonce":""}', 'nonce'],
		['a nonce with a space', '{"provider":"github","tool":"issue_write","args":{},"nonce":"a b"}', 'nonce'],
		['a nonce of 65', `{"provider":"github","tool":"issue_write","args":{},"nonce":"${'n'.repeat(65)}"}`, 'nonce'],
		['args that are a list', '{"provider":"github","tool":"issue_write","args":[]}', 'args'],
		['no tool', '{"provider":"github","args":{}}', 'tool'],
		['a list', '[]', '(body)'],
	];
	it.each(cases)('%s', async (_what, body, path) => {
		const answer = await send(body);
		expectProblem(answer, 'invalid_request');
		if (path === null) expect(answer.body.errors).toBeUndefined();
		else expect(answer.body.errors[0]).toEqual({ path, message: expect.stringMatching(/\S/) });
	});

	it('the neighbours of these are read: 32 levels, 2^53 - 1, a pair of surrogates', async () => {
		expectProblem(await send(withArgs(deep(32))), 'tool_not_allowed');
		const create = (more: string) => withArgs(`{"method":"create","owner":"acme","repo":"ledger",${more}}`);
		expectProblem(await send(create('"title":"a","x":9007199254740991')), 'invalid_args');
		expect((await send(create('"title":"\\ud83d\\ude00"'))).status).toBe(200);
	});
});

describe('headers of answers that succeed', () => {
	it.each([
		['GET', '/api/me'],
		['GET', '/api/flags?tenant=demo'],
		['GET', '/api/audit?tenant=demo'],
		['GET', '/api/audit/export?tenant=demo'],
		['POST', '/api/audit/verify-chain?tenant=demo'],
		['GET', '/api/openapi.json'],
		['GET', '/api/auth/get-session'],
		['GET', '/healthz'],
		['GET', '/readyz'],
	])('%s %s: no-store, nosniff, CSP, a request id', async (method, path) => {
		const headers = { cookie, origin: ORIGIN };
		const answer = await raw(test, method, path, { headers });
		expect(answer.status).toBe(200);
		expectApiHeaders(answer);
		const streamed = await raw(test, method, path, { headers: { ...headers, accept: 'text/event-stream' } });
		expectApiHeaders(streamed);
	});

	it('HEAD answers as GET does, without a body', async () => {
		const answer = await raw(test, 'HEAD', '/api/me', { headers: { cookie } });
		expect([answer.status, answer.text]).toEqual([200, '']);
		expectApiHeaders(answer);
		expect((await raw(test, 'HEAD', '/api/me')).status).toBe(401);
	});

	it('a sign-in that cannot be read is a problem with its request id', async () => {
		const headers = { origin: ORIGIN, ...JSON_TYPE };
		expectProblem(await raw(test, 'POST', '/api/auth/sign-in/email', { headers, body: '{' }), 'invalid_request');
	});
});

describe('the OpenAPI document', () => {
	type Node = Record<string, unknown>;
	it('is 3.1 and holds every route of the table with its parameters, body and answers', async () => {
		const { body } = await raw(test, 'GET', '/api/openapi.json');
		expect(body.openapi).toMatch(/^3\.1\.\d+$/);
		expect(body.info).toEqual(
			expect.objectContaining({ title: expect.stringMatching(/\S/), version: expect.stringMatching(/\S/) }),
		);
		const described = Object.entries(body.paths as Record<string, Node>).flatMap(([path, item]) =>
			Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
		);
		const signIn = ['POST /api/auth/sign-in/email', 'POST /api/auth/sign-out'];
		expect(described.sort()).toEqual([...Object.keys(routes), ...signIn].sort());

		const ids = new Set<unknown>();
		for (const { method, template, spec } of table) {
			const operation = body.paths[template.replace(/:(\w+)/g, '{$1}')][method.toLowerCase()];
			ids.add(operation.operationId);
			const inPath = operation.parameters.filter((one: Node) => one.in === 'path').map((one: Node) => one.name);
			expect(inPath).toEqual([...template.matchAll(/:(\w+)/g)].map((match) => match[1]));
			expect(operation.parameters.every((one: Node) => one.in !== 'path' || one.required === true)).toBe(true);
			expect(operation.requestBody !== undefined).toBe(spec.body !== undefined);
			expect(Object.keys(operation.responses).sort()).toEqual([String(spec.status ?? 200), 'default']);
			for (const scheme of operation.security.flatMap((one: Node) => Object.keys(one))) {
				expect(body.components.securitySchemes).toHaveProperty(scheme);
			}
		}
		expect(ids.size).toBe(table.length);
	});

	it('lists every member of a problem body that contracts §4 names, and asks for none of those beyond RFC 9457', async () => {
		const { body } = await raw(test, 'GET', '/api/openapi.json');
		const section = readFileSync('docs/contracts.md', 'utf8').split('## 4. Errors')[1]?.split('`type` is')[0] ?? '';
		const members = [...section.matchAll(/`([a-z]\w*)(?::[^`]*)?`/gi)].map((match) => match[1]);
		expect(members).toHaveLength(11);
		const { properties, required } = body.components.schemas.Problem;
		expect(Object.keys(properties).sort()).toEqual(members.sort());
		expect(required).toEqual(['type', 'title', 'status', 'code', 'detail', 'requestId']);
	});

	it('refers to nothing that it does not hold', async () => {
		const { body } = await raw(test, 'GET', '/api/openapi.json');
		const refs = [...JSON.stringify(body).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] as string);
		expect(refs.length).toBeGreaterThan(0);
		for (const ref of refs) {
			expect(ref).toMatch(/^#\//);
			const found = ref
				.slice(2)
				.split('/')
				.reduce<unknown>((node, step) => (node as Node | undefined)?.[step.replaceAll('~1', '/')], body);
			expect(found, ref).toBeTypeOf('object');
		}
	});
});

// The embedded database is in this process and cannot go away alone: an outage takes a server.
const postgres = findPostgres();
if (postgres === null) console.warn('SKIPPED: a database outage (no PostgreSQL binaries; install postgresql).');
describe.skipIf(postgres === null)('while the database is away', () => {
	it('every answer is 503 database_unavailable or says so, without SQL, and nothing is taken for refused', async () => {
		const cluster = await startPostgres(postgres as string, { durable: false });
		// The same database without a user before an empty host, which URL parsers refuse.
		const url = cluster.url('postgres').replace('//postgres@/', '///').concat('&user=postgres');
		const throwaway = await startPortal({ env: { DATABASE_URL: url } });
		try {
			const session = await cookieOf(throwaway, 'admin@demo.local');
			expect((await raw(throwaway, 'GET', '/api/me', { headers: { cookie: session } })).status).toBe(200);
			await cluster.stop();
			throwaway.portal.identity.forgetSessions();
			const asked: [string, string, string?][] = [
				['GET', '/api/me'],
				['GET', '/api/audit/export?tenant=demo'],
				['POST', PROPOSE, JSON.stringify({ provider: 'github', tool: 'issue_write', args: issue('Away') })],
				['PUT', '/api/agent-dispatch?tenant=demo', '{"enabled":false}'],
				['POST', '/api/auth/sign-in/email', signInBody],
			];
			for (const [method, path, body] of asked) {
				const headers = { origin: ORIGIN, ...JSON_TYPE, ...(path.includes('sign-in') ? {} : { cookie: session }) };
				const answer = await raw(throwaway, method, path, body === undefined ? { headers } : { headers, body });
				expectProblem(answer, 'database_unavailable');
				expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
				expect(answer.text).not.toMatch(/postgres|ECONN|ENOENT|socket|admin@demo|pg_/i);
			}
			const withToken = await raw(throwaway, 'GET', '/api/me', { headers: { authorization: bearer } });
			expectProblem(withToken, 'database_unavailable');
			expect((await raw(throwaway, 'GET', '/healthz')).status).toBe(200);
			const ready = await raw(throwaway, 'GET', '/readyz');
			expect([ready.status, ready.body]).toEqual([503, { ok: false, notReady: ['database'] }]);
		} finally {
			await throwaway.close();
		}
		// Each request waits some seconds for a server that may only be restarting.
	}, 120_000);
});

it.each(['demo%00', 'DEMO', '-demo', 'demo/', 'a'.repeat(5000)])(
	'a tenant that cannot exist (%s) is not found',
	async (slug) => {
		const admin = await test.as('admin');
		expectProblem(await admin.get(`/api/mcp/prereqs?tenant=${slug}`), 'tenant_not_found');
	},
);
