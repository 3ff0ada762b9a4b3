import type { JsonObject, JsonValue } from '#core/canonical-json';
import type { Differences } from '#core/registry/drift';
import { compareDefinition, pinnedTools } from '#core/registry/pins';
import type { PinnedTool } from '#core/registry/tool-definition';
import { err, ok, type Result } from '#core/result';
import type { Sha256 } from '#core/sha256';
import { isObject } from './github-result.ts';
import { keptAwayByPath } from './path-restriction.ts';
import { type ReadFailure, readExchange } from './read-result.ts';
import { redact } from './redact.ts';
import type { Requested } from './request.ts';

/** For all pages together: parsed, a text may take twenty times its size. All that v1.0.4 has is a tenth of it. */
const LIST_BYTES = 2 * 1024 * 1024;
const MOST_PAGES = 8;
const MOST_TOOLS = 500;

/** Every tool definition that the server lists for a credential, as served, through all pages; or an error, never a part. */
export async function listTools(
	send: (params: JsonObject, cap: number) => Promise<Requested>,
): Promise<Result<JsonValue[], ReadFailure>> {
	const served: JsonValue[] = [];
	let left = LIST_BYTES;
	let cursor: string | undefined;
	for (let page = 0; page < MOST_PAGES; page++) {
		const exchange = readExchange(await send(cursor === undefined ? {} : { cursor }, left));
		if (!exchange.ok) return exchange.error.tooLarge === true ? tooMuch('larger than 2 MiB') : exchange;
		left -= exchange.value.bytes;
		const result = exchange.value.answer?.result;
		if (!isObject(result) || !Array.isArray(result.tools)) return err(unreadable);
		if (served.length + result.tools.length > MOST_TOOLS) return tooMuch(`of more tools than ${MOST_TOOLS}`);
		for (const tool of result.tools) served.push(tool);
		const next = result.nextCursor;
		if (next === undefined) return ok(served);
		if (typeof next !== 'string' || next === cursor) return err(unreadable);
		cursor = next;
	}
	return tooMuch(`of more pages than ${MOST_PAGES}`);
}

function tooMuch(what: string): Result<never, ReadFailure> {
	return err({ kind: 'unreadable', why: `The list of tools is ${what}.` });
}

const unreadable: ReadFailure = { kind: 'unreadable', why: 'The list of tools cannot be read.' };

/**
 * Every tool that the portal calls, reads included: what a server made for it lists, neither less nor more
 * (github-mcp-server's `--tools`). In the order of their names.
 */
export const neededTools: readonly string[] = pinnedTools('github').map(({ name }) => name);

/** The first so many unexpected tools are named; a server with a mistake in its settings lists dozens. */
const MOST_NAMED = 10;

export interface Expectation {
	readonly pins: readonly PinnedTool[];
	readonly sha256: Sha256;
	/** Digests of prose that are accepted beside the pinned ones, by tool. */
	readonly acceptedRestDigests: Readonly<Record<string, readonly string[]>>;
	/** Whether a tool that is not pinned is one too many. */
	readonly exact: boolean;
	/** Path of the server's address. */
	readonly path: string;
}

/** How a served list differs from the pinned tools, and whether that is reason to call none of them. */
export function compareTools(served: readonly JsonValue[], expected: Expectation): Required<Differences> {
	const listed = (name: string) => served.filter((tool) => isObject(tool) && tool.name === name);
	const missing = expected.pins.filter(({ name }) => listed(name).length === 0).map(({ name }) => name);
	const changed = expected.pins.filter((pin) => !isAsPinned(pin, listed(pin.name), expected)).map(({ name }) => name);

	const beyondPath = namesOf(served.filter((tool) => keptAwayByPath(expected.path, tool)));
	if (beyondPath.length > 0) {
		return { changed: [...changed, ...shown(beyondPath)], missing, refusesAll: WRONG_PATH };
	}
	const beyondPins = expected.exact ? namesOf(served).filter((name) => !neededTools.includes(name)) : [];
	if (beyondPins.length === 0) return { changed, missing, refusesAll: null };
	return { changed: [...changed, ...shown(beyondPins)], missing, refusesAll: tooMany(beyondPins.length) };
}

/** Served as pinned, and not twice in two versions. */
function isAsPinned(pin: PinnedTool, definitions: readonly JsonValue[], expected: Expectation): boolean {
	const { acceptedRestDigests: accepted, sha256 } = expected;
	const digests = Object.hasOwn(accepted, pin.name) ? accepted[pin.name] : undefined;
	return (
		definitions.length > 0 &&
		definitions.every((definition) => compareDefinition(pin, definition, sha256, digests) === 'same')
	);
}

/** The names are the server's word, and are shown and logged: one that is not shaped like a name, or like a token, is not. */
function namesOf(tools: readonly JsonValue[]): string[] {
	const names = tools.map((tool) => {
		const name = isObject(tool) ? tool.name : undefined;
		const isName = typeof name === 'string' && /^[A-Za-z0-9_.-]{1,64}$/.test(name);
		return isName && redact(name, [], '') === name ? name : 'unnamed';
	});
	return [...new Set(names)].sort();
}

function shown(names: readonly string[]): string[] {
	const first = names.slice(0, MOST_NAMED).map((name) => `unexpected:${name}`);
	const more = names.length - first.length;
	return more > 0 ? [...first, `+${more} more`] : first;
}

const WRONG_PATH =
	'The path of MCP_GITHUB_SERVER_URL narrows the MCP server, and the server does not keep to it: such a path works only where the server expects it. Give its address without /readonly and /x/….';

function tooMany(count: number): string {
	return `The MCP server offers ${count} ${count === 1 ? 'tool' : 'tools'} beyond the portal’s own, which a mistake in its list of tools brings about: correct --tools (GITHUB_TOOLS) and restart it.`;
}
