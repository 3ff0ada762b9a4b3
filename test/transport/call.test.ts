import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JsonValue } from '#core/canonical-json';
import type { UpstreamOutcome } from '#core/execution/state';
import type { Upstream } from '#gateway/ports/upstream';
import { createIssue, PAT, upstreamFor } from './rig.ts';
import { type Play, type ScriptedServer, startScriptedServer } from './scripted-server.ts';

let server: ScriptedServer;
let upstream: Upstream;

beforeEach(async () => {
	server = await startScriptedServer();
	upstream = upstreamFor(server.url);
});
afterEach(async () => {
	await upstream.close();
	await server.close();
});

const CONFIRMED: UpstreamOutcome = {
	kind: 'confirmed',
	url: 'https://github.com/acme/ledger/issues/7',
	id: '9001',
};

const success = (id: JsonValue) =>
	JSON.stringify({
		jsonrpc: '2.0',
		id,
		result: { content: [{ type: 'text', text: '{"id":"9001","url":"https://github.com/acme/ledger/issues/7"}' }] },
	});

/** Plays one call, and proves that it was sent exactly once. */
async function played(play: (play: Play) => void): Promise<UpstreamOutcome> {
	server.onCall = play;
	const outcome = await upstream.call(createIssue);
	expect(server.calls()).toHaveLength(1);
	return outcome;
}

describe.each(['legacy', 'modern'] as const)('a %s server', (era) => {
	beforeEach(() => {
		server.era = era;
		if (era === 'modern') {
			server.onCall = (play) =>
				play.result({
					resultType: 'complete',
					content: [{ type: 'text', text: '{"id":"9001","url":"https://github.com/acme/ledger/issues/7"}' }],
				});
		}
	});

	test('a call is confirmed by the documented success at the approved place', async () => {
		expect(await upstream.call(createIssue)).toEqual(CONFIRMED);
		expect(server.calls()).toHaveLength(1);
		expect(server.calls()[0]?.body.params).toMatchObject({ name: 'issue_write', arguments: createIssue.args });
	});

	test('each call names exactly its own tool and carries the credential; a handshake happens once', async () => {
		await upstream.call(createIssue);
		await upstream.call(createIssue);
		for (const call of server.calls()) {
			expect(call.headers['x-mcp-tools']).toBe('issue_write');
			expect(call.headers['x-mcp-toolsets']).toBeUndefined();
			expect(call.headers['x-mcp-features']).toBeUndefined();
			expect(call.headers.authorization).toBe(`Bearer ${PAT}`);
		}
		// Which era the server is of is asked for once, by whoever comes first.
		expect(server.seen.filter(({ rpc }) => rpc === 'server/discover')).toHaveLength(1);
		const mine = server.seen.filter(({ headers }) => headers.authorization === `Bearer ${PAT}`);
		expect(mine.filter(({ rpc }) => rpc === 'initialize')).toHaveLength(era === 'legacy' ? 1 : 0);
		expect(server.calls()).toHaveLength(2);
	});

	test('nothing that could ask us back is offered', async () => {
		await upstream.call(createIssue);
		for (const { body } of server.seen) {
			const params = body.params as { capabilities?: unknown; _meta?: Record<string, unknown> } | undefined;
			if (body.method === 'initialize') expect(params?.capabilities).toEqual({});
			const envelope = params?._meta?.['io.modelcontextprotocol/clientCapabilities'];
			if (envelope !== undefined) expect(envelope).toEqual({});
		}
		expect(server.seen.filter(({ method }) => method === 'GET')).toEqual([]);
	});
});

test('every request has a connection of its own and asks for its end', async () => {
	await upstream.call(createIssue);
	await upstream.call(createIssue);
	expect(server.seen.every(({ nth }) => nth === 1)).toBe(true);
	expect(server.seen.every(({ headers }) => headers.connection === 'close')).toBe(true);
});

