import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TLSSocket, Server as TlsServer } from 'node:tls';

/** The whole request body as text (UTF-8). Refuses more than `limit` bytes by throwing. */
export async function readBody(request: IncomingMessage, limit = 5 * 1024 * 1024): Promise<string> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request) {
		const buffer = chunk as Buffer;
		size += buffer.length;
		if (size > limit) throw new Error('request body too large');
		chunks.push(buffer);
	}
	return Buffer.concat(chunks).toString('utf8');
}

/** Starts listening and gives the origin that a client on this machine uses. Port 0 = any free one. */
export async function listen(server: Server, host: string, port: number): Promise<string> {
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, host, () => {
			server.off('error', reject);
			resolve();
		});
	});
	const address = server.address() as AddressInfo;
	const name = address.address === '0.0.0.0' || address.address === '::' ? '127.0.0.1' : address.address;
	const scheme = server instanceof TlsServer ? 'https' : 'http';
	return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${address.port}`;
}

/** How the request came in, whatever a proxy before this process may claim. */
export function schemeOf(request: IncomingMessage): 'http' | 'https' {
	return request.socket instanceof TLSSocket ? 'https' : 'http';
}

/** Closes at once: open connections are cut, not waited for. Closing twice is fine. */
export function closeNow(server: Server): Promise<void> {
	return new Promise((resolve) => {
		server.close(() => resolve());
		server.closeAllConnections();
	});
}

export function send(
	response: ServerResponse,
	status: number,
	headers: Readonly<Record<string, string>>,
	body: string,
): void {
	response.writeHead(status, {
		...headers,
		...(status === 204 ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
	});
	response.end(status === 204 ? undefined : body);
}

/** True for 127.0.0.0/8, ::1 and their mapped form; `host` may be a socket address or a Host header without port. */
export function isLoopbackName(host: string): boolean {
	const name = host.replace(/^\[|\]$/g, '').toLowerCase();
	return name === 'localhost' || name === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(name);
}

/** The name of a Host header, without its port. */
export function hostName(header: string | undefined): string {
	const value = header ?? '';
	const bracketed = /^(\[[^\]]*\])(?::\d+)?$/.exec(value);
	return bracketed?.[1] ?? value.replace(/:\d+$/, '');
}
