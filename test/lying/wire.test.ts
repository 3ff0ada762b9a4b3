import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '#core/canonical-json';
import { event, type Turn } from './scripted-server.ts';
import { cases, type Lie, type Stage, startStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
	stage = await startStage();
});
afterAll(() => stage.close());

const unknown = { wrote: 'either', end: 'INDETERMINATE' } as const;
/** After the write a status must not be a no. */
const done = { wrote: 'written', end: 'INDETERMINATE' } as const;
const true_ = { wrote: 'written', end: 'CONFIRMED' } as const;
const JSON_TYPE = { 'content-type': 'application/json' };
const SSE_TYPE = { 'content-type': 'text/event-stream' };
const NO = 'failed to create issue: POST http://ghe.example/api/v3/repos/acme/payments-api/issues: 422 Nope []';

const json = ({ result }: Turn, honest: string) => JSON.stringify(result(honest));
/** The true answer, in whatever wrapping. */
const raw =
	(status: number, headers: Readonly<Record<string, string>>, body: (answer: string) => string | Buffer): Lie['say'] =>
	(turn, honest) =>
		turn.raw(status, headers, body(json(turn, honest)));
const page = (status: number): Lie => ({
	what: `an HTML page, ${status}`,
	...unknown,
	say: raw(status, { 'content-type': 'text/html' }, () => '<!doctype html><title>Sign in</title>'),
});

/** 400, 401 and 403 too: the handshake was let in, so a refusal now does not say that it came before the write. */
const statuses: readonly Lie[] = [
	...[400, 401, 403, 404, 409, 422, 429, 500, 503].map(
		(status): Lie => ({
			what: `${status}`,
			...done,
			say: raw(status, { 'content-type': 'text/plain' }, () => 'Nope'),
			reason: new RegExp(`HTTP ${status}`),
		}),
	),
	{
		what: '401 that sends us to somebody else’s sign-in',
		...done,
		say: raw(401, { 'www-authenticate': 'Bearer resource_metadata="http://127.0.0.1:9/x"' }, () => 'Unauthorized\n'),
	},
	{
		what: '403 that wants more scopes',
		...done,
		say: raw(403, { 'www-authenticate': 'Bearer error="insufficient_scope", scope="repo"' }, () => ''),
	},
	{
		what: '400 of a tool that it does not have, and lists',
		...done,
		say: raw(400, { 'content-type': 'text/plain' }, () => 'unknown tools specified in WithTools: issue_write'),
		reason: /its list of tools does not say so/,
	},
	{
		what: '500 that quotes the credential',
		...done,
		say: ({ request, raw: send }) => send(500, {}, `bad ${request.headers.authorization}`),
	},
	...[200, 502].map(page),
	...[201, 202, 203, 204, 206, 226].map(
		(status): Lie => ({
			what: `${status} with a success`,
			...unknown,
			say: raw(status, JSON_TYPE, (answer) => answer),
		}),
	),
];

const bodies: readonly Lie[] = [
	{ what: 'nothing at all', ...unknown, say: raw(200, JSON_TYPE, () => '') },
	{ what: 'JSON that is cut off', ...unknown, say: raw(200, JSON_TYPE, (answer) => answer.slice(0, -3)) },
	{ what: 'an event that is cut off', ...unknown, say: ({ sse }) => sse('data: {"jsonrpc":"2.0","id":1,"resu') },
	{
		what: 'an event without its end',
		...unknown,
		say: (turn, honest) => turn.sse(`data: ${json(turn, honest)}\n`),
	},
	{
		what: 'a body that is shorter than announced',
		...unknown,
		say: (turn, honest) => {
			const answer = json(turn, honest);
			turn.response.writeHead(200, { ...JSON_TYPE, 'content-length': String(answer.length + 9) });
			turn.response.write(answer, () => turn.socket.destroy());
		},
	},
	{
		what: 'chunks without their end',
		...unknown,
		say: (turn, honest) => {
			turn.response.writeHead(200, JSON_TYPE);
			turn.response.write(json(turn, honest), () => turn.socket.destroy());
		},
	},
	...['text/plain', 'text/html; charset=utf-8', 'application/octet-stream', 'application/jsonp', '', 'json'].map(
		(type): Lie => ({
			what: `a success that is called “${type}”`,
			...unknown,
			say: raw(200, { 'content-type': type }, (answer) => answer),
		}),
	),
	{ what: 'JSON that is called a stream', ...unknown, say: raw(200, SSE_TYPE, (answer) => answer) },
	{ what: 'a stream that is called JSON', ...unknown, say: raw(200, JSON_TYPE, (answer) => `data: ${answer}\n\n`) },
	{ what: 'UTF-16', ...unknown, say: raw(200, JSON_TYPE, (answer) => Buffer.from(answer, 'utf16le')) },
	{
		what: 'an answer with two results',
		...unknown,
		say: (turn, honest) => {
			const no = JSON.stringify(turn.result(NO, { isError: true }).result);
			turn.raw(200, JSON_TYPE, json(turn, honest).replace('"result":', `"result":${no},"result":`));
		},
	},
	{
		what: 'a stream with two ids in its answer',
		...unknown,
		say: (turn, honest) => turn.sse(`data: ${json(turn, honest).replace('{', '{"id":4711,')}\n\n`),
	},
	{ what: 'JSON behind a byte order mark', ...true_, say: raw(200, JSON_TYPE, (answer) => `\ufeff${answer}`) },
	{ what: 'a stream behind a byte order mark', ...true_, say: (turn, text) => turn.sse('\ufeff', turn.result(text)) },
	{ what: 'plain JSON', ...true_, say: raw(200, JSON_TYPE, (answer) => answer) },
];

