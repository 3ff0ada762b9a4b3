import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { JsonObject, JsonValue } from '#core/canonical-json';

/** What reached the server. */
export interface Seen {
	readonly method: string;
	readonly rpc: string | undefined;
	readonly name: string | undefined;
	readonly headers: IncomingMessage['headers'];
	/** Which TCP connection it came over, and the how-manieth request on it. */
	readonly connection: number;
	readonly nth: number;
	readonly body: JsonObject;
}

export interface Play {
	readonly request: IncomingMessage;
	readonly response: ServerResponse;
	readonly socket: Socket;
	readonly id: JsonValue;
	readonly args: JsonObject;
	/** Answers as v1.0.4 does: one SSE event. */
	result(result: JsonObject): void;
	error(code: number, message: string): void;
	text(text: string, isError?: boolean): void;
	raw(status: number, contentType: string, body: string): void;
}

export interface ScriptedServer {
	readonly url: string;
	readonly seen: Seen[];
	readonly calls: () => Seen[];
	/** What happens to a `tools/call`; issue_write succeeds unless set. */
	onCall: (play: Play) => void;
	/** Comes before everything else; true when it has dealt with the request. */
	before: (play: Play, rpc: string) => boolean;
	tools: JsonValue[];
	era: 'legacy' | 'modern';
	/** Legacy with sessions that are checked; clearing it is a restart. */
	sessions: Set<string> | null;
	close(): Promise<void>;
}

const DISCOVER = {
	resultType: 'complete',
	supportedVersions: ['2026-07-28'],
	capabilities: { tools: {} },
	serverInfo: { name: 'scripted', version: '0' },
	ttlMs: 0,
	cacheScope: 'private',
};

/** An MCP server of node:http that does what a test tells it to, byte for byte. Not an SDK: it must be able to misbehave. */
export async function startScriptedServer(): Promise<ScriptedServer> {
	const numbers = new Map<Socket, { connection: number; requests: number }>();
	const seen: Seen[] = [];
	const server: Server = createServer({ keepAlive: true }, (request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => handle(request, response, Buffer.concat(chunks).toString('utf8')));
		request.on('error', () => {});
		response.on('error', () => {});
	});
	server.on('connection', (socket) => numbers.set(socket, { connection: numbers.size + 1, requests: 0 }));

	function handle(request: IncomingMessage, response: ServerResponse, text: string) {
		const body = (text === '' ? {} : JSON.parse(text)) as JsonObject;
		const params = (body.params ?? {}) as JsonObject;
		const number = numbers.get(request.socket) ?? { connection: 0, requests: 0 };
		number.requests++;
		const rpc = body.method as string | undefined;
		seen.push({
			method: request.method ?? '',
			rpc,
			name: params.name as string | undefined,
			headers: request.headers,
			connection: number.connection,
			nth: number.requests,
			body,
		});
		const sse = (message: JsonObject) => {
			response.writeHead(200, { 'content-type': 'text/event-stream' });
			response.end(`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', id: body.id, ...message })}\n\n`);
		};
		const play: Play = {
			request,
			response,
			socket: request.socket,
			id: body.id ?? null,
			args: (params.arguments ?? {}) as JsonObject,
			result: (result) => sse({ result }),
			error: (code, message) => sse({ error: { code, message } }),
			text: (said, isError) =>
				sse({ result: { content: [{ type: 'text', text: said }], ...(isError === true ? { isError } : {}) } }),
			raw: (status, type, said) => {
				response.writeHead(status, { 'content-type': type });
				response.end(said);
			},
		};
		if (api.before(play, rpc ?? '')) return;
		if (request.method !== 'POST') return play.raw(405, 'text/plain', 'Method Not Allowed');
		if (api.era === 'legacy' && request.headers['mcp-protocol-version'] === '2026-07-28') {
			return play.raw(400, 'text/plain', 'Bad Request: Unsupported protocol version');
		}
		if (api.sessions !== null && rpc !== 'initialize' && !api.sessions.has(String(request.headers['mcp-session-id']))) {
			return play.raw(404, 'text/plain', 'session not found');
		}
		switch (rpc) {
			case 'server/discover':
				return play.result(DISCOVER);
			case 'initialize':
				if (api.sessions !== null) {
					const session = `session-${seen.length}`;
					api.sessions.add(session);
					response.setHeader('mcp-session-id', session);
				}
				return play.result({
					protocolVersion: '2025-11-25',
					capabilities: { tools: {} },
					serverInfo: { name: 'scripted', version: '0' },
				});
			case 'notifications/initialized':
				return play.raw(202, 'text/plain', '');
			case 'tools/list':
				return play.result({
					tools: api.tools,
					...(api.era === 'modern' ? { resultType: 'complete', ttlMs: 0, cacheScope: 'private' } : {}),
				});
			case 'tools/call':
				return api.onCall(play);
			default:
				return play.raw(400, 'text/plain', 'JSON RPC not handled');
		}
	}

	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const api: ScriptedServer = {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
		seen,
		calls: () => seen.filter(({ rpc }) => rpc === 'tools/call'),
		onCall: (play) => play.text('{"id":"9001","url":"https://github.com/acme/ledger/issues/7"}'),
		before: () => false,
		tools: pinnedDefinitions(),
		era: 'legacy',
		sessions: null,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
	return api;
}

/**
 * Definitions of the recorded structure with prose of our own: the recorded prose is not ours to copy. Tests accept their
 * digests as the sandbox does.
 */
export function pinnedDefinitions(): JsonValue[] {
	const recorded = JSON.parse(
		readFileSync(new URL('../vectors/tools/github-mcp-server-1.0.4.json', import.meta.url), 'utf8'),
	) as { name: string; readOnly: boolean; arguments: JsonObject; required: string[] }[];
	return recorded.map((tool) => ({
		name: tool.name,
		description: `Our words for ${tool.name}.`,
		annotations: { title: tool.name, ...(tool.readOnly ? { readOnlyHint: true } : {}) },
		inputSchema: {
			type: 'object',
			properties: Object.fromEntries(
				Object.entries(tool.arguments).map(([name, argument]) => {
					const { items, ...rest } = argument as JsonObject;
					return [name, { ...rest, ...(items === undefined ? {} : { items: { type: items } }), description: name }];
				}),
			),
			...(tool.required.length === 0 ? {} : { required: tool.required }),
		},
	}));
}