test('a server that kills kept-alive connections sees each call exactly once', async () => {
	server.before = ({ socket, response }) => {
		response.setHeader('connection', 'keep-alive');
		response.on('finish', () => setImmediate(() => socket.destroy()));
		return false;
	};
	for (let i = 1; i <= 5; i++) {
		expect(await upstream.call(createIssue)).toEqual(CONFIRMED);
		expect(server.calls()).toHaveLength(i);
	}
});

test('two credentials never share a session', async () => {
	server.sessions = new Set();
	await upstream.call(createIssue);
	await upstream.call({ ...createIssue, secret: `${PAT}_OTHER` });
	const sessions = server.calls().map(({ headers }) => headers['mcp-session-id']);
	expect(new Set(sessions).size).toBe(2);
});

describe('sent, but what happened is not known', () => {
	test.each<[string, (play: Play) => void]>([
		['the connection drops before the headers', ({ socket }) => socket.destroy()],
		['the connection is reset', ({ socket }) => socket.resetAndDestroy()],
		[
			'the connection drops after the headers',
			({ response, socket }) => {
				response.writeHead(200, { 'content-type': 'text/event-stream' });
				response.flushHeaders();
				setImmediate(() => socket.destroy());
			},
		],
		[
			'the event is cut off',
			({ response, id }) => {
				response.writeHead(200, { 'content-type': 'text/event-stream' });
				response.end(`event: message\ndata: {"jsonrpc":"2.0","id":${String(id)},"result":{"content":[`);
			},
		],
		[
			'the event lacks its end',
			({ response, id }) => {
				response.writeHead(200, { 'content-type': 'text/event-stream' });
				response.end(`data: {"jsonrpc":"2.0","id":${String(id)},"result":{"content":[]}}\n`);
			},
		],
		[
			'a stream with event ids breaks off',
			({ response, socket }) => {
				response.writeHead(200, { 'content-type': 'text/event-stream' });
				response.write('id: 1\ndata: \n\n');
				setImmediate(() => socket.destroy());
			},
		],
		['an empty stream', ({ raw }) => raw(200, 'text/event-stream', '')],
		['a page', ({ raw }) => raw(200, 'text/html', '<p>Welcome')],
		['no content type', ({ response }) => response.end('ok')],
		['not JSON', ({ raw }) => raw(200, 'application/json', 'ok')],
		['JSON that is not JSON-RPC', ({ raw }) => raw(200, 'application/json', '{"ok":true}')],
		['202', ({ raw }) => raw(202, 'text/plain', '')],
		['202 with what looks like an answer', ({ raw, id }) => raw(202, 'application/json', success(id))],
		['203 of something in between', ({ raw, id }) => raw(203, 'application/json', success(id))],
		['204', ({ response }) => response.writeHead(204).end()],
		['400', ({ raw }) => raw(400, 'text/plain', 'Bad Request')],
		['401', ({ raw }) => raw(401, 'text/plain', 'Unauthorized')],
		['403', ({ raw }) => raw(403, 'text/plain', 'Forbidden: invalid Host header "sidecar.internal:8082"')],
		['404', ({ raw }) => raw(404, 'text/plain', 'not found')],
		['409', ({ raw }) => raw(409, 'text/plain', '')],
		['429', ({ raw }) => raw(429, 'text/plain', '')],
		['500', ({ raw }) => raw(500, 'text/html', '<h1>oh')],
		['502', ({ raw }) => raw(502, 'text/html', '')],
		[
			'the answer to another request',
			({ raw }) =>
				raw(
					200,
					'application/json',
					'{"jsonrpc":"2.0","id":4711,"result":{"content":[{"type":"text","text":"{\\"id\\":\\"1\\",\\"url\\":\\"https://github.com/acme/ledger/issues/7\\"}"}]}}',
				),
		],
		[
			'the id as text',
			({ raw, id }) => raw(200, 'application/json', `{"jsonrpc":"2.0","id":"${String(id)}","result":{"content":[]}}`),
		],
		['an elicitation', ({ raw }) => asks(raw, 'elicitation/create')],
		['a sampling request', ({ raw }) => asks(raw, 'sampling/createMessage')],
		['a request for roots', ({ raw }) => asks(raw, 'roots/list')],
		['JSON-RPC error 0', ({ error }) => error(0, 'unexpected end of JSON input')],
		['JSON-RPC error -32603', ({ error }) => error(-32603, 'internal')],
		['JSON-RPC error -32602 of another kind', ({ error }) => error(-32602, 'unknown tool "merge_pull_request"')],
		[
			'bytes that are not UTF-8',
			({ response }) => {
				response.writeHead(200, { 'content-type': 'text/event-stream' });
				response.end(Buffer.from('data: \xff\n\n', 'latin1'));
			},
		],
	])('%s: unknown, promptly, and sent once', async (_, play) => {
		const began = performance.now();
		const outcome = await played(play);
		expect(outcome.kind).toBe('unknown');
		expect(performance.now() - began).toBeLessThan(2500); // the deadline is 3 s, the SDK's own wait 60 s
	});

	function asks(raw: Play['raw'], method: string) {
		raw(200, 'text/event-stream', `data: {"jsonrpc":"2.0","id":1,"method":"${method}","params":{}}\n\n`);
	}

	test('input_required is no result, and is not answered', async () => {
		server.era = 'modern';
		const outcome = await played(({ result }) =>
			result({
				resultType: 'input_required',
				inputRequests: { a: { method: 'elicitation/create' } },
				requestState: 'x',
			}),
		);
		expect(outcome.kind).toBe('unknown');
	});

	test('64 MiB are not read', async () => {
		let written = 0;
		const outcome = await played(({ response }) => {
			response.writeHead(200, { 'content-type': 'application/json' });
			const block = Buffer.alloc(1024 * 1024, 0x20);
			const more = () => {
				while (written < 64 && !response.destroyed) {
					written++;
					if (!response.write(block)) return void response.once('drain', more);
				}
				response.end();
			};
			more();
		});
		expect(outcome).toEqual({ kind: 'unknown', why: 'The answer was larger than any answer of this tool.' });
		expect(written).toBeLessThan(32);
	});
});

