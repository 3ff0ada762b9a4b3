import type { Actor, EntryDraft } from '#core/audit/entry';
import type { JsonValue } from '#core/canonical-json';
import type { RefusalCode } from '#core/refusals';
import { provider as findProvider } from '#core/registry/providers';

/** What an attempt's row says of the tool: its registered name and method, or `mcp.tool.unknown`. */
export interface NamedTool {
	readonly action: string;
	readonly method?: string;
}

/**
 * Names the tool of a body that was readable JSON, however malformed otherwise. Everything in it is the caller's: only
 * names that stand in the static registry reach the log.
 */
export function nameTool(body: JsonValue | undefined): NamedTool {
	const unknown: NamedTool = { action: 'mcp.tool.unknown' };
	if (typeof body !== 'object' || body === null || Array.isArray(body)) return unknown;
	const { provider, tool, args } = body as { provider?: unknown; tool?: unknown; args?: unknown };
	if (typeof provider !== 'string' || typeof tool !== 'string') return unknown;
	const known = findProvider(provider);
	const rule = known !== null && Object.hasOwn(known.tools, tool) ? known.tools[tool] : undefined;
	if (known === null || rule === undefined) return unknown;
	const action = `mcp.tool.${known.id}.${tool}`;
	if (!('methodArg' in rule) || typeof args !== 'object' || args === null || Array.isArray(args)) return { action };
	const method = (args as Record<string, unknown>)[rule.methodArg];
	return typeof method === 'string' && Object.hasOwn(rule.methods, method) ? { action, method } : { action };
}

export interface AttemptRow {
	readonly tool: NamedTool;
	readonly actor: Actor;
	readonly ok: boolean;
	/** Absent on a plain success. */
	readonly code?: RefusalCode | 'replayed';
	readonly argsSha?: string;
	readonly executionId?: string;
	readonly requestId?: string;
	readonly artifactUrl?: string;
	readonly reason?: string;
}

/** The one row of an execute attempt (contracts §3 “Rows”): never an argument, never a secret. */
export function attemptEntry(row: AttemptRow): EntryDraft {
	return {
		action: row.tool.action,
		actor: row.actor,
		ok: row.ok,
		...(row.code === undefined ? {} : { code: row.code }),
		...(row.argsSha === undefined ? {} : { argsSha: row.argsSha }),
		...(row.executionId === undefined ? {} : { executionId: row.executionId }),
		...(row.requestId === undefined ? {} : { requestId: row.requestId }),
		...(row.artifactUrl === undefined ? {} : { artifact: { url: row.artifactUrl } }),
		...(row.reason === undefined ? {} : { reason: row.reason }),
		...(row.tool.method === undefined ? {} : { detail: { method: row.tool.method } }),
	};
}
