import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { isUnavailable, openDatabase } from '#adapters/store/database';

let server: Server;
let directory: string;
afterEach(async () => {
	await new Promise((resolve) => server.close(resolve));
	rmSync(directory, { recursive: true });
});

/** A message of PostgreSQL's protocol: its letter, its length, its content. */
function message(letter: string, content: Buffer): Buffer {
	const length = Buffer.alloc(4);
	length.writeInt32BE(content.length + 4);
	return Buffer.concat([Buffer.from(letter), length, content]);
}

const letIn = message('R', Buffer.alloc(4));
const ready = message('Z', Buffer.from('I'));
const shutDown = message('E', Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0'));

/** One row of one column of text. */
function answer(text: string): Buffer {
	// Of no table; type text, of any length, sent as text.
	const type = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0]);
	const column = Buffer.concat([Buffer.from('\0\x01server_version_num\0'), type]);
	const length = Buffer.alloc(4);
	length.writeInt32BE(text.length);
	const row = Buffer.concat([Buffer.from('\0\x01'), length, Buffer.from(text)]);
	return Buffer.concat([message('T', column), message('D', row), message('C', Buffer.from('SHOW\0')), ready]);
}

it('[faults-recover] a connection that the server ends in the same breath as it lets it in ends a request, not the process', async () => {
	let connections = 0;
	server = createServer((socket) => {
		const isFirst = ++connections === 1;
		socket.once('data', () => {
			if (!isFirst) return void socket.end(Buffer.concat([letIn, ready, shutDown]));
			socket.write(Buffer.concat([letIn, ready]));
			socket.once('data', () => socket.end(answer('150000')));
		});
		socket.on('error', () => {});
	});
	directory = mkdtempSync(join(tmpdir(), 'portal-odd-pg-'));
	await new Promise<void>((resolve) => server.listen(join(directory, '.s.PGSQL.5432'), resolve));
	const opened = await openDatabase({ databaseUrl: `postgres://x@/x?host=${encodeURIComponent(directory)}` });
	if (!opened.ok) throw new Error(opened.error.detail);
	// Without a listener at that moment the driver's event would be an uncaught exception, which fails this run.
	// The first of these may still have the connection from before.
	for (const ask of [
		() => opened.value.query('SELECT 1'),
		() => opened.value.query('SELECT 1'),
		() => opened.value.transaction(({ query }) => query('SELECT 1')),
	]) {
		expect(isUnavailable(await ask().catch((cause: unknown) => cause))).toBe(true);
	}
	expect(connections).toBeGreaterThanOrEqual(3);
	await opened.value.close();
});
