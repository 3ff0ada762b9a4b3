import type { JsonValue } from '#core/canonical-json';
import { isObject } from './github-result.ts';

/** The toolset of `get_me`; every other tool that the portal uses is in the toolset `issues`. */
const TOOLSET_OF_GET_ME = 'context';
const IN_ISSUES = new Set(['add_issue_comment', 'issue_read', 'issue_write', 'list_issues', 'search_issues']);

/**
 * Whether the path of the server's address says that this tool is not served under it: a write under `/readonly`, a tool
 * of another toolset under `/x/<toolset>`.
 *
 * v1.0.4 knows such paths at its root only: `/mcp/readonly` falls into its catch-all and serves everything, writes too,
 * while whoever set the address believes that it narrows. Of toolsets only the portal's own tools are known here; they
 * are enough, since the catch-all serves them all.
 */
export function keptAwayByPath(path: string, tool: JsonValue): boolean {
	if (!isObject(tool)) return false;
	const segments = path.toLowerCase().split('/');
	const writes = !(isObject(tool.annotations) && tool.annotations.readOnlyHint === true);
	if (segments.includes('readonly') && writes) return true;
	const at = segments.indexOf('x');
	const toolset = at < 0 ? 'all' : (segments[at + 1] ?? 'all');
	if (toolset === 'all') return false;
	if (tool.name === 'get_me') return toolset !== TOOLSET_OF_GET_ME;
	return typeof tool.name === 'string' && IN_ISSUES.has(tool.name) && toolset !== 'issues';
}
