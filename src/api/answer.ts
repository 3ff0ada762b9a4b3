import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';

/** What @hono/node-server gives beside a request; absent when the app is called without a server. */
export interface Bindings {
	readonly outgoing?: HttpBindings['outgoing'];
}

type AnyContext = Pick<Context<{ Bindings: Bindings }>, 'env' | 'req' | 'res'>;

/**
 * Gives an answer whose text is whole. Behind Node's server it is written as the string that it is, in one write: a web
 * Response would turn it into a stream and read that back, at about a quarter of a propose's time (docs/performance.md).
 */
export function answer(
	context: AnyContext,
	status: number,
	headers: Readonly<Record<string, string>>,
	text: string,
): Response {
	const outgoing = context.env?.outgoing;
	// HEAD is Hono's to answer: from a GET's Response, without its body.
	if (outgoing === undefined || outgoing.headersSent || context.req.method === 'HEAD') {
		return new Response(text, { status, headers });
	}
	outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text);
	return RESPONSE_ALREADY_SENT;
}

/** The status of a context's answer, also when it was written already. */
export function statusOf(context: AnyContext): number {
	const { res } = context;
	return res === RESPONSE_ALREADY_SENT ? (context.env.outgoing?.statusCode ?? res.status) : res.status;
}
