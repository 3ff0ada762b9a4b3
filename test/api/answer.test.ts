import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answer, type Bindings, statusOf } from '#api/answer';

const TEXT = JSON.stringify({ title: 'Größe – 漢字' });
const HEADERS = { 'content-type': 'application/json', 'x-request-id': 'r1', 'cache-control': 'no-store' };

const seen: number[] = [];
const app = new Hono<{ Bindings: Bindings }>();
app.use(async (context, next) => {
	await next();
	seen.push(statusOf(context));
});
app.on(['GET', 'POST'], '/', (context) => answer(context, 201, HEADERS, TEXT));

describe('an answer', () => {
	let server: Server;
	let origin: string;
	beforeAll(async () => {
		server = createServer(getRequestListener(app.fetch as never, { overrideGlobalObjects: false }));
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	});
	afterAll(() => {
		server.closeAllConnections();
		server.close();
	});

	it.each(['GET', 'POST'])(
		'to %s is the same behind a server as without one, and its length is counted in bytes',
		async (method) => {
			const behind = await fetch(origin, { method });
			const alone = await app.request('/', { method });
			expect([behind.status, await behind.text()]).toEqual([alone.status, await alone.text()]);
			const own = Object.fromEntries(behind.headers);
			expect(own).toMatchObject(Object.fromEntries(alone.headers));
			expect(own['content-length']).toBe(String(Buffer.byteLength(TEXT)));
			expect(own['transfer-encoding']).toBeUndefined();
			expect(own['x-hono-already-sent']).toBeUndefined();
		},
	);

	it('to HEAD has the headers and no body', async () => {
		const behind = await fetch(origin, { method: 'HEAD' });
		expect([behind.status, behind.headers.get('x-request-id'), await behind.text()]).toEqual([201, 'r1', '']);
	});

	it('is logged with its own status, written or not', async () => {
		seen.length = 0;
		await (await fetch(origin, { method: 'POST' })).text();
		await app.request('/', { method: 'POST' });
		expect(seen).toEqual([201, 201]);
	});
});
