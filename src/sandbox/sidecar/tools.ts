import catalogue from './tools.json' with { type: 'json' };

/**
 * The tools of github-mcp-server v1.0.4: name, toolsets, scopes, hints and argument shapes are facts taken from a recorded
 * `tools/list`. Their descriptions are other people's prose and stay out; `recordedSha256` (over the recorded entry without
 * icons, keys sorted) lets a real list be compared whole.
 */
export type ToolDefinition = {
	name: string;
	toolsets: readonly string[];
	/** Any one of these, or a scope that includes it, shows the tool to a classic token. */
	scopes: readonly string[];
	annotations: { readOnlyHint?: boolean; destructiveHint?: boolean; idempotentHint?: boolean };
	inputSchema: Readonly<Record<string, unknown>>;
	recordedSha256: string;
};

/** All 79, by name. */
export const toolDefinitions: readonly ToolDefinition[] = catalogue.tools as readonly ToolDefinition[];

export const defaultToolsets: readonly string[] = catalogue.defaultToolsets;

/** Names that exist only behind X-MCP-Features: known (no 400), never listed here. */
export const behindFeatures: readonly string[] = catalogue.behindFeatures;

/** Our own words, for the tools that the sandbox can do. */
const descriptions: Readonly<Record<string, string>> = {
	get_me: 'Whose token this is.',
	issue_write: 'Open an issue, or change one.',
	add_issue_comment: 'Comment on an issue.',
	issue_read: 'One issue, its comments, labels or sub-issues.',
	list_issues: 'The issues of a repository, by cursor.',
	search_issues: 'Issues that match a search.',
	sub_issue_write: 'Add, remove or move a sub-issue.',
	get_label: 'One label of a repository.',
	list_label: 'The labels of a repository.',
	label_write: 'Make, change or delete a label.',
};

/** The entry that `tools/list` answers. */
export function listed(tool: ToolDefinition): Record<string, unknown> {
	const description = descriptions[tool.name] ?? 'Listed only; the sandbox cannot do this.';
	return { annotations: tool.annotations, description, inputSchema: tool.inputSchema, name: tool.name };
}
