import { hash } from 'node:crypto';
import { Client, type PriorDiscovery, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Clock } from '#gateway/ports/clock';
import { currentExchange, type Exchange, newExchange } from './exchange.ts';
import { oneShotFetch } from './one-shot-fetch.ts';

export interface Connection {
	readonly client: Client;
	readonly key: string;
	readonly since: number;
	/** How many exchanges use it now; a connection that is dropped meanwhile is closed by the last one. */
	uses: number;
	dropped: boolean;
}

export type Leased =
	| { readonly kind: 'leased'; readonly connection: Connection }
	/** Nothing but the handshake was sent; the exchange says how far it came. */
	| { readonly kind: 'failed'; readonly handshake: Exchange };

export interface Connections {
	lease(secret: string, deadline: AbortSignal): Promise<Leased>;
	release(connection: Connection): void;
	/** For a connection that no longer works: the next lease shakes hands anew and finds out the protocol era again. */
	drop(connection: Connection): void;
	/** As {@link drop}, for every connection: the server has forgotten one, and so perhaps all. */
	dropAll(): void;
	close(): Promise<void>;
}

const MOST = 64;
const TTL_MS = 10 * 60_000;
/** A stale modern verdict fails loudly; a stale legacy one would succeed quietly for ever. */
const ERA_TTL_MS = 10 * 60_000;
/** The server's introduction, 2 KB of v1.0.4's: each of the clients keeps it. */
const HANDSHAKE_BYTES = 32 * 1024;

/**
 * MCP clients for one server, one per credential, so that a call costs one request and never an `initialize`. Keyed by
 * the credential's hash: no secret is kept (each exchange brings its own), and no tenant meets another's session.
 */
export function createConnections(config: { url: string; timeoutMs: number; clock: Clock }): Connections {
	const url = new URL(config.url);
	const open = new Map<string, Connection>(); // in order of use, the oldest first
	const opening = new Map<string, Promise<Leased>>();
	let era: { prior: PriorDiscovery; until: number } | null = null;
	const now = () => config.clock.now().getTime();

	async function lease(secret: string, deadline: AbortSignal): Promise<Leased> {
		const key = hash('sha256', secret);
		const known = open.get(key);
		if (known !== undefined && now() - known.since < TTL_MS) {
			open.delete(key);
			open.set(key, known);
			known.uses++;
			return { kind: 'leased', connection: known };
		}
		if (known !== undefined) drop(known);
		const pending = opening.get(key) ?? connect(key, secret, deadline).finally(() => opening.delete(key));
		opening.set(key, pending);
		const leased = await pending;
		if (leased.kind === 'leased') leased.connection.uses++;
		return leased;
	}

	async function connect(key: string, secret: string, deadline: AbortSignal): Promise<Leased> {
		const prior = era !== null && now() < era.until ? era.prior : undefined;
		let result = await handshake(secret, deadline, prior);
		if (!('client' in result) && prior !== undefined && !deadline.aborted) {
			era = null; // the server may have been replaced by one of the other era
			result = await handshake(secret, deadline, undefined);
		}
		if (!('client' in result)) return { kind: 'failed', handshake: result.handshake };
		const { client } = result;
		if (era === null || now() >= era.until) era = { prior: verdictOf(client), until: now() + ERA_TTL_MS };
		const connection: Connection = { client, key, since: now(), uses: 0, dropped: false };
		open.set(key, connection);
		for (const oldest of open.values()) {
			if (open.size <= MOST) break;
			drop(oldest);
		}
		return { kind: 'leased', connection };
	}

	async function handshake(
		secret: string,
		deadline: AbortSignal,
		prior: PriorDiscovery | undefined,
	): Promise<{ client: Client } | { handshake: Exchange }> {
		const exchange = newExchange(secret, deadline, HANDSHAKE_BYTES);
		const timeout = config.timeoutMs + 1000; // our own deadline always comes first
		const client = new Client(
			{ name: 'sarc-portal', version: '0.1.0' },
			{
				capabilities: {}, // no elicitation, sampling, roots or UI: nothing may ask us back
				versionNegotiation: { mode: 'auto', probe: { timeoutMs: timeout } },
				inputRequired: { autoFulfill: false },
			},
		);
		client.onerror = () => {}; // the exchange has it
		const transport = new StreamableHTTPClientTransport(url, {
			fetch: oneShotFetch,
			authProvider: { token: async () => currentExchange.getStore()?.secret },
			requestInit: { redirect: 'error' },
			onInsufficientScope: 'throw',
			reconnectionOptions: {
				maxRetries: 0,
				initialReconnectionDelay: 1000,
				maxReconnectionDelay: 1000,
				reconnectionDelayGrowFactor: 1,
			},
		});
		try {
			await currentExchange.run(exchange, () =>
				client.connect(transport, prior === undefined ? { timeout } : { timeout, prior }),
			);
			return { client };
		} catch {
			return { handshake: exchange };
		}
	}

	function release(connection: Connection): void {
		connection.uses--;
		if (connection.dropped && connection.uses === 0) void connection.client.close();
	}

	function drop(connection: Connection): void {
		if (open.get(connection.key) === connection) open.delete(connection.key);
		if (connection.dropped) return;
		connection.dropped = true;
		if (connection.uses === 0) void connection.client.close();
	}

	function dropAll(): void {
		era = null;
		for (const connection of open.values()) drop(connection);
	}

	return {
		lease,
		release,
		drop(connection) {
			era = null;
			drop(connection);
		},
		dropAll,
		close: async () => dropAll(),
	};
}

function verdictOf(client: Client): PriorDiscovery {
	const discover = client.getProtocolEra() === 'modern' ? client.getDiscoverResult() : undefined;
	return discover === undefined ? { kind: 'legacy' } : { kind: 'modern', discover };
}
