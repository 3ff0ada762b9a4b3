import type { JsonValue } from '#core/canonical-json';
import { type Refusal, refuse } from '#core/refusals';
import { provider as providerOf } from '#core/registry/providers';
import type { Provider, SafeWrite } from '#core/registry/types';
import { assertNever, err, ok, type Result } from '#core/result';
import { classify, methodOf } from './classify.ts';

/**
 * The write list (contracts §3 check 8): gives the safe write that this (tool, method) is, or 403 `tool_not_allowed` with
 * a sentence that says what the tool does and where such a thing belongs. Fails closed: what is not listed is refused.
 */
export function assertWriteAllowed(providerId: string, tool: string, args: JsonValue): Result<SafeWrite, Refusal> {
	const provider = providerOf(providerId);
	if (provider === null) return no('There is no provider of this name here. This portal knows github.');
	const toolClass = classify(provider, tool, args);
	if (toolClass === null) return no(unknownSentence(provider, tool));
	const method = methodOf(provider, tool, args);
	const name = method === null ? tool : `${tool} (${method})`;
	switch (toolClass) {
		case 'read':
			return no(
				`${name} only reads, so there is nothing to approve. Read with your own client; only writes are proposed here.`,
			);
		case 'compliance-critical':
			return no(
				`${name} is compliance-critical: it goes through the attested CI path, not through the portal. Nobody can switch this on here; the list is part of the program.`,
			);
		case 'safe': {
			const write = provider.writes.find((one) => one.tool === tool && (one.method ?? null) === method);
			// A safe class without a pinned schema would be a mistake in the registry; a test holds the two together.
			return write === undefined ? no(`${name} has no pinned arguments.`) : ok(write);
		}
		default:
			return assertNever(toolClass);
	}
}

function unknownSentence(provider: Provider, tool: string): string {
	const rule = Object.hasOwn(provider.tools, tool) ? provider.tools[tool] : undefined;
	// The caller's spelling is not repeated unless it is a name that we know.
	if (rule === undefined) {
		return `This is not a tool of ${provider.id} ${provider.version} that this portal knows, so it is refused.`;
	}
	if ('class' in rule) return `${tool} is not known.`;
	return `${tool} needs ${rule.methodArg} to be one of: ${Object.keys(rule.methods).join(', ')}.`;
}

function no(detail: string): Result<SafeWrite, Refusal> {
	return err(refuse('tool_not_allowed', detail));
}
