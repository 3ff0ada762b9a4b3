import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { pageProxy } from '#adapters/next/proxy';
import { createFront } from '#src/front';

/** In Next's place, on loopback: answers every request and remembers what it got. */
const seen: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[] = [];
const pages = createServer((req, res) => {
	let body = '';
	req.setEncoding('utf8').on('data', (chunk: string) => {
		body += chunk;
	});
	req.on('end', () => {
		seen.push({ method: req.method ?? '', url: req.url ?? '', headers: req.headers, body });
		res.end(`page ${req.url}`);
	});
});
const broken: unknown[] = [];
let front: Server;
let host: string;

beforeAll(async () => {
	await listen(pages);
	const own = () => ({ hosts: new Set([host]), origins: new Set([`http://${host}`]) });
	front = createFront({
		fetch: () => new Response('api'),
		pages: pageProxy({ port: () => portOf(pages), sandbox: true, onError: (cause) => broken.push(cause) }),
		own,
		portalUrl: () => `http://${host}`,
		requestId: () => 'request',
		onError: (cause) => broken.push(cause),
	});
	await listen(front);
	host = `localhost:${portOf(front)}`;
});
afterAll(() => {
	front.close();
	pages.close();
	front.closeAllConnections();
	pages.closeAllConnections();
});
beforeEach(() => {
	seen.length = 0;
});

it.each(['GET', 'HEAD'])(
	'%s with headers that no request should have is answered, and the portal lives on',
	async (method) => {
		for (const header of [
			'Trailer: x',
			'Expect: 100-continue',
			'TE: trailers',
			'Proxy-Connection: x',
			'X-Middleware-Subrequest: a',
		]) {
			expect(
				await raw(`${method} /sign-in HTTP/1.1\r\nHost: ${host}\r\n${header}\r\nConnection: close\r\n\r\n`),
			).toMatch(/^HTTP\/1\.1 (?:100|200)/);
		}
		expect(broken).toEqual([]);
	},
);

it('[same-origin] a body behind a GET never becomes the next request to the pages', async () => {
	const smuggled = `GET /stolen HTTP/1.1\r\nHost: evil\r\nx-nonce: ATTACKER\r\n\r\n`;
	const head = `GET /errors/internal HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${smuggled.length}\r\nConnection: close\r\n\r\n`;
	await raw(head + smuggled);
	const chunked = `GET /errors/internal HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`;
	await raw(`${chunked}${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`);
	expect(await raw(`GET /sign-in HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).toContain('page /sign-in');
	expect(seen.map(({ url, body }) => [url, body])).toEqual([
		['/errors/internal', ''],
		['/errors/internal', ''],
		['/sign-in', ''],
	]);
	for (const { headers } of seen) {
		expect(headers['content-length'] ?? headers['transfer-encoding']).toBeUndefined();
	}
});

it('what the pages believe is ours: nonce, policy and sandbox cannot be sent in', async () => {
	const forged =
		'x-nonce: ATTACKER\r\ncontent-security-policy: script-src *\r\nx-portal-sandbox: 0\r\nx-forwarded-host: evil\r\n';
	const answer = await raw(
		`GET /sign-in HTTP/1.1\r\nHost: ${host}\r\n${forged}Cookie: a=b\r\nConnection: close\r\n\r\n`,
	);
	const headers = seen[0]?.headers ?? {};
	expect(headers['x-nonce']).not.toBe('ATTACKER');
	expect(headers['content-security-policy']).toContain(`'nonce-${headers['x-nonce']}'`);
	expect(answer).toContain(`'nonce-${headers['x-nonce']}'`);
	expect(headers['x-portal-sandbox']).toBe('1');
	expect(headers['x-forwarded-host']).toBeUndefined();
	expect(headers.cookie).toBe('a=b');
});

it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s on a page is 405 and reaches no page', async (method) => {
	const answer = await raw(`${method} /sign-in HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 2\r\n\r\nhi`);
	expect(answer).toMatch(/^HTTP\/1\.1 405 /);
	expect(answer).toContain('"code":"method_not_allowed"');
	expect(seen).toEqual([]);
});

it('a page under a foreign name is 421, an absolute target 400', async () => {
	expect(await raw('GET /sign-in HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n')).toMatch(
		/^HTTP\/1\.1 421 /,
	);
	expect(await raw(`GET http://${host}/sign-in HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).toMatch(
		/^HTTP\/1\.1 400 /,
	);
	expect(seen).toEqual([]);
});

async function listen(server: Server): Promise<void> {
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
}

function portOf(server: Server): number {
	return (server.address() as AddressInfo).port;
}

/** Sends bytes as they are and gives everything that comes back until the other side closes. */
async function raw(bytes: string): Promise<string> {
	const socket = connect(portOf(front), '127.0.0.1');
	let answer = '';
	socket.setEncoding('utf8').on('data', (chunk: string) => {
		answer += chunk;
	});
	socket.write(bytes);
	await once(socket, 'close');
	return answer;
}