const encoded: readonly Lie[] = (
	[
		['gzip', gzipSync],
		['x-gzip', gzipSync],
		['deflate', deflateSync],
		['br', brotliCompressSync],
		['zstd', (answer: string) => Buffer.from(answer)],
		['gzip, identity', (answer: string) => Buffer.from(answer)],
	] as const
).map(([encoding, encode]) => ({
	what: `content-encoding: ${encoding}`,
	...unknown,
	say: raw(200, { ...JSON_TYPE, 'content-encoding': encoding }, (answer) => encode(answer)),
}));

const ask = (method: string) => ({ jsonrpc: '2.0', id: 1, method, params: { message: 'And your PAT?' } });
const ids: readonly Lie[] = [
	{ what: 'the answer to another call', ...unknown, say: ({ sse, result }, text) => sse(result(text, {}, 4711)) },
	{
		what: 'the answer with its id as a text',
		...unknown,
		say: ({ sse, result, id }, text) => sse(result(text, {}, String(id))),
	},
	{ what: 'the answer without an id', ...unknown, say: ({ sse, result }, text) => sse(result(text, {}, null)) },
	{
		what: 'a batch of other answers',
		...unknown,
		say: ({ raw: send, result }, text) =>
			send(200, JSON_TYPE, JSON.stringify([result(text, {}, 7), result(text, {}, 8)])),
	},
	{
		what: 'the answer to another call, then ours',
		...true_,
		say: ({ sse, result }, text) => sse(result('{"id":"1","url":"http://x/"}', {}, 4711), result(text)),
	},
	{
		what: 'our answer in a batch',
		...true_,
		say: ({ raw: send, result }, text) => send(200, JSON_TYPE, JSON.stringify([result(NO, {}, 7), result(text)])),
	},
	{ what: 'the same answer twice', ...true_, say: ({ sse, result }, text) => sse(result(text), result(text)) },
	...(
		[
			['a success, then an error', (text: string) => [text, NO]],
			['a refusal, then a success', (text: string) => [NO, text]],
			['two successes', (text: string) => [text, text.replace(/\d+"\}$/, '7"}')]],
		] as const
	).flatMap(([what, two]): Lie[] => {
		const both = ({ result }: Turn, text: string): JsonObject[] =>
			two(text).map((each) => result(each, each === NO ? { isError: true } : {}));
		return [
			{ what: `${what}, as events`, ...unknown, say: (turn, text) => turn.sse(...both(turn, text)), reason: /differ/ },
			{
				what: `${what}, as a batch`,
				...unknown,
				say: (turn, text) => turn.raw(200, JSON_TYPE, JSON.stringify(both(turn, text))),
				reason: /differ/,
			},
			{
				what: `${what}, a moment later`,
				...unknown,
				say: (turn, text) => {
					const [first, second] = both(turn, text).map(event);
					turn.response.writeHead(200, SSE_TYPE);
					turn.response.write(first, () => setImmediate(() => turn.response.end(second)));
				},
				reason: /differ/,
			},
		];
	}),
	...['elicitation/create', 'sampling/createMessage', 'roots/list'].flatMap((method): Lie[] => [
		{ what: `${method}, then the answer`, ...unknown, say: ({ sse, result }, text) => sse(ask(method), result(text)) },
		{ what: `${method}, and no answer`, ...unknown, say: ({ sse }) => sse(ask(method)) },
	]),
	{
		what: 'a ping and progress, then the answer',
		...true_,
		say: ({ sse, result }, text) =>
			sse(
				{ jsonrpc: '2.0', id: 5, method: 'ping' },
				{ jsonrpc: '2.0', method: 'notifications/progress' },
				result(text),
			),
	},
	{
		what: 'the answer, and the stream stays open',
		...true_,
		say: ({ response, result }, text) => {
			response.writeHead(200, SSE_TYPE);
			response.write(event(result(text)));
		},
	},
	{
		what: 'the answer, and the connection dies',
		...true_,
		say: ({ response, result, socket }, text) => {
			response.writeHead(200, SSE_TYPE);
			response.write(event(result(text)), () => socket.destroy());
		},
	},
	{
		what: 'a stream of events of other names',
		...unknown,
		say: (turn, text) => turn.sse(`event: x\ndata: ${json(turn, text)}\n\n`),
	},
];

describe.each<[string, readonly Lie[]]>([
	['a status', statuses],
	['a body', bodies],
	['an encoding', encoded],
	['an id', ids],
])('[no-false-verdict] %s', (_, lies) => {
	test.each(cases(lies).map((each) => [each.title, each] as const))('%s', async (__, each) => {
		await stage.play(each);
	});
});

test('[once] an answer that is left to a GET stream is never fetched, and no stream is opened', async () => {
	await stage.play({ title: '', written: true, what: '', ...unknown, say: raw(202, {}, () => '') });
	expect(stage.server.seen.filter(({ method }) => method !== 'POST')).toEqual([]);
});

test('[secret-stays] after all of that the credential is nowhere in the database or the log', () =>
	stage.expectNoPat());