describe('the deadline bounds everything', () => {
	beforeEach(() => {
		upstream = upstreamFor(server.url, { timeoutMs: 400 });
	});

	test.each<[string, (play: Play) => void]>([
		['silence', () => {}],
		[
			'a slow drip',
			({ response }) => {
				response.writeHead(200, { 'content-type': 'text/event-stream' });
				const drip = setInterval(() => response.write(': still there\n'), 50);
				response.on('close', () => clearInterval(drip));
			},
		],
	])('%s after sending is unknown', async (_, play) => {
		const began = performance.now();
		expect(await played(play)).toEqual({ kind: 'unknown', why: 'The MCP server did not answer in time.' });
		expect(performance.now() - began).toBeLessThan(1500);
	});

	test('silence during the handshake is not_sent', async () => {
		server.before = () => true;
		expect((await upstream.call(createIssue)).kind).toBe('not_sent');
		expect(server.calls()).toEqual([]);
	});
});

describe('not sent', () => {
	test('nobody listens', async () => {
		const { url } = server;
		await server.close();
		expect((await upstreamFor(url).call(createIssue)).kind).toBe('not_sent');
	});

	test('the name does not resolve', async () => {
		expect((await upstreamFor('http://sidecar.invalid/').call(createIssue)).kind).toBe('not_sent');
	});

	test('the server goes away between handshake and call', async () => {
		await upstream.call(createIssue);
		await server.close();
		const outcome = await upstream.call(createIssue);
		expect(outcome.kind).toBe('not_sent');
		expect(server.calls()).toHaveLength(1);
	});

	test('no server is configured', async () => {
		const none = upstreamFor('');
		expect(none.configured('github')).toBe(false);
		expect((await none.call(createIssue)).kind).toBe('not_sent');
		expect(upstream.configured('gitlab')).toBe(false);
	});

	test('a credential that no header can carry', async () => {
		expect((await upstream.call({ ...createIssue, secret: 'a\nb' })).kind).toBe('not_sent');
		expect(server.calls()).toEqual([]);
	});

	test('the handshake answers 500', async () => {
		server.before = ({ raw }) => {
			raw(500, 'text/plain', 'no');
			return true;
		};
		expect((await upstream.call(createIssue)).kind).toBe('not_sent');
	});
});

