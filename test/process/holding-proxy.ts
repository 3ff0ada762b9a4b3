import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';

/** Where a request is held: before GitHub has seen it, or after GitHub has written and answered. */
type Where = 'before the write' | 'after the write';

export interface HoldingProxy {
	readonly url: string;
	/** The next `count` creates are held there. */
	hold(where: Where, count?: number): void;
	/** Resolves when `count` creates are held. */
	held(count: number): Promise<void>;
	/** Lets go of what is held. */
	release(): void;
	close(): Promise<void>;
}

const CREATE = /^POST \/api\/v3\/repos\/[^ ]+\/issues HTTP/;

/**
 * A proxy that the portal process's sidecar goes through to its GitHub (NODE_USE_ENV_PROXY), so that a test can hold a
 * create at either side of the write and kill the process there. Tunnels (CONNECT) only: that is what Node's fetch asks for.
 */
export async function startHoldingProxy(): Promise<HoldingProxy> {
	const orders: Where[] = [];
	const waiting: (() => void)[] = [];
	const watchers: (() => void)[] = [];
	const sockets = new Set<Duplex>();
	const park = (go: () => void): void => {
		waiting.push(go);
		for (const watcher of watchers.splice(0)) watcher();
	};

	const server = createServer((_request, response) => response.writeHead(405).end());
	server.on('connect', (request, client: Duplex, head: Buffer) => {
		const { hostname, port } = new URL(`http://${request.url}`);
		const github = connect(Number(port), hostname);
		let order: Where | undefined;
		let parkedAnswer = false;
		for (const [one, other] of [
			[client, github],
			[github, client],
		] as const) {
			sockets.add(one);
			one.on('error', () => other.destroy());
			one.on('close', () => {
				sockets.delete(one);
				other.destroy();
			});
		}
		const fromClient = (chunk: Buffer): void => {
			if (CREATE.test(chunk.toString('latin1'))) order = orders.shift();
			if (order !== 'before the write') return void github.write(chunk);
			order = undefined;
			// Whatever of this request comes later must not overtake its beginning.
			client.pause();
			park(() => {
				github.write(chunk);
				client.resume();
			});
		};
		github.once('connect', () => {
			client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
			if (head.length > 0) fromClient(head);
			client.on('data', fromClient);
			github.on('data', (chunk: Buffer) => {
				if (order !== 'after the write') return void client.write(chunk);
				if (!parkedAnswer) {
					parkedAnswer = true;
					github.pause();
					park(() => {
						order = undefined;
						parkedAnswer = false;
						client.write(chunk);
						github.resume();
					});
				}
			});
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		hold: (where, count = 1) => orders.push(...Array.from({ length: count }, () => where)),
		held: async (count) => {
			while (waiting.length < count) await new Promise<void>((resolve) => watchers.push(resolve));
		},
		release: () => {
			for (const go of waiting.splice(0)) go();
		},
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				for (const socket of sockets) socket.destroy();
			}),
	};
}
