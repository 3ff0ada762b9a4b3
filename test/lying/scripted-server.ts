import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { JsonObject, JsonValue } from '#core/canonical-json';
import { closeNow, listen, readBody } from '#sandbox/http';

/** One request that arrived. */
export interface Seen {
	readonly method: string;
	readonly rpc: string | undefined;
	readonly tool: string | undefined;
	readonly body: string;
	readonly headers: IncomingMessage['headers'];
	/** The how-manieth request of its connection this is. */
	readonly nth: number;
}

/** A request that the script answers, and the ways to do so. */
export interface Turn {
	readonly rpc: string;
	readonly id: JsonValue;
	readonly args: JsonObject;
	readonly request: IncomingMessage;
	readonly response: ServerResponse;
	readonly socket: Socket;
	/** Has the sidecar do it for real, with other arguments where given, and gives the text of its result. */
	write(changed?: JsonObject): Promise<string>;
	/** What a result with this one text looks like, under this request's id or another. */
	result(text: string, more?: JsonObject, id?: JsonValue): JsonObject;
	/** Messages as events of one stream, which ends after them; a string stands as it is. */
	sse(...messages: readonly (JsonValue | string)[]): void;
	raw(status: number, headers: Readonly<Record<string, string>>, body: string | Buffer): void;
	/** A whole HTTP response, or what is to pass for one, byte for byte; the connection stays. */
	bytes(...parts: readonly (string | Buffer)[]): void;
}

export interface ScriptedServer {
	readonly url: string;
	readonly seen: Seen[];
	/** What is said to a `tools/call` that writes, instead of doing it; null = the sidecar's own answer. */
	lie: ((turn: Turn) => void | Promise<void>) | null;
	/** Given the next connection before anything has come over it. */
	greet: ((socket: Socket) => void) | null;
	readonly connections: () => number;
	/** Comes before everything else; true when it has dealt with the request. */
	before: (turn: Turn) => boolean;
	/** How many calls arrived that carry this text. */
	sent(text: string): number;
	close(): Promise<void>;
}

const WRITES = new Set(['issue_write', 'add_issue_comment']);
const HOP = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive']);

/**
 * An MCP server that tells the truth, the sidecar's at `sidecarUrl`, in everything but what a test scripts. Of node:http,
 * so that it can say anything at all.
 */
export async function startScriptedServer(sidecarUrl: string): Promise<ScriptedServer> {
	const seen: Seen[] = [];
	const requestsOf = new Map<Socket, number>();

	async function toSidecar(request: IncomingMessage, body: string): Promise<Response> {
		const headers = Object.fromEntries(
			Object.entries(request.headers).flatMap(([name, value]) => (HOP.has(name) ? [] : [[name, String(value)]])),
		);
		return fetch(new URL(request.url ?? '/', sidecarUrl), { method: request.method ?? 'POST', headers, body });
	}

	function turnOf(request: IncomingMessage, response: ServerResponse, message: JsonObject): Turn {
		const { id = null, method, params } = message as { id?: JsonValue; method?: string; params?: JsonObject };
		const args = (params?.arguments ?? {}) as JsonObject;
		const result: Turn['result'] = (text, more = {}, under = id) => ({
			jsonrpc: '2.0',
			id: under,
			result: { content: [{ type: 'text', text }], ...more },
		});
		return {
			rpc: method ?? '',
			id,
			args,
			request,
			response,
			socket: request.socket,
			result,
			async write(changed = {}) {
				const asked = { ...message, params: { ...params, arguments: { ...args, ...changed } } };
				const answer = await toSidecar(request, JSON.stringify(asked));
				const data = /^data: (.*)$/m.exec(await answer.text())?.[1] ?? '';
				const said = JSON.parse(data) as { result: { isError?: boolean; content: { text: string }[] } };
				const text = said.result.content[0]?.text ?? '';
				if (said.result.isError === true) throw new Error(text);
				return text;
			},
			sse(...messages) {
				response.writeHead(200, { 'content-type': 'text/event-stream' });
				response.end(messages.map((each) => (typeof each === 'string' ? each : event(each))).join(''));
			},
			raw(status, headers, body) {
				response.writeHead(status, headers);
				response.end(body);
			},
			bytes(...parts) {
				for (const part of parts) request.socket.write(part);
			},
		};
	}

	async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const nth = (requestsOf.get(request.socket) ?? 0) + 1;
		requestsOf.set(request.socket, nth);
		const body = await readBody(request);
		const message = (body === '' ? {} : JSON.parse(body)) as JsonObject;
		const turn = turnOf(request, response, message);
		const tool = (message.params as { name?: string } | undefined)?.name;
		const { method = '', headers } = request;
		seen.push({ method, rpc: turn.rpc, tool, body, headers, nth });
		if (api.before(turn)) return;
		if (turn.rpc === 'tools/call' && WRITES.has(tool ?? '') && api.lie !== null) return api.lie(turn);
		const answer = await toSidecar(request, body);
		const session = answer.headers.get('mcp-session-id');
		response.writeHead(answer.status, {
			'content-type': answer.headers.get('content-type') ?? 'text/plain',
			...(session === null ? {} : { 'mcp-session-id': session }),
		});
		response.end(await answer.text());
	}

	const server = createServer({ keepAlive: true }, (request, response) => {
		response.on('error', () => {});
		handle(request, response).catch(() => response.destroy());
	});
	let connections = 0;
	server.on('connection', (socket) => {
		connections++;
		socket.on('error', () => {});
		api.greet?.(socket);
		api.greet = null;
	});
	server.on('clientError', () => {}); // a portal that hangs up is the point of some lies
	const api: ScriptedServer = {
		url: await listen(server, '127.0.0.1', 0),
		seen,
		lie: null,
		greet: null,
		connections: () => connections,
		before: () => false,
		sent: (text) => seen.filter(({ rpc, body }) => rpc === 'tools/call' && body.includes(text)).length,
		close: () => closeNow(server),
	};
	return api;
}

/** One event of a stream. */
export function event(message: JsonValue): string {
	return `event: message\ndata: ${JSON.stringify(message)}\n\n`;
}
