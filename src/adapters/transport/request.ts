import { z } from 'zod';
import type { JsonObject } from '#core/canonical-json';
import type { Connections, Leased } from './connections.ts';
import { currentExchange, type Exchange, newExchange, type Write } from './exchange.ts';

export interface RequestOptions {
	readonly secret: string;
	readonly method: 'tools/call' | 'tools/list';
	readonly params: JsonObject;
	readonly headers?: Readonly<Record<string, string>>;
	readonly deadline: AbortSignal;
	/** Ends this request and not the handshake, which others may be waiting for too. */
	readonly until?: AbortSignal;
	readonly cap: number;
	readonly timeoutMs: number;
	/** For a write only. */
	readonly write?: Write;
}

export type Requested =
	| { readonly kind: 'exchanged'; readonly exchange: Exchange }
	| { readonly kind: 'no_connection'; readonly handshake: Exchange }
	| { readonly kind: 'given_up' };

/** Says nothing against the connection itself. 401 and 403 do: the credential may have been revoked since the handshake. */
export const TOO_MANY_REQUESTS = 429;

/**
 * Sends one JSON-RPC request, at most once, over the credential's pooled client. Never throws: what happened is in the
 * exchange. A server that no longer knows the session (404, or 400 after a restart) costs this request, never a repeat;
 * the next one finds a new connection.
 */
export async function sendOnce(connections: Connections, options: RequestOptions): Promise<Requested> {
	const leased: Leased = await connections.lease(options.secret, options.deadline);
	if (leased.kind === 'failed') return { kind: 'no_connection', handshake: leased.handshake };
	const { connection } = leased;
	try {
		const { deadline, until } = options;
		const ends = until === undefined ? deadline : AbortSignal.any([deadline, until]);
		const exchange = newExchange(options.secret, ends, options.cap, options.write);
		await currentExchange.run(exchange, async () => {
			try {
				// `request`, not `callTool`: that one sends a call again after a HeaderMismatch.
				await connection.client.request({ method: options.method, params: options.params }, z.unknown(), {
					timeout: options.timeoutMs + 1000, // our own deadline always comes first
					...(options.headers === undefined ? {} : { headers: options.headers }),
				});
			} catch {
				// Judged from the exchange.
			}
		});
		if (exchange.status !== undefined && exchange.status !== TOO_MANY_REQUESTS) connections.drop(connection);
		return { kind: 'exchanged', exchange };
	} finally {
		connections.release(connection);
	}
}
