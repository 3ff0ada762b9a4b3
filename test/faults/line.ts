import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What a connection to the MCP server goes through: it can end, come back under the same address, or let nothing through. */
export interface Line {
	readonly url: string;
	/** As if the server's process had ended. */
	end(): Promise<void>;
	begin(): Promise<void>;
	/** Accepts connections, and lets nothing of them through until `open`. */
	hold(): void;
	/** How many connections are held. */
	held(): number;
	open(): void;
}

export async function lineTo(target: string): Promise<Line> {
	const sockets = new Set<Socket>();
	const waiting: (() => void)[] = [];
	const to = new URL(target);
	let holding = false;
	let port = 0;
	const join = (client: Socket): void => {
		const other = connect(Number(to.port), to.hostname);
		for (const [one, two] of [
			[client, other],
			[other, client],
		] as const) {
			sockets.add(one);
			one.on('data', (chunk) => two.write(chunk));
			one.on('error', () => two.destroy());
			one.on('close', () => {
				sockets.delete(one);
				two.destroy();
			});
		}
	};
	let server: Server;
	const begin = async (): Promise<void> => {
		server = createServer({ pauseOnConnect: true }, (client) => {
			const go = () => {
				join(client);
				client.resume();
			};
			client.on('error', () => {});
			if (holding) waiting.push(go);
			else go();
		});
		await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
		port = (server.address() as AddressInfo).port;
	};
	await begin();
	return {
		url: `http://127.0.0.1:${port}${to.pathname === '/' ? '' : to.pathname}`,
		begin,
		end: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				for (const socket of sockets) socket.destroy();
			}),
		hold: () => {
			holding = true;
		},
		held: () => waiting.length,
		open: () => {
			holding = false;
			for (const go of waiting.splice(0)) go();
		},
	};
}
