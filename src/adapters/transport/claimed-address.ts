import type { JsonObject, JsonValue } from '#core/canonical-json';
import { isApprovedPage } from '#core/execution/artifact-place';
import type { Target } from '#core/registry/types';
import { webAddress } from './artifact-url.ts';
import { holdsSecret } from './secret-forms.ts';
import { unfold } from './unfold.ts';

interface Written {
	readonly target: Target;
	/** The texts of the arguments. */
	readonly values: readonly string[];
	readonly webUrl: string;
}

/** An address that an answer gave, and whether it is where the write was approved; '' when it must not be kept. */
export interface Claim {
	readonly url: string;
	readonly isApproved: boolean;
}

/** What an address is named by, in a text that is JSON: a longer one is no address. */
const NAMED = /"(?:html_)?url"\s{0,20}:\s{0,20}"((?:[^"\\]|\\.){1,2048})"/g;
/** The page of an issue, a pull request or a discussion, on whatever host; an address of the API has more before it. */
const PAGE = /^\/[A-Za-z0-9._-]{1,100}\/[A-Za-z0-9._-]{1,100}\/(?:issues|pull|pulls|discussions)\/[1-9][0-9]{0,9}\/?$/;
const COMMENT = /^#issuecomment-[0-9]{1,20}$/;

/**
 * What the results say that they have written, whatever shape they have and whether or not they call themselves errors. The
 * first address that is not where the write was approved, else the first that is; null when they name none.
 *
 * All of it is the server's word. Only what stands under `url` or `html_url` in JSON counts, so that no sentence does that
 * names the API's address or quotes what the caller wrote, nor a text that is an argument itself. What is kept is a plain
 * address: no query, no user, no anchor but a comment's.
 */
export function claimOf(results: readonly (JsonValue | undefined)[], written: Written, secret: string): Claim | null {
	const { target, webUrl } = written;
	const { origin } = new URL(webUrl);
	let approved: string | null = null;
	for (const named of results.flatMap((result) => namedIn(result, written.values))) {
		const url = plainPage(named, origin);
		if (url === null) continue;
		if (!isApprovedPage(url, target, origin)) return kept(url, false, secret);
		approved ??= url;
	}
	return approved === null ? null : kept(approved, true, secret);
}

function kept(url: string, isApproved: boolean, secret: string): Claim {
	return { url: holdsSecret(unfold(url).text, secret) ? '' : url, isApproved };
}

function namedIn(result: JsonValue | undefined, values: readonly string[]): string[] {
	if (!isObject(result)) return [];
	const blocks = Array.isArray(result.content) ? result.content : [];
	const texts = blocks.flatMap((block) => (isObject(block) && typeof block.text === 'string' ? block.text : []));
	// Whole: a body must not be able to hide what it is likely to come to.
	const own = texts.filter((text) => !values.some((value) => value.trim() === text.trim()));
	const all = own.flatMap(spellings);
	if (result.structuredContent !== undefined) all.push(...spellings(JSON.stringify(result.structuredContent)));
	return all.flatMap((json) => [...json.matchAll(NAMED)].map(([, spelt = '']) => spelt)).flatMap(unquoted);
}

/** As it came, since a key may stand there twice, and as a reader writes it again, since a key can be escaped. */
function spellings(text: string): string[] {
	const json = text.replace(/^\ufeff/, '');
	let value: unknown;
	try {
		value = JSON.parse(json);
		return [json, JSON.stringify(value)];
	} catch {
		// Nested too deep to be written again: as it came.
		return value === undefined ? [] : [json];
	}
}

function unquoted(spelt: string): string[] {
	try {
		return [String(JSON.parse(`"${spelt}"`))];
	} catch {
		return [];
	}
}

function plainPage(named: string, origin: string): string | null {
	const parsed = webAddress(named.trim(), origin);
	if (parsed === null || !PAGE.test(parsed.pathname)) return null;
	return `${parsed.origin}${parsed.pathname.replace(/\/$/, '')}${COMMENT.test(parsed.hash) ? parsed.hash : ''}`;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
