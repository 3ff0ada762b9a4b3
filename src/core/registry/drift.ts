import type { Creates } from './types.ts';

/** How the tools that a provider's server lists differ from the pinned ones, as of the last look that worked. */
export interface Differences {
	/**
	 * Names to show: pinned tools that are changed or missing, then `unexpected:<tool>` for tools that should not be there,
	 * the first few of them and how many more.
	 */
	readonly changed: readonly string[];
	/** Those of `changed` that are not listed at all. */
	readonly missing?: readonly string[];
	/** Why nothing is called, whatever the tool; null or left out = each tool is judged by itself. */
	readonly refusesAll?: string | null;
}

/** What is wrong and what to do, when `tool` must not be called; null when it may. */
export function refusedTool(tool: string, { changed, missing = [], refusesAll = null }: Differences): string | null {
	if (missing.includes(tool)) {
		return `The MCP server does not offer ${tool}: correct its list of tools and its read-only setting, or the path of MCP_GITHUB_SERVER_URL.`;
	}
	if (changed.includes(tool)) {
		return `The provider’s definition of ${tool} is not the pinned one: it is not called until the portal has been updated.`;
	}
	return refusesAll;
}

/** What a write relies on. A set of labels is read before and after it is written: with another definition it could be misread. */
export function toolsFor(tool: string, creates: Creates): readonly string[] {
	return creates === 'labels' ? [tool, 'issue_read'] : [tool];
}
