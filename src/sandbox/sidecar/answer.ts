import { callTool, canCall } from './calls.ts';
import { goType } from './go-json.ts';
import { type Message, protocolVersions } from './messages.ts';
import { rpcCode, rpcError } from './outcome.ts';
import { listed, type ToolDefinition } from './tools.ts';
import type { Upstream } from './upstream.ts';

/** The sandbox's own version, where the real one puts the version of its build. */
export const ownVersion = '1.0.4-sandbox';

export type Answer = { result: unknown } | { error: { code: number; message: string } };

/** Answers one request. `tools` are those that this request may see. */
export async function answer(message: Message, tools: readonly ToolDefinition[], upstream: Upstream): Promise<Answer> {
	try {
		return { result: await work(message, tools, upstream) };
	} catch (error) {
		const code = rpcCode(error);
		if (code === undefined) throw error;
		return { error: { code, message: (error as Error).message } };
	}
}

async function work({ method, params = {} }: Message, tools: readonly ToolDefinition[], upstream: Upstream) {
	switch (method) {
		case 'initialize': {
			const wanted = String(params.protocolVersion);
			return {
				capabilities: { completions: {}, prompts: {}, resources: {}, tools: {} },
				protocolVersion: protocolVersions.includes(wanted) ? wanted : '2025-11-25',
				serverInfo: { name: 'github-mcp-server', title: 'GitHub MCP Server', version: ownVersion },
			};
		}
		case 'ping':
			return {};
		case 'tools/list':
			return { tools: tools.map(listed) };
		case 'tools/call':
			return call(params, tools, upstream);
		case 'prompts/list':
			return { prompts: [] };
		case 'resources/list':
			return { resources: [] };
		case 'resources/templates/list':
			return { resourceTemplates: [] };
		default:
			throw rpcError(`${method} is not part of the sandbox`, -32601);
	}
}

async function call(params: Record<string, unknown>, tools: readonly ToolDefinition[], upstream: Upstream) {
	const name = String(params.name ?? '');
	if (!canCall(name) || !tools.some((each) => each.name === name)) throw rpcError(`unknown tool "${name}"`, -32602);
	if (params.arguments === undefined) throw rpcError('unexpected end of JSON input');
	const args = params.arguments ?? {};
	if (typeof args !== 'object' || Array.isArray(args)) {
		const kind = Array.isArray(args) ? 'array' : goType(args).replace('float64', 'number');
		throw rpcError(`json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`);
	}
	const { text, isError } = await callTool(name, args as Record<string, unknown>, upstream);
	return { content: [{ type: 'text', text }], ...(isError ? { isError } : {}) };
}