describe('refused by the MCP server itself', () => {
	test('403 insufficient_scope does not make the client step up and send again', async () => {
		const outcome = await played(({ response }) => {
			response.setHeader('www-authenticate', 'Bearer error="insufficient_scope", scope="repo"');
			response.writeHead(403).end('Forbidden: insufficient scopes');
		});
		expect(outcome.kind).toBe('unknown');
	});

	test('a HeaderMismatch is not sent a second time', async () => {
		server.era = 'modern';
		const outcome = await played(({ raw, id }) =>
			raw(400, 'application/json', `{"jsonrpc":"2.0","id":${String(id)},"error":{"code":-32020,"message":"x"}}`),
		);
		expect(outcome.kind).toBe('unknown');
	});

	test.each([401, 403])('%s to a call: the next one shakes hands anew, and a refusal there is one', async (status) => {
		expect((await played(({ raw }) => raw(status, 'text/plain', ''))).kind).toBe('unknown');
		server.before = ({ raw, request }) => {
			if (request.headers.authorization !== `Bearer ${PAT}`) return false;
			raw(401, 'text/plain', 'Unauthorized');
			return true;
		};
		expect((await upstream.call(createIssue)).kind).toBe('rejected');
		expect(server.calls()).toHaveLength(1);
	});

	test('the credential is refused at the handshake', async () => {
		server.before = ({ raw, request }) => {
			if (request.headers.authorization !== `Bearer ${PAT}`) return false;
			raw(400, 'text/plain', 'bad request: Authorization header is badly formatted\n');
			return true;
		};
		expect((await upstream.call(createIssue)).kind).toBe('rejected');
		expect(server.calls()).toEqual([]);
	});
});

describe('redirects', () => {
	test.each([301, 302, 303, 307, 308])('%s is not followed, and the credential stays here', async (status) => {
		const reached: string[] = [];
		const other = createServer((socket) => {
			reached.push('connected');
			socket.on('data', (data) => reached.push(data.toString()));
			socket.on('error', () => {});
		});
		await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
		const address = other.address();
		const port = typeof address === 'object' ? address?.port : 0;
		const outcome = await played(({ response }) =>
			response.writeHead(status, { location: `http://127.0.0.1:${port}/` }).end(),
		);
		expect(outcome.kind).toBe('unknown');
		expect(reached).toEqual([]);
		await new Promise((resolve) => other.close(resolve));
	});

	test('a redirect within the origin is not followed either', async () => {
		expect((await played(({ response }) => response.writeHead(307, { location: '/mcp' }).end())).kind).toBe('unknown');
	});
});

