import type { JsonObject, JsonValue } from '#core/canonical-json';
import { compareDefinition } from '#core/registry/pins';
import type { PinnedTool } from '#core/registry/tool-definition';
import { err, ok, type Result } from '#core/result';
import type { Sha256 } from '#core/sha256';
import { isObject } from './github-result.ts';
import { type ReadFailure, readExchange } from './read-result.ts';
import type { Requested } from './request.ts';

const MOST_PAGES = 64;

/** Every tool definition that the server lists for a credential, as served, through all pages. */
export async function listTools(
	send: (params: JsonObject) => Promise<Requested>,
): Promise<Result<JsonValue[], ReadFailure>> {
	const served: JsonValue[] = [];
	let cursor: string | undefined;
	for (let page = 0; page < MOST_PAGES; page++) {
		const exchange = readExchange(await send(cursor === undefined ? {} : { cursor }));
		if (!exchange.ok) return exchange;
		const result = exchange.value.answer?.result;
		if (!isObject(result) || !Array.isArray(result.tools)) return err(unreadable);
		served.push(...result.tools);
		const next = result.nextCursor;
		if (next === undefined) return ok(served);
		if (typeof next !== 'string' || next === cursor) return err(unreadable);
		cursor = next;
	}
	return err(unreadable);
}

const unreadable: ReadFailure = { kind: 'unreadable', why: 'The list of tools cannot be read.' };

/**
 * Names of the pinned tools that the list does not serve as they were pinned: changed, missing, or served twice in two
 * versions. `accepted` are further digests of prose, by tool.
 */
export function changedTools(
	pins: readonly PinnedTool[],
	served: readonly JsonValue[],
	sha256: Sha256,
	accepted: Readonly<Record<string, readonly string[]>>,
): string[] {
	return pins
		.filter((pin) => {
			const definitions = served.filter((tool) => isObject(tool) && tool.name === pin.name);
			const digests = Object.hasOwn(accepted, pin.name) ? accepted[pin.name] : undefined;
			return (
				definitions.length === 0 ||
				definitions.some((definition) => compareDefinition(pin, definition, sha256, digests) === 'changed')
			);
		})
		.map((pin) => pin.name);
}
