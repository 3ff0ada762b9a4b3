import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeNow, hostName, isLoopbackName, listen, readBody, send } from '#sandbox/http';
import { type Answer, answer, ownVersion } from './answer.ts';
import { goJson, goPlainJson } from './go-json.ts';
import { inventory, type StaticFlags } from './inventory.ts';
import { protocolVersions, readMessages } from './messages.ts';
import { challenge, metadata } from './metadata.ts';
import { fetchScopes, isClassic, tokenOf } from './scopes.ts';
import type { ToolDefinition } from './tools.ts';
import { createUpstream } from './upstream.ts';

const cors = {
	'access-control-allow-origin': '*',
	'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
	'access-control-allow-headers':
		'Content-Type, Mcp-Session-Id, Mcp-Protocol-Version, Last-Event-ID, Authorization, X-MCP-Readonly, X-MCP-Toolsets, X-MCP-Tools, X-MCP-Exclude-Tools, X-MCP-Features, X-MCP-Lockdown, X-MCP-Insiders',
	'access-control-expose-headers': 'Mcp-Session-Id, WWW-Authenticate',
	'access-control-max-age': '86400',
};
const openly = {
	'access-control-allow-origin': '*',
	'access-control-allow-methods': 'GET, OPTIONS',
	'access-control-allow-headers': 'Content-Type',
	'content-type': 'application/json',
};
const plain = { ...cors, 'content-type': 'text/plain; charset=utf-8' };

export type SandboxSidecar = { url: string; close(): Promise<void> };

export type SandboxSidecarOptions = {
	/** Where to listen; 127.0.0.1 unless given. */
	host?: string;
	/** 0 = any free port. */
	port?: number;
	/** Origin of the GitHub to work on, with REST at /api/v3 and GraphQL at /api/graphql. */
	githubUrl: string;
	fetch?: typeof globalThis.fetch;
	/** As given on the real one's command line. */
	flags?: StaticFlags;
};

/** The checks of the MCP transport, in the real one's order. Gives the answer of the first that fails. */
function refuse(
	request: IncomingMessage,
): { status: number; text: string; headers?: Record<string, string> } | undefined {
	const { method, headers } = request;
	const host = headers.host ?? '';
	if (isLoopbackName(request.socket.localAddress ?? '') && !isLoopbackName(hostName(host)))
		return { status: 403, text: `Forbidden: invalid Host header "${host}"` };
	const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
	if (method === 'POST' && type !== 'application/json')
		return { status: 415, text: "Content-Type must be 'application/json'" };
	const accepted = (headers.accept ?? '').split(',').map((each) => each.split(';')[0]?.trim().toLowerCase() ?? '');
	const takes = (...types: string[]) => accepted.some((each) => types.includes(each) || each === '*/*');
	const streams = takes('text/event-stream', 'text/*');
	if (method === 'GET' && !streams)
		return { status: 400, text: "Accept must contain 'text/event-stream' for GET requests" };
	if (method !== 'GET' && method !== 'DELETE' && !(streams && takes('application/json', 'application/*')))
		return { status: 400, text: "Accept must contain both 'application/json' and 'text/event-stream'" };
	if (method === 'DELETE')
		return headers['mcp-session-id']
			? { status: 204, text: '' }
			: { status: 400, text: 'Bad Request: DELETE requires an Mcp-Session-Id header' };
	if (method !== 'POST') return { status: 405, text: 'Method Not Allowed', headers: { allow: 'POST' } };
	const version = headers['mcp-protocol-version'];
	if (version !== undefined && !protocolVersions.includes(String(version)))
		return {
			status: 400,
			text: `Bad Request: Unsupported protocol version (supported versions: ${protocolVersions.join(',')})`,
		};
	return undefined;
}

/** 26 characters of base 32, never looked at again: every request stands alone. */
const sessionId = (): string =>
	[...randomBytes(26)].map((each) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[each & 31]).join('');

/** A result is escaped like HTML, an error message is not: they take different ways through the real one's encoder. */
function frame(id: string | number | undefined, answered: Answer): string {
	const start = `{"jsonrpc":"2.0","id":${goPlainJson(id)}`;
	return 'error' in answered
		? `${start},"error":${goPlainJson(answered.error)}}`
		: `${start},"result":${goJson(answered.result)}}`;
}

/**
 * Starts an MCP server (Streamable HTTP, stateless) with the names, argument shapes and texts of github-mcp-server v1.0.4.
 * A client that goes away does not stop the write it asked for.
 */
export async function startSandboxSidecar(options: SandboxSidecarOptions): Promise<SandboxSidecar> {
	const fetch = options.fetch ?? globalThis.fetch;
	const githubUrl = options.githubUrl.replace(/\/$/, '');

	const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const path = (request.url ?? '/').replace(/\?.*$/, '');
		const origin = `http://${request.headers.host ?? 'localhost'}`;
		const body = await readBody(request);
		const about = metadata(path, origin, githubUrl);
		if (about !== undefined) return send(response, 200, openly, about);
		if (request.method === 'OPTIONS') return send(response, 200, cors, '');

		const { authorization } = request.headers;
		if (!authorization)
			return send(response, 401, { ...plain, 'www-authenticate': challenge(path, origin) }, 'Unauthorized\n');
		const credentials = tokenOf(authorization);
		if ('refused' in credentials) return send(response, 400, plain, `${credentials.refused}\n`);
		const { token } = credentials;
		// An unanswered look-up is tried once more, as the real one does; then nothing is filtered.
		const look = () => (isClassic(token) ? fetchScopes(fetch, githubUrl, token) : undefined);
		const scopes = (await look()) ?? (await look());

		const header = (name: string): string | undefined => request.headers[name]?.toString();
		const tools = inventory({ path, header, scopes }, options.flags);
		if ('refused' in tools) return send(response, 400, plain, tools.refused);
		const refused = refuse(request);
		if (refused?.status === 204) return send(response, 204, cors, '');
		if (refused) return send(response, refused.status, { ...plain, ...refused.headers }, `${refused.text}\n`);
		await post(request, response, body, tools, token);
	};

	const post = async (
		request: IncomingMessage,
		response: ServerResponse,
		body: string,
		tools: readonly ToolDefinition[],
		token: string,
	): Promise<void> => {
		const read = readMessages(body, request.headers['mcp-protocol-version']?.toString() ?? '2025-03-26');
		if ('refused' in read) return send(response, 400, plain, `${read.refused}\n`);
		const calls = read.messages.filter((each) => each.id !== undefined);
		if (calls.length === 0) {
			response.writeHead(202, cors);
			response.end();
			return;
		}
		const upstream = createUpstream({ githubUrl, token, fetch, userAgent: `github-mcp-server/${ownVersion}` });
		response.writeHead(200, {
			...cors,
			'cache-control': 'no-cache, no-transform',
			'content-type': 'text/event-stream',
			...(calls.some((each) => each.method === 'initialize') ? { 'mcp-session-id': sessionId() } : {}),
		});
		response.flushHeaders();
		for (const message of calls) {
			const answered = await answer(message, tools, upstream);
			response.write(`event: message\ndata: ${frame(message.id, answered)}\n\n`);
		}
		response.end();
	};

	const server = createServer((request, response) => {
		handle(request, response).catch((error: Error) => {
			if (response.headersSent) response.destroy();
			else send(response, 500, plain, `${error.message}\n`);
		});
	});
	const url = await listen(server, options.host ?? '127.0.0.1', options.port ?? 0);
	return { url, close: () => closeNow(server) };
}
