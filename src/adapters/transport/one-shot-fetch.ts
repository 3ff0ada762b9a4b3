import { randomInt } from 'node:crypto';
import type { FetchLike } from '@modelcontextprotocol/client';
import { buildConnector, Client } from 'undici';
import type { JsonObject } from '#core/canonical-json';
import { answerOf } from './answer-of.ts';
import { currentExchange, type Exchange, type Problem } from './exchange.ts';

/** The beginning of an error body that is kept: enough for a sentence, not for a page. */
const ERROR_TEXT_BYTES = 2048;

/** Requests whose HTTP status decides something, so that the SDK gets no say in it. */
const JUDGED = new Set(['tools/call', 'tools/list']);

/** How long a stream that stays open after the answer to a write may still contradict it. v1.0.4 ends it at once. */
const SECOND_ANSWER_MS = 500;

/** Responses to one write that are kept, to see what they say that they have written. */
const MOST_RESPONSES = 16;

/** MCP's rule for session ids (visible ASCII), and a length, since each one is kept and sent with every request. */
const SESSION_ID = /^[\x21-\x7e]{1,1024}$/;

/**
 * The `fetch` that the MCP SDK is given: each POST goes out once, on a connection of its own, and is answered or fails
 * before the exchange's deadline.
 *
 * - One connection per request, `connection: close`, HTTP/1.1, no pipelining, no `Expect`: a kept-alive socket that dies
 *   under a POST is what makes HTTP clients send it a second time. A client that wants a second connection gets none, and
 *   an exchange of `tools/call` or `tools/list` carries one request. Nothing here follows a redirect or asks a proxy.
 * - The response is read here to its end, its answer or its limit, and the SDK gets just that one JSON-RPC message. Handed
 *   the stream itself, the SDK waits its full timeout when the stream breaks off, and reconnects when it has event ids.
 * - GET (the standing stream for messages of the server's own) is answered 405 without asking anybody: we serve none.
 */
export const oneShotFetch: FetchLike = async (input, init) => {
	if (init?.method !== 'POST') return new Response(null, { status: 405 });
	const exchange = currentExchange.getStore();
	if (exchange === undefined) throw new Error('a request outside of an exchange');
	const body = String(init.body);
	const request = JSON.parse(body) as JsonObject;
	const judged = JUDGED.has(String(request.method));
	if (judged && exchange.spent) throw new Error('one exchange, one request');
	exchange.spent ||= judged;
	// The SDK counts from 0 in every client: under its id, an answer to somebody else's call that a proxy mixes up or has
	// kept would be taken for ours.
	const id = judged ? randomInt(2 ** 32, 2 ** 47) : request.id;

	const url = new URL(String(input));
	const client = oneConnection(url.origin, exchange);
	let lingering: NodeJS.Timeout | undefined;
	try {
		const response = await client.request({
			method: 'POST',
			path: url.pathname + url.search,
			headers: { ...Object.fromEntries(new Headers(init.headers)), 'accept-encoding': 'identity' },
			body: judged ? JSON.stringify({ ...request, id }) : body,
			reset: true,
			signal: exchange.deadline,
		});
		const header = (name: string) => String(response.headers[name] ?? '');
		const chunks = capped(response.body, exchange);
		const status = response.statusCode;

		if (status >= 300 && status < 400) throw new ExchangeError('redirected');
		if (status >= 400) {
			exchange.status = status;
			exchange.text = await beginning(chunks);
			if (judged) throw new ExchangeError('no_answer');
			// The SDK tells the server's protocol era by this answer.
			return new Response(exchange.text, { status, headers: { 'content-type': header('content-type') } });
		}
		if (id === undefined) return new Response(null, { status: 202 });
		if (status !== 200) throw new ExchangeError('no_answer');
		// Not asked for, so never undone: what a few bytes unpack to has no bound, and packed JSON-RPC is no answer.
		if (!['', 'identity'].includes(header('content-encoding').toLowerCase())) throw new ExchangeError('not_mcp');
		const linger = () => {
			lingering = setTimeout(() => response.body.destroy(), SECOND_ANSWER_MS);
		};
		const isWrite = exchange.write !== null;
		const found = await answerOf(header('content-type'), chunks, id, isWrite, linger, (heard) => {
			if (isWrite && exchange.unbelieved.length < MOST_RESPONSES) exchange.unbelieved.push(heard);
		});
		if ('problem' in found) throw new ExchangeError(found.problem);
		exchange.answer = found.answer;
		const session = judged ? '' : header('mcp-session-id');
		if (session !== '' && !SESSION_ID.test(session)) throw new ExchangeError('not_mcp');
		const answer = { ...found.answer, id: request.id };
		return Response.json(answer, session === '' ? {} : { headers: { 'mcp-session-id': session } });
	} catch (error) {
		exchange.problem = problemOf(error, exchange);
		throw error;
	} finally {
		clearTimeout(lingering);
		// Not awaited: whatever the peer still has to say, nobody listens.
		void client.destroy();
	}
};

class ExchangeError extends Error {
	readonly problem: Problem;
	constructor(problem: Problem) {
		super(problem);
		this.problem = problem;
	}
}

function problemOf(error: unknown, exchange: Exchange): Problem {
	if (error instanceof ExchangeError) return error.problem;
	if (exchange.deadline.aborted) return 'deadline';
	return error instanceof TypeError ? 'not_mcp' : 'dropped'; // a TypeError is the decoder's: not UTF-8
}

/**
 * A client of one connection; notes when there is one, since until then not a byte of the request can have left.
 *
 * undici writes the request within the connector's callback, synchronously, so what is asked right before that call is
 * asked in the turn of the sending (test/lying/once.test.ts holds it to that). It would connect again for a request that
 * it has not begun, such as when the peer speaks first; that it cannot is what makes one POST the most there can be.
 */
function oneConnection(origin: string, exchange: Exchange): Client {
	const connect = buildConnector({ allowH2: false });
	let used = false;
	return new Client(origin, {
		pipelining: 1,
		allowH2: false,
		headersTimeout: 0, // the exchange's deadline bounds everything, a slow drip too
		bodyTimeout: 0,
		connect: (options, callback) => {
			if (used) return callback(new ExchangeError('dropped'), null);
			used = true;
			connect(options, (...[error, socket]) => {
				if (error !== null) return callback(error, null);
				if (!mayBeSent(exchange)) {
					socket.destroy();
					return callback(new ExchangeError('withdrawn'), null);
				}
				exchange.connected = true;
				callback(null, socket);
			});
		},
	});
}

/** Called from a socket's event, where an exception would end the process: one of the predicate's counts as a no. */
function mayBeSent({ write }: Exchange): boolean {
	try {
		return write === null || write.stillMine();
	} catch {
		return false;
	}
}

async function* capped(body: AsyncIterable<Uint8Array>, exchange: Exchange): AsyncGenerator<Uint8Array> {
	let size = 0;
	for await (const chunk of body) {
		size += chunk.byteLength;
		exchange.bytes += chunk.byteLength;
		if (size > exchange.cap) throw new ExchangeError('too_large');
		yield chunk;
	}
}

async function beginning(chunks: AsyncIterable<Uint8Array>): Promise<string> {
	let text = Buffer.alloc(0);
	try {
		for await (const chunk of chunks) {
			text = Buffer.concat([text, chunk]);
			if (text.length >= ERROR_TEXT_BYTES) break;
		}
	} catch {
		// The status has been read; a body that breaks off changes nothing.
	}
	return text.subarray(0, ERROR_TEXT_BYTES).toString('utf8');
}
