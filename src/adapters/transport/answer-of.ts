import type { JsonObject, JsonValue } from '#core/canonical-json';
import type { Problem } from './exchange.ts';
import { eventData } from './sse.ts';

type Found = { readonly answer: JsonObject } | { readonly problem: Problem };

/**
 * The JSON-RPC response to the request `id` in a response body, read no further than it takes. Everything in the body is
 * the server's word: another id is not our answer, and a request of the server's own (elicitation, sampling, roots) is
 * never served, since nobody here may add to what was approved.
 * Throws when the body breaks off.
 */
export async function answerOf(contentType: string, body: AsyncIterable<Uint8Array>, id: JsonValue): Promise<Found> {
	const type = contentType.split(';', 1)[0]?.trim().toLowerCase();
	if (type === 'application/json') return fromMessages(parse(await readAll(body)), id) ?? { problem: 'no_answer' };
	if (type !== 'text/event-stream') return { problem: 'not_mcp' };
	let other = false;
	for await (const data of eventData(body)) {
		const found = fromMessages(parse(data), id);
		if (found !== null && !('problem' in found && found.problem === 'other_answer')) return found;
		other ||= found !== null;
	}
	return { problem: other ? 'other_answer' : 'no_answer' };
}

/** Null when there are only notifications and pings, which need no answer from us. */
function fromMessages(parsed: JsonValue | undefined, id: JsonValue): Found | null {
	if (parsed === undefined) return { problem: 'not_mcp' };
	let other = false;
	for (const message of Array.isArray(parsed) ? parsed : [parsed]) {
		if (typeof message !== 'object' || message === null || Array.isArray(message) || message.jsonrpc !== '2.0') {
			return { problem: 'not_mcp' };
		}
		const isResponse = Object.hasOwn(message, 'result') || Object.hasOwn(message, 'error');
		if (isResponse && message.id === id) return { answer: message };
		if (isResponse) other = true;
		else if (Object.hasOwn(message, 'id') && message.method !== 'ping') return { problem: 'asks_back' };
	}
	return other ? { problem: 'other_answer' } : null;
}

function parse(text: string): JsonValue | undefined {
	try {
		return JSON.parse(text) as JsonValue;
	} catch {
		return undefined;
	}
}

async function readAll(body: AsyncIterable<Uint8Array>): Promise<string> {
	const decoder = new TextDecoder('utf-8', { fatal: true });
	const pieces: string[] = [];
	for await (const chunk of body) pieces.push(decoder.decode(chunk, { stream: true }));
	pieces.push(decoder.decode());
	return pieces.join('');
}
