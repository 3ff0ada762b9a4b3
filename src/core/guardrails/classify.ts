import type { JsonValue } from '#core/canonical-json';
import type { Provider, ToolClass } from '#core/registry/types';

/**
 * What this call would do, or null when the registry does not know it: an unlisted tool, or a method that is missing,
 * not text, or unlisted. `tool` and `args` come from a caller: only own keys count, or `__proto__` would be a tool.
 */
export function classify(provider: Provider, tool: string, args: JsonValue): ToolClass | null {
	if (!Object.hasOwn(provider.tools, tool)) return null;
	const rule = provider.tools[tool];
	if (rule === undefined) return null;
	if ('class' in rule) return rule.class;
	const method = textAt(args, rule.methodArg);
	if (method === null || !Object.hasOwn(rule.methods, method)) return null;
	return rule.methods[method] ?? null;
}

/**
 * The method that this call names, when the tool has methods and it is one of them; else null. What an audit row may
 * repeat: never a value of the caller's own making.
 */
export function methodOf(provider: Provider, tool: string, args: JsonValue): string | null {
	if (!Object.hasOwn(provider.tools, tool)) return null;
	const rule = provider.tools[tool];
	if (rule === undefined || 'class' in rule) return null;
	const method = textAt(args, rule.methodArg);
	return method !== null && Object.hasOwn(rule.methods, method) ? method : null;
}

function textAt(args: JsonValue, key: string): string | null {
	if (args === null || typeof args !== 'object' || Array.isArray(args) || !Object.hasOwn(args, key)) return null;
	const value = args[key];
	return typeof value === 'string' ? value : null;
}
