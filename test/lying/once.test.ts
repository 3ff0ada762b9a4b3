import { channel } from 'node:diagnostics_channel';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Upstream } from '#gateway/ports/upstream';
import { closeNow, listen } from '#sandbox/http';
import { createIssue, testClock, upstreamFor } from '#test/transport/rig';
import { type ScriptedServer, startScriptedServer } from '#test/transport/scripted-server';
import { type Case, cases, type Lie, type Stage, startStage } from './stage.ts';

let stage: Stage;
/** Where nothing is ever to arrive. */
let other: Server;
let otherUrl: string;
let strays = 0;
beforeAll(async () => {
	stage = await startStage();
	other = createServer();
	other.on('connection', () => strays++);
	otherUrl = await listen(other, '127.0.0.1', 0);
});
afterAll(async () => {
	await stage.close();
	await closeNow(other);
});
afterEach(() => {
	stage.server.before = () => false;
	expect(strays).toBe(0);
});

const unknown = { wrote: 'either', end: 'INDETERMINATE' } as const;
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: keep-alive\r\n';

const dying: readonly Lie[] = [
	{ what: 'the connection is closed', ...unknown, say: ({ socket }) => void socket.end() },
	{ what: 'the connection is cut', ...unknown, say: ({ socket }) => void socket.destroy() },
	{ what: 'the connection is reset', ...unknown, say: ({ socket }) => void socket.resetAndDestroy() },
	{
		what: 'the connection is reset after the headers',
		...unknown,
		say: ({ socket }) => void socket.write(`${HEAD}content-length: 9\r\n\r\n`, () => socket.resetAndDestroy()),
	},
	{
		what: 'the connection is closed within the headers',
		...unknown,
		say: ({ socket }) => void socket.end(HEAD),
	},
	{ what: 'something that is not HTTP', ...unknown, say: ({ socket }) => void socket.end('220 smtp ready\r\n') },
	{ what: '408, as for an idle connection', ...unknown, say: ({ raw }) => raw(408, { connection: 'close' }, '') },
	{ what: '425, too early', ...unknown, say: ({ raw }) => raw(425, { 'retry-after': '0' }, '') },
	{ what: '503, to be tried again at once', ...unknown, say: ({ raw }) => raw(503, { 'retry-after': '0' }, '') },
	{
		what: '421 with another address',
		...unknown,
		say: ({ raw }) => raw(421, { 'alt-svc': `h2="${otherHost()}"` }, ''),
	},
	{
		what: '100 Continue, which nobody asked for',
		...unknown,
		say: ({ bytes }) => bytes('HTTP/1.1 100 Continue\r\n\r\n', `${HEAD}content-length: 0\r\n\r\n`),
	},
	{
		what: '101, to another protocol',
		...unknown,
		say: ({ bytes }) => bytes('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n'),
	},
];

const redirects: readonly Lie[] = [301, 302, 303, 307, 308].flatMap((status): Lie[] =>
	[() => `${otherUrl}/`, () => '//127.0.0.1:9/', () => '/mcp'].map((to, i) => ({
		what: `${status} to ${['another host', 'another port', 'the same host'][i]}`,
		wrote: 'written',
		end: 'INDETERMINATE',
		say: ({ raw }) => raw(status, { location: to(), refresh: `0; url=${to()}` }, ''),
		reason: /redirect, which was not followed/,
	})),
);

function otherHost(): string {
	return new URL(otherUrl).host;
}

describe.each<[string, readonly Lie[]]>([
	['a connection that dies', dying],
	['a redirect', redirects],
])('[once] [no-false-verdict] one approval is one POST: %s', (_, lies) => {
	test.each(cases(lies).map((each) => [each.title, each] as const))('%s', async (__, each) => {
		await stage.play(each);
		// Nothing is ever kept alive, so nothing can die under a POST that a client would then send again.
		expect(stage.server.seen.every(({ nth }) => nth === 1)).toBe(true);
	});
});

test('[once] a peer that speaks first gets one connection, whatever it says', async () => {
	await stage.recovers();
	const before = stage.server.connections();
	const greeting = `${HEAD}content-length: 2\r\n\r\n{}`;
	// After the look at the tools: the connection of the call.
	stage.server.before = ({ rpc }) => {
		if (rpc === 'tools/list') stage.server.greet = (socket) => void socket.end(greeting);
		return false;
	};
	const upstream = stage.test.portal.gateway.upstream;
	const outcome = await upstream.call({
		provider: 'github',
		tool: 'issue_write',
		args: { method: 'create', owner: 'acme', repo: 'payments-api', title: 'Zq-greeted', body: 'A body.' },
		secret: stage.pat,
		expect: { creates: 'issue', target: { owner: 'acme', repo: 'payments-api' } },
	});
	expect(outcome.kind).toBe('unknown');
	expect(stage.server.connections()).toBe(before + 2);
	expect(stage.server.sent('Zq-greeted')).toBeLessThanOrEqual(1);
});

