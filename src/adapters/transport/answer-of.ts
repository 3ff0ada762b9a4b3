import { canonicalJson, type JsonObject, type JsonValue } from '#core/canonical-json';
import { readIJson } from '#core/i-json';
import type { Problem } from './exchange.ts';
import { eventData } from './sse.ts';

type Found = { readonly answer: JsonObject } | { readonly problem: Problem };

/**
 * The JSON-RPC response to the request `id` in a response body, read no further than it takes. Everything in the body is
 * the server's word: another id is not our answer, and a request of the server's own (elicitation, sampling, roots) is
 * never served, since nobody here may add to what was approved.
 *
 * With `strict`, for a write, an object with a key given twice is no message, and the stream is read on after the answer:
 * of two answers that differ, neither is believed. `onAnswer` is called when there is one, so that the wait can be ended
 * by breaking the body off; what breaks off or follows then takes nothing back. `heard` is called with every response, also
 * with one that is not the answer or not believed.
 * Throws when the body breaks off before there is an answer.
 */
export async function answerOf(
	contentType: string,
	body: AsyncIterable<Uint8Array>,
	id: JsonValue,
	strict: boolean,
	onAnswer: () => void,
	heard: (response: JsonObject) => void = () => {},
): Promise<Found> {
	const type = contentType.split(';', 1)[0]?.trim().toLowerCase();
	const parse = strict ? parseStrictly : parseLeniently;
	if (type === 'application/json') {
		return fromMessages(parse(await readAll(body)), id, heard) ?? { problem: 'no_answer' };
	}
	if (type !== 'text/event-stream') return { problem: 'not_mcp' };
	let first: { readonly answer: JsonObject } | null = null;
	let other = false;
	try {
		for await (const data of eventData(body)) {
			const found = fromMessages(parse(data), id, heard);
			if (found === null) continue;
			if ('problem' in found) {
				if (found.problem === 'contradicted') return found;
				if (first === null && found.problem !== 'other_answer') return found;
				other = true;
				continue;
			}
			if (!strict) return found;
			if (first !== null && !isSame(first.answer, found.answer)) return { problem: 'contradicted' };
			if (first === null) onAnswer();
			first ??= found;
		}
	} catch (error) {
		if (first === null) throw error;
	}
	return first ?? { problem: other ? 'other_answer' : 'no_answer' };
}

/** Null when there are only notifications and pings, which need no answer from us. */
function fromMessages(
	parsed: JsonValue | undefined,
	id: JsonValue,
	heard: (response: JsonObject) => void,
): Found | null {
	if (parsed === undefined) return { problem: 'not_mcp' };
	let answer: JsonObject | null = null;
	let other = false;
	for (const message of Array.isArray(parsed) ? parsed : [parsed]) {
		if (typeof message !== 'object' || message === null || Array.isArray(message) || message.jsonrpc !== '2.0') {
			return { problem: 'not_mcp' };
		}
		const isResponse = Object.hasOwn(message, 'result') || Object.hasOwn(message, 'error');
		if (isResponse) heard(message);
		if (isResponse && message.id === id) {
			if (answer !== null && !isSame(answer, message)) return { problem: 'contradicted' };
			answer = message;
		} else if (isResponse) other = true;
		else if (Object.hasOwn(message, 'id') && message.method !== 'ping') return { problem: 'asks_back' };
	}
	if (answer !== null) return { answer };
	return other ? { problem: 'other_answer' } : null;
}

function isSame(one: JsonObject, other: JsonObject): boolean {
	return canonicalJson(one) === canonicalJson(other);
}

function parseStrictly(text: string): JsonValue | undefined {
	const read = readIJson(text);
	return read.ok ? read.value : undefined;
}

function parseLeniently(text: string): JsonValue | undefined {
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
