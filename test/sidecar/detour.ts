import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

export interface Detour {
	readonly url: string;
	/** Where connections go from now on; until then they are cut. */
	leadTo(url: string): void;
	close(): Promise<void>;
}

/** A port that is known before what stands behind it: the real server wants its proxy's address at its start. */
export async function startDetour(): Promise<Detour> {
	let port: number | undefined;
	const open = new Set<Socket>();
	const server = createServer((socket) => {
		if (port === undefined) {
			socket.destroy();
			return;
		}
		const onward = connect(port, '127.0.0.1');
		for (const [one, other] of [
			[socket, onward],
			[onward, socket],
		] as const) {
			open.add(one);
			one.on('error', () => {});
			one.on('close', () => {
				open.delete(one);
				other.destroy();
			});
			one.pipe(other);
		}
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		leadTo(url) {
			port = Number(new URL(url).port);
		},
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				for (const socket of open) socket.destroy();
			}),
	};
}