describe('[no-false-verdict] before the call: what goes wrong there is ABSENT, and no POST arrives', () => {
	const absent: Case = { title: '', what: '', wrote: 'not written', written: false, end: 'ABSENT', say: () => {} };
	/** A read is told that there is no session: the portal shakes hands anew for its next call. */
	async function forget(): Promise<void> {
		stage.server.before = ({ rpc, raw }) => {
			if (rpc === 'tools/call') raw(404, { 'content-type': 'text/plain' }, 'session not found');
			return rpc === 'tools/call';
		};
		expect((await stage.test.portal.gateway.upstream.whoAmI('github', stage.pat)).ok).toBe(false);
	}

	test.each<[what: string, header: string]>([
		['that holds control characters', 'mcp-session-id: \u0001\u0002'],
		['that holds spaces', 'mcp-session-id: a b'],
		['that holds other letters', 'mcp-session-id: s\u00fc\u00df'],
		['of 1 MiB', `mcp-session-id: ${'s'.repeat(1024 * 1024)}`],
		['of 8 KiB', `mcp-session-id: ${'s'.repeat(8 * 1024)}`],
	])('a session id %s; without it, all is well again', async (_, header) => {
		await forget();
		stage.server.before = ({ rpc, id, bytes }) => {
			if (rpc !== 'initialize') return false;
			const serverInfo = { name: 'x', version: '1' };
			const result = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo };
			const said = JSON.stringify({ jsonrpc: '2.0', id, result });
			bytes(`${HEAD}content-length: ${said.length}\r\n`, Buffer.from(header, 'latin1'), `\r\n\r\n${said}`);
			return true;
		};
		await stage.play(absent);
		stage.server.before = () => false;
		await stage.recovers();
	});

	test.each([301, 307])('a handshake that is led elsewhere (%s)', async (status) => {
		await forget();
		stage.server.before = ({ raw, request }) => {
			if (request.headers.authorization !== `Bearer ${stage.pat}`) return false;
			raw(status, { location: `${otherUrl}/` }, '');
			return true;
		};
		await stage.play(absent);
	});

	test.each<[what: string, lies: () => void, code: 'tool_definition_changed' | 'provider_unreachable']>([
		['a tool that is another one now', () => relist(/"method"/g, '"verb"'), 'tool_definition_changed'],
		['a list that cannot be read now', () => relist(/^data.*$/gm, ''), 'provider_unreachable'],
	])('[fail-closed] %s: the definitions are looked at again before each call', async (_, lies, code) => {
		lies();
		await stage.play({ ...absent, code });
		stage.server.before = () => false;
		await stage.test.portal.gateway.upstream.checkTools('github');
		await stage.recovers();
	});

	/** From now on the list of tools is what the sidecar's becomes by this replacement. */
	function relist(pattern: RegExp, by: string): void {
		const { sidecarUrl } = stage.test.sandbox.upstream;
		stage.server.before = ({ rpc, id, request, raw }) => {
			if (rpc !== 'tools/list') return false;
			const headers = { ...JSON.parse(JSON.stringify(request.headers)), connection: 'close' };
			const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list', params: {} });
			delete headers['content-length'];
			delete headers.host;
			delete headers.connection;
			void fetch(sidecarUrl, { method: 'POST', headers, body })
				.then((answer) => answer.text())
				.then((text) => raw(200, { 'content-type': 'text/event-stream' }, text.replace(pattern, by)));
			return true;
		};
	}
});

test('[secret-stays] after all of that the credential is nowhere in the database or the log', () =>
	stage.expectNoPat());

const looks = (server: ScriptedServer): number => server.seen.filter(({ rpc }) => rpc === 'tools/list').length;

describe('[once] a request that is no longer ours is not written', () => {
	let server: ScriptedServer;
	let upstream: Upstream;
	const clock = testClock();
	beforeEach(async () => {
		server = await startScriptedServer();
		upstream = upstreamFor(server.url, { clock });
	});
	afterEach(async () => {
		await upstream.close();
		await server.close();
	});

	test('a process that was paused while it looked at the tools: not_sent', async () => {
		let mine = true;
		server.before = (_, rpc) => {
			if (rpc === 'tools/list') mine = false; // by the time that it wakes up, its lease has run out
			return false;
		};
		expect(await upstream.call({ ...createIssue, stillMine: () => mine })).toMatchObject({
			kind: 'not_sent',
			why: expect.stringMatching(/no longer .* Nothing was sent\.$/),
		});
		expect(server.calls()).toEqual([]);
	});

	test('over a connection that is known already, too, and when the question itself breaks', async () => {
		expect((await upstream.call(createIssue)).kind).toBe('confirmed');
		const broken = () => {
			throw new Error('a bug');
		};
		for (const stillMine of [() => false, broken]) {
			expect((await upstream.call({ ...createIssue, stillMine })).kind).toBe('not_sent');
		}
		expect(server.calls()).toHaveLength(1);
	});

	test('it is asked once, and the request is written in the same turn: not even a microtask lies between', async () => {
		await upstream.call(createIssue);
		const order: string[] = [];
		const sent = (message: unknown) => {
			if ((message as { headers: string }).headers.includes('x-mcp-tools: issue_write')) order.push('sent');
		};
		channel('undici:client:sendHeaders').subscribe(sent);
		try {
			const stillMine = () => {
				order.push('asked');
				queueMicrotask(() => order.push('microtask'));
				process.nextTick(() => order.push('tick'));
				return true;
			};
			expect((await upstream.call({ ...createIssue, stillMine })).kind).toBe('confirmed');
		} finally {
			channel('undici:client:sendHeaders').unsubscribe(sent);
		}
		expect(order.slice(0, 2)).toEqual(['asked', 'sent']);
		expect(order.filter((each) => each === 'asked')).toHaveLength(1);
	});

	test('a connection that dies before the request is written is not followed by a second one', async () => {
		await upstream.call(createIssue);
		let connections = 0;
		// The kind of end after which undici keeps a request and connects anew for it.
		const dies = (message: unknown) => {
			if (looks(server) < 2) return;
			connections++;
			(message as { socket: Socket }).socket.destroy(Object.assign(new Error('gone'), { code: 'UND_ERR_INFO' }));
		};
		channel('undici:client:connected').subscribe(dies);
		try {
			const outcome = await upstream.call(createIssue);
			expect(outcome.kind).toBe('unknown');
		} finally {
			channel('undici:client:connected').unsubscribe(dies);
		}
		expect(connections).toBe(1);
		expect(server.calls()).toHaveLength(1);
	});
});
