import type { JsonObject, JsonValue } from '#core/canonical-json';
import type { UpstreamOutcome } from '#core/execution/state';
import { readIJson } from '#core/i-json';
import { assertNever } from '#core/result';
import { type Expected, placeOf } from './artifact-url.ts';
import { type Claim, claimOf } from './claimed-address.ts';
import type { Exchange, Problem } from './exchange.ts';
import { definiteRejection } from './github-refusals.ts';
import { atMost500, redact } from './redact.ts';
import { holdsSecret } from './secret-forms.ts';
import { unfold } from './unfold.ts';

export interface Judged extends Expected {
	readonly tool: string;
	/** The texts of the arguments: none of them may come back in a reason. */
	readonly values: readonly string[];
	readonly webUrl: string;
}

/**
 * What became of one `tools/call` of a write (contracts §5). Confirmed takes a positive match of the documented success
 * shape at the approved place; rejected takes a refusal that certainly came before the write. Everything else that may
 * have reached the server is unknown.
 */
export function outcomeOf(exchange: Exchange, judged: Judged): UpstreamOutcome {
	const { answer, secret, unbelieved } = exchange;
	const results = (answer === undefined ? unbelieved : [answer]).map(({ result }) => result);
	return withClaim(saidBy(exchange, judged), claimOf(results, judged, secret));
}

/**
 * An answer that names an artifact where none was approved never counts as nothing written, nor as what was approved; one
 * that names an address where it was is read there.
 */
function withClaim(outcome: UpstreamOutcome, claim: Claim | null): UpstreamOutcome {
	if (claim === null || outcome.kind === 'not_sent' || outcome.kind === 'elsewhere') return outcome;
	if (!claim.isApproved) return { kind: 'elsewhere', url: claim.url };
	switch (outcome.kind) {
		case 'confirmed':
			return outcome;
		case 'rejected':
			return claimed('The MCP server named both a refusal and an artifact.', claim);
		case 'unknown':
			return outcome.claimedUrl === undefined ? claimed(outcome.why, claim) : outcome;
		default:
			return assertNever(outcome);
	}
}

function claimed(why: string, { url }: Claim): UpstreamOutcome {
	return url === '' ? unknown(why) : { kind: 'unknown', why, claimedUrl: url };
}

function saidBy(exchange: Exchange, judged: Judged): UpstreamOutcome {
	if (exchange.answer !== undefined) return ofAnswer(exchange.answer, judged, exchange.secret);
	if (!exchange.connected) return { kind: 'not_sent', why: unsent(exchange.problem) };
	// Also 400, 401 and 403: the handshake was let in with this credential, so the door is not where this comes from (0016).
	if (exchange.status !== undefined) {
		return unknown(`The MCP server answered HTTP ${exchange.status}, which does not say whether it was written.`);
	}
	return unknown(exchange.problem === undefined ? 'There was no answer.' : sentence(exchange.problem));
}

/**
 * Whether the server said that it has no such tool: to the call, or to the header that asks for this tool alone. By itself
 * that decides nothing, since the call was sent: see `hiddenTool`.
 */
export function isUnknownTool({ answer, status, text = '' }: Exchange, tool: string): boolean {
	if (status === 400) return text.trim() === `unknown tools specified in WithTools: ${tool}`;
	const { error, result } = answer ?? {};
	return result === undefined && isObject(error) && error.code === -32602 && error.message === `unknown tool "${tool}"`;
}

/** The outcome when the list of tools that the server gives this credential lacks the tool as well. */
export function hiddenTool(tool: string): UpstreamOutcome {
	const words = `The MCP server does not offer ${tool} to this credential`;
	return { kind: 'rejected', reason: `${words}: a classic token needs the scope repo. Nothing was written.` };
}

/** The outcome when that list has the tool, or cannot be read: one of the two answers is not true. */
export function notAsListed(tool: string): UpstreamOutcome {
	return unknown(`The MCP server said that it does not have ${tool}, and its list of tools does not say so.`);
}

/**
 * A handshake that was refused: 400, 401 and 403 come from the MCP server itself (headers, credential, host), and no write
 * had been sent. Null for any other status.
 */
