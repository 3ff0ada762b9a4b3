import { AsyncLocalStorage } from 'node:async_hooks';
import type { JsonObject } from '#core/canonical-json';

/** Why an HTTP exchange gave no answer that could be judged. */
export type Problem =
	| 'deadline'
	| 'dropped'
	| 'too_large'
	| 'redirected'
	| 'not_mcp'
	| 'no_answer'
	| 'other_answer'
	| 'contradicted'
	| 'asks_back'
	/** Not the server's doing: when the connection stood, the request was no longer ours to send. */
	| 'withdrawn';

/**
 * What is known of one JSON-RPC request on the wire, filled in by the fetch that carries it. The outcome of a write is
 * decided from this record alone, never from how the MCP SDK happens to resolve or reject.
 */
export interface Exchange {
	readonly secret: string;
	readonly deadline: AbortSignal;
	/** Most bytes of a response body that are read. */
	readonly cap: number;
	/** Set for a write: its answer is read to the stream's end and held to stricter JSON, since it decides what is recorded. */
	readonly write: Write | null;
	/** The one request of this exchange was handed to the socket, or failed before: there is no second. */
	spent: boolean;
	/** True as soon as there was a connection, so that bytes of the request may have left. */
	connected: boolean;
	/** Bytes of response bodies that were read. */
	bytes: number;
	/** The JSON-RPC response to this very request. */
	answer?: JsonObject;
	/** Responses of a write that were not believed as its answer: to another request, or answers that differ. */
	readonly unbelieved: JsonObject[];
	/** The HTTP status when it was not a success, and the beginning of its body. */
	status?: number;
	text?: string;
	problem?: Problem;
}

export interface Write {
	/** Asked in the turn in which the request is written, with nothing awaited in between: false = it is not written. */
	readonly stillMine: () => boolean;
}

/**
 * The exchange that the current asynchronous context is about. Lets one pooled client serve many calls, each with its own
 * deadline and limit, and keeps the secret out of the pool: it lives only as long as the call.
 */
export const currentExchange = new AsyncLocalStorage<Exchange>();

export function newExchange(secret: string, deadline: AbortSignal, cap: number, write: Write | null = null): Exchange {
	return { secret, deadline, cap, write, spent: false, connected: false, bytes: 0, unbelieved: [] };
}
