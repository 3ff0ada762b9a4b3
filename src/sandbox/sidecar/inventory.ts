import { scopesAllow } from './scopes.ts';
import { behindFeatures, defaultToolsets, type ToolDefinition, toolDefinitions } from './tools.ts';

export type Asked = {
	path: string;
	header(name: string): string | undefined;
	/** Undefined = unknown or not a classic token: nothing is filtered. */
	scopes: readonly string[] | undefined;
};

const list = (text: string | undefined): string[] => (text ?? '').split(',').flatMap((each) => each.trim() || []);

/** Only these words are false; `banana` is true. */
const truthy = (text: string | undefined): boolean =>
	!['', 'false', '0', 'no', 'off', 'n', 'f'].includes((text ?? '').trim().toLowerCase());

/** What a path restricts. Only paths at the root do: `/mcp/readonly` and `/mcp/x/issues` are the whole server. */
function restriction(path: string): { toolsets?: string[]; readOnly: boolean } {
	const scoped = /^\/x\/([^/]+)(?:\/(readonly)(?=\/|$))?/.exec(path);
	if (scoped?.[1]) return { toolsets: [scoped[1]], readOnly: scoped[2] !== undefined };
	return { readOnly: /^\/readonly(\/|$)/.test(path) };
}

/** The flags of the command line that narrow the whole server. */
export type StaticFlags = {
	tools?: readonly string[];
	toolsets?: readonly string[];
	excludeTools?: readonly string[];
	readOnly?: boolean;
};

const isKnown = (name: string): boolean =>
	behindFeatures.includes(name) || toolDefinitions.some((each) => each.name === name);

/**
 * The most that any request can see; undefined = no flag is set. As in v1.0.4, one unknown name in `tools` throws the flags
 * away, `excludeTools` included: everything is served, and only `readOnly` still holds.
 */
function ceiling({ tools, toolsets, excludeTools = [], readOnly = false }: StaticFlags): ToolDefinition[] | undefined {
	if (tools === undefined && toolsets === undefined && excludeTools.length === 0 && !readOnly) return undefined;
	const readable = toolDefinitions.filter((tool) => !readOnly || tool.annotations.readOnlyHint === true);
	if (tools?.some((name) => !isKnown(name))) return readable;
	const chosen = (toolsets ?? (tools === undefined ? ['default'] : [])).flatMap((each) =>
		each === 'default' ? defaultToolsets : [each],
	);
	return readable.filter(
		(tool) =>
			!excludeTools.includes(tool.name) &&
			(tools?.includes(tool.name) === true ||
				chosen.includes('all') ||
				tool.toolsets.some((each) => chosen.includes(each))),
	);
}

/**
 * The tools this request may see, by name; or the body of a 400. X-MCP-Tools alone means exactly those; with a toolset
 * (header or path) it adds to it. An unknown tool name is refused, an unknown toolset ignored. Under static flags unknown
 * names are dropped instead, and a header that names none of the tools left narrows nothing.
 */
export function inventory(asked: Asked, flags: StaticFlags = {}): ToolDefinition[] | { refused: string } {
	const path = restriction(asked.path);
	const headerToolsets = list(asked.header('x-mcp-toolsets'));
	const toolsets = path.toolsets ?? (headerToolsets.length > 0 ? headerToolsets : undefined);
	const wanted = [...new Set(list(asked.header('x-mcp-tools')))];
	const excluded = list(asked.header('x-mcp-exclude-tools'));
	const readOnly = path.readOnly || truthy(asked.header('x-mcp-readonly'));

	const most = ceiling(flags);
	const unknown = wanted.filter((name) => !isKnown(name));
	if (most === undefined && unknown.length > 0)
		return { refused: `unknown tools specified in WithTools: ${unknown.join(', ')}` };
	const names = most === undefined ? wanted : wanted.filter((name) => most.some((tool) => tool.name === name));

	const all = most === undefined ? 'default' : 'all';
	const chosen = (toolsets ?? (names.length > 0 ? [] : [all])).flatMap((each) =>
		each === 'default' ? defaultToolsets : [each],
	);
	return (most ?? toolDefinitions).filter((tool) => {
		const reads = tool.annotations.readOnlyHint === true;
		if (readOnly && !reads) return false;
		if (excluded.includes(tool.name)) return false;
		if (asked.scopes && !scopesAllow(asked.scopes, tool.scopes, reads)) return false;
		if (names.includes(tool.name) || chosen.includes('all')) return true;
		return tool.toolsets.some((each) => chosen.includes(each));
	});
}