export function refusedAtTheDoor(exchange: Exchange, values: readonly string[]): UpstreamOutcome | null {
	switch (exchange.status) {
		case 401:
			return { kind: 'rejected', reason: 'The MCP server does not accept the credential (HTTP 401).' };
		case 400:
		case 403: {
			const words = redact(exchange.text ?? '', values, exchange.secret);
			const head = `The MCP server refused the request (HTTP ${exchange.status})`;
			return { kind: 'rejected', reason: words === '' ? `${head}.` : atMost500(`${head}: ${words}`) };
		}
		default:
			return null;
	}
}

function ofAnswer(answer: JsonObject, judged: Judged, secret: string): UpstreamOutcome {
	if (isObject(answer.error)) {
		return unknown('The MCP server answered with an error that does not say whether it was written.');
	}
	const { result } = answer;
	if (!isObject(result)) return unknown('The answer was not a tool result.');
	if (result.resultType !== undefined && result.resultType !== 'complete') {
		return unknown('The MCP server asked for more input instead of giving a result; nothing was added.');
	}
	const text = onlyText(result.content);
	if (text === null) return unknown('The answer was not the one text that this tool gives.');
	if (result.isError === true) {
		const reason = definiteRejection(text, judged, judged.values, secret);
		return reason === null
			? unknown('The tool reported an error that does not say whether it was written.')
			: { kind: 'rejected', reason };
	}
	if (result.isError !== undefined && result.isError !== false) return unknown('The answer was not a tool result.');
	return ofSuccess(text, judged, secret);
}

function ofSuccess(text: string, judged: Judged, secret: string): UpstreamOutcome {
	const said = parseObject(text);
	const created = said === null ? null : createdOf(said);
	const place = placeOf(typeof said?.url === 'string' ? said.url : '', created?.id ?? '', judged, judged.webUrl);
	if (created === null) {
		const why = 'The tool reported success, but not in the shape that it documents.';
		return unknown(why);
	}
	switch (place.kind) {
		case 'approved':
			return { kind: 'confirmed', url: place.url, id: created.id };
		case 'inside':
			return unknown('The tool reported success, but not at the address of what was approved.');
		case 'elsewhere':
			// Any address at all may come here. It was written, so the outcome stays; only the address is withheld.
			return { kind: 'elsewhere', url: holdsSecret(unfold(place.url).text, secret) ? '' : place.url };
		case 'unreadable':
			return unknown('The tool reported success, but at no readable address.');
		default:
			return assertNever(place);
	}
}

/** `{"id":"<digits>","url":"…"}`: the id is a string (the database id, not the number). */
function createdOf(value: JsonObject): { id: string } | null {
	const { id, url } = value;
	if (Object.keys(value).length !== 2 || typeof url !== 'string') return null;
	return typeof id === 'string' && /^\d{1,20}$/.test(id) ? { id } : null;
}

/** Strictly: with a key given twice, another reader would see another address. */
function parseObject(text: string): JsonObject | null {
	const read = readIJson(text);
	return read.ok && isObject(read.value) ? read.value : null;
}

/** The text when the content is exactly one text block. */
export function onlyText(content: JsonValue | undefined): string | null {
	if (!Array.isArray(content) || content.length !== 1) return null;
	const [block] = content;
	return isObject(block) && block.type === 'text' && typeof block.text === 'string' ? block.text : null;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknown(why: string): UpstreamOutcome {
	return { kind: 'unknown', why };
}

export function unsent(problem: Problem | undefined): string {
	switch (problem) {
		case 'deadline':
			return 'The MCP server could not be reached in time. Nothing was sent.';
		case 'withdrawn':
			return 'It took too long until it could be sent, and this portal no longer had the right to. Nothing was sent.';
		default:
			return 'The MCP server cannot be reached. Nothing was sent.';
	}
}

export function sentence(problem: Problem): string {
	switch (problem) {
		case 'deadline':
			return 'The MCP server did not answer in time.';
		case 'dropped':
			return 'The connection broke before the answer.';
		case 'too_large':
			return 'The answer was larger than any answer of this tool.';
		case 'redirected':
			return 'The MCP server answered with a redirect, which was not followed.';
		case 'not_mcp':
			return 'The answer was not MCP.';
		case 'no_answer':
			return 'The MCP server closed the exchange without an answer.';
		case 'other_answer':
			return 'The answer was to another request.';
		case 'contradicted':
			return 'The MCP server gave two answers that differ.';
		case 'withdrawn':
			return 'The request was no longer this portal’s to send.';
		case 'asks_back':
			return 'The MCP server asked for input instead of answering; it got none.';
		default:
			return assertNever(problem);
	}
}
