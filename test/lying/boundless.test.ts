import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { event, type Turn } from './scripted-server.ts';
import { cases, type Lie, type Stage, startStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
	// What never ends is ended by the deadline, so it is short; everything else here is quick.
	stage = await startStage({ PORTAL_UPSTREAM_TIMEOUT_MS: '2500' });
});
afterAll(() => stage.close());

const MIB = 1024 * 1024;
/** The most that is read of an answer to a write, and what a socket may have taken before it is stopped. */
const TAKEN = MIB + MIB / 4;

const unknown = { wrote: 'either', end: 'INDETERMINATE' } as const;
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';

/** As much as the portal takes, and 64 MiB at most. */
function flood({ response }: Turn, block: string | Buffer): void {
	let left = Math.ceil((64 * MIB) / block.length);
	const more = () => {
		while (left-- > 0 && !response.destroyed) if (!response.write(block)) return void response.once('drain', more);
		response.end();
	};
	more();
}

function every(turn: Turn, ms: number, say: () => void): void {
	const timer = setInterval(say, ms);
	turn.socket.on('close', () => clearInterval(timer));
}

const large: readonly Lie[] = [
	{
		what: '64 MiB of JSON',
		...unknown,
		say: (turn) => {
			turn.response.writeHead(200, { 'content-type': 'application/json' });
			turn.response.write('{"jsonrpc":"2.0","id":1,"result":"');
			flood(turn, Buffer.alloc(MIB, 0x78));
		},
		reason: /larger than any answer/,
	},
	{
		what: 'one event of 64 MiB',
		...unknown,
		say: (turn) => {
			turn.response.writeHead(200, { 'content-type': 'text/event-stream' });
			turn.response.write('data: ');
			flood(turn, Buffer.alloc(MIB, 0x78));
		},
		reason: /larger than any answer/,
	},
	{
		what: '64 MiB of progress',
		...unknown,
		say: (turn) => {
			turn.response.writeHead(200, { 'content-type': 'text/event-stream' });
			flood(turn, event({ jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } }).repeat(1000));
		},
		reason: /larger than any answer/,
	},
	{
		what: 'the answer, then 64 MiB',
		wrote: 'written',
		end: 'CONFIRMED',
		say: (turn, text) => {
			turn.response.writeHead(200, { 'content-type': 'text/event-stream' });
			turn.response.write(event(turn.result(text)));
			flood(turn, ': and more\n'.repeat(10_000));
		},
	},
	{
		what: 'a 502 of 64 MiB',
		...unknown,
		say: (turn) => {
			turn.response.writeHead(502, { 'content-type': 'text/html' });
			flood(turn, Buffer.alloc(MIB, 0x78));
		},
		reason: /HTTP 502/,
	},
	{
		what: '64 MiB, packed into 64 KiB',
		...unknown,
		say: ({ raw }) =>
			raw(
				200,
				{ 'content-type': 'application/json', 'content-encoding': 'gzip' },
				gzipSync(Buffer.alloc(64 * MIB, 0x20)),
			),
		reason: /was not MCP/,
	},
	{ what: 'a header of 1 MiB', ...unknown, say: ({ bytes }) => bytes(`${HEAD}x: ${'x'.repeat(MIB)}\r\n`) },
	{ what: '100,000 headers', ...unknown, say: ({ bytes }) => bytes(HEAD, 'x: y\r\n'.repeat(100_000), '\r\n') },
	{
		what: 'trailers of 1 MiB',
		...unknown,
		say: (turn, text) => {
			const answer = JSON.stringify(turn.result(text));
			const chunk = `${answer.length.toString(16)}\r\n${answer}\r\n0\r\n`;
			turn.bytes(`${HEAD}transfer-encoding: chunked\r\n\r\n`, chunk, `x: ${'x'.repeat(MIB)}\r\n`);
		},
	},
];

/** Each of them takes the whole deadline: one truth behind it is enough. */
const late = { wrote: 'written', end: 'INDETERMINATE' } as const;

const endless: readonly Lie[] = (
	[
		{ what: 'silence', ...unknown, say: () => {} },
		{
			what: 'headers, byte by byte',
			...late,
			say: (turn) => {
				turn.bytes(HEAD);
				every(turn, 100, () => turn.bytes('x'));
			},
		},
		{
			what: 'JSON, byte by byte',
			...late,
			say: (turn) => {
				turn.response.writeHead(200, { 'content-type': 'application/json' });
				every(turn, 100, () => turn.response.write(' '));
			},
		},
		{
			what: 'a stream that is only kept alive',
			...late,
			say: (turn) => {
				turn.response.writeHead(200, { 'content-type': 'text/event-stream' });
				every(turn, 100, () => turn.response.write(': still there\n\n'));
			},
		},
		{
			what: 'progress without an end',
			...late,
			say: (turn) => {
				turn.response.writeHead(200, { 'content-type': 'text/event-stream' });
				const progress = event({ jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } });
				every(turn, 100, () => turn.response.write(progress));
			},
		},
		{
			what: 'early hints without an end',
			...late,
			say: (turn) => every(turn, 100, () => turn.bytes('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n')),
		},
	] satisfies Lie[]
).map((lie) => ({ ...lie, reason: /did not answer in time/ }));

describe('[no-false-verdict] what is too much is not read', () => {
	test.each(cases(large).map((each) => [each.title, each] as const))('%s', async (_, each) => {
		const before = stage.taken().length;
		await stage.play(each);
		expect(Math.max(...stage.taken().slice(before))).toBeLessThan(TAKEN);
	});
});

describe('[no-false-verdict] what does not end is ended by the deadline', () => {
	test.each(cases(endless).map((each) => [each.title, each] as const))('%s', { timeout: 20_000 }, async (_, each) => {
		await stage.play(each);
	});
});

test('[secret-stays] after all of that the credential is nowhere in the database or the log', () =>
	stage.expectNoPat());