test('progress and pings before the answer do not disturb it', async () => {
	const outcome = await played(({ response, id }) => {
		response.writeHead(200, { 'content-type': 'text/event-stream' });
		const send = (message: object) => response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\r\n\r\n`);
		send({ method: 'notifications/message', params: { level: 'info', data: 'x' } });
		send({ id: 77, method: 'ping' });
		send({
			id,
			result: { content: [{ type: 'text', text: '{"id":"9001","url":"https://github.com/acme/ledger/issues/7"}' }] },
		});
		// and the stream stays open
	});
	expect(outcome).toEqual(CONFIRMED);
});

test('sessions that a restart has forgotten cost a second look at the tools, and no write', async () => {
	server.sessions = new Set();
	expect(await upstream.call(createIssue)).toEqual(CONFIRMED);
	server.sessions.clear();
	expect(await upstream.call(createIssue)).toEqual(CONFIRMED);
	expect(server.calls()).toHaveLength(2);
});

test('a session that was forgotten alone costs one unknown call, never a second sending', async () => {
	server.sessions = new Set();
	expect(await upstream.call(createIssue)).toEqual(CONFIRMED);
	server.sessions.delete(String(server.calls()[0]?.headers['mcp-session-id']));
	expect((await upstream.call(createIssue)).kind).toBe('unknown');
	expect(server.calls()).toHaveLength(2);
	expect(await upstream.call(createIssue)).toEqual(CONFIRMED);
	expect(server.calls()).toHaveLength(3);
});

test('a server that changes its era is met again', async () => {
	server.era = 'modern';
	server.onCall = ({ result }) =>
		result({
			resultType: 'complete',
			content: [{ type: 'text', text: '{"id":"9001","url":"https://github.com/acme/ledger/issues/7"}' }],
		});
	expect(await upstream.call(createIssue)).toEqual(CONFIRMED);
	server.era = 'legacy';
	expect(await upstream.call(createIssue)).toEqual(CONFIRMED);
	expect(server.calls()).toHaveLength(2);
});

test('many calls at once through one client keep their answers apart', async () => {
	server.onCall = ({ text, args }) =>
		text(`{"id":"1","url":"https://github.com/acme/ledger/issues/${String(args.title)}"}`);
	const outcomes = await Promise.all(
		Array.from({ length: 20 }, (_, i) =>
			upstream.call({ ...createIssue, args: { ...createIssue.args, title: String(i + 1) } }),
		),
	);
	expect(outcomes.map((outcome) => outcome.kind === 'confirmed' && outcome.url)).toEqual(
		Array.from({ length: 20 }, (_, i) => `https://github.com/acme/ledger/issues/${i + 1}`),
	);
	expect(server.calls()).toHaveLength(20);
});

test('[no-false-verdict] ids are no other client’s and no earlier call’s, so an answer that was mixed up is not ours', async () => {
	const answers: string[] = [];
	server.onCall = ({ raw, id }) => {
		answers.push(success(id));
		raw(200, 'application/json', answers[0] ?? ''); // from the second call on, what a cache has kept
	};
	const outcomes = [];
	for (const secret of [PAT, `${PAT}_OTHER`, PAT])
		outcomes.push((await upstream.call({ ...createIssue, secret })).kind);
	expect(outcomes).toEqual(['confirmed', 'unknown', 'unknown']);
});

test('a plain JSON answer is as good as a stream', async () => {
	expect(await played(({ raw, id }) => raw(200, 'application/json; charset=utf-8', success(id)))).toEqual(CONFIRMED);
});

test('an era that a server has given up is tried once, not with every credential', async () => {
	await upstream.call(createIssue);
	server.era = 'modern';
	server.before = ({ raw }, rpc) => {
		if (rpc === 'initialize') raw(400, 'text/plain', 'not any more');
		return rpc === 'initialize';
	};
	server.onCall = ({ result }) =>
		result({
			resultType: 'complete',
			content: [{ type: 'text', text: '{"id":"9001","url":"https://github.com/acme/ledger/issues/7"}' }],
		});
	const before = server.seen.filter(({ rpc }) => rpc === 'initialize').length;
	for (const secret of [`${PAT}_2`, `${PAT}_3`]) {
		expect(await upstream.call({ ...createIssue, secret })).toEqual(CONFIRMED);
	}
	expect(server.seen.filter(({ rpc }) => rpc === 'initialize')).toHaveLength(before + 1);
});

test('at most 64 clients are kept, and the one that was used longest ago goes first', async () => {
	const handshakes = (n: number) =>
		server.seen.filter(({ rpc, headers }) => rpc === 'initialize' && headers.authorization === `Bearer ${PAT}_${n}`)
			.length;
	// One of the 64 is the client that looks at the tools; it comes right after the first.
	for (let n = 0; n < 63; n++) await upstream.call({ ...createIssue, secret: `${PAT}_${n}` });
	for (const n of [0, 64, 65, 0, 1]) await upstream.call({ ...createIssue, secret: `${PAT}_${n}` });
	expect([handshakes(0), handshakes(1), handshakes(62)]).toEqual([1, 2, 1]);
});
