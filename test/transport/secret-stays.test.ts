import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { redact } from '#adapters/transport/redact';
import type { Upstream } from '#gateway/ports/upstream';
import { createIssue, target, upstreamFor } from './rig.ts';
import { type Play, type ScriptedServer, startScriptedServer } from './scripted-server.ts';

/** Of the classic shape; opens nothing. */
const PAT = `ghp_${'0123456789abcdefGHIJKLMNOPQRSTUVWXYZ'}`;
/** Of no shape that anything could be recognised by: only the live secret's own value tells. */
const BARE = 'Zq7-xW2~vB9.kL4_mN6-tR1~yU8.pA3';

const hex = (text: string) => Buffer.from(text).toString('hex');
const b64 = (text: string, to: 'base64' | 'base64url' = 'base64') => Buffer.from(text).toString(to);
const every = (text: string, write: (char: string) => string) => Array.from(text, write).join('');
const code = (char: string) => char.charCodeAt(0);

/** How a proxy, a log or a hostile server may write a secret back. */
const encodings: [string, (secret: string) => string][] = [
	['as it is', (s) => s],
	['behind an encoded equals sign', (s) => `access_token%3D${s}`],
	['behind an encoded Bearer', (s) => `Bearer%20${s}`],
	['behind a Bearer with a plus', (s) => `Bearer+${s}`],
	['behind a JSON newline', (s) => JSON.stringify({ message: `\n${s}` })],
	['in JSON within JSON', (s) => JSON.stringify(JSON.stringify({ message: `\n\t${s}` }))],
	['run into a word', (s) => `user_${s}`],
	['with its underscore encoded', (s) => s.replaceAll('_', '%5F')],
	['encoded twice', (s) => s.replaceAll('_', '%255F')],
	['with its underscore as a JSON escape', (s) => s.replaceAll('_', '\\u005f')],
	['with its underscore as a hex escape', (s) => s.replaceAll('_', '\\x5f')],
	['with its underscore as an entity', (s) => s.replaceAll('_', '&#95;')],
	['with its underscore as a hex entity', (s) => s.replaceAll('_', '&#x5F;')],
	['in percent, every letter', (s) => every(s, (c) => `%${hex(c)}`)],
	['in JSON escapes, every letter', (s) => every(s, (c) => `\\u00${hex(c)}`)],
	['in entities, every letter', (s) => every(s, (c) => `&#${code(c)};`)],
	['in Basic', (s) => `Authorization: Basic ${b64(`x-access-token:${s}`)}`],
	['in Basic, encoded', (s) => `Authorization%3A%20Basic%20${b64(s)}`],
	['in base64', (s) => b64(s)],
	['in base64 after one byte', (s) => b64(`:${s}`)],
	['in base64 after two bytes', (s) => b64(`u:${s}`)],
	['in base64url', (s) => b64(`>>?${s}`, 'base64url')],
	['in hex', (s) => hex(s)],
	['in upper-case hex with colons', (s) => every(s, (c) => `${hex(c).toUpperCase()}:`)],
	['split by a zero-width space', (s) => every(s, (c) => `${c}\u200b`)],
	['split by an encoded zero-width space', (s) => every(s, (c) => `${c}%E2%80%8B`)],
	['split by a variation selector', (s) => every(s, (c) => `${c}\ufe0f`)],
	['split by spaces', (s) => every(s, (c) => `${c} `)],
	['split by dots', (s) => every(s, (c) => `${c}.`)],
	['in lines', (s) => `${s.slice(0, 9)}\n${s.slice(9, 18)}\r\n${s.slice(18)}`],
	['in upper case', (s) => s.toUpperCase()],
	['in full-width letters', (s) => every(s, (c) => String.fromCharCode(code(c) + 0xfee0))],
	['without its prefix', (s) => s.slice(4)],
	['its last twelve letters and digits', (s) => s.slice(-16)],
	['in quotes', (s) => `token '${s}' is bad`],
];

/** Every stretch of twelve letters and digits of the secret that a reader could still find, in whatever writing. */
function found(text: string, secret: string): string[] {
	const plain = (s: string) => s.toLowerCase().replace(/[^a-z0-9]/g, '');
	const bytes = [0, 1, 2].map((shift) => b64(`${'x'.repeat(shift)}${secret}`).slice(shift === 0 ? 0 : 4, -4));
	const loose = plain(text);
	return [secret, hex(secret), ...bytes].flatMap((form) => {
		const needle = plain(form);
		return Array.from({ length: needle.length - 11 }, (_, i) => needle.slice(i, i + 12)).filter((s) =>
			loose.includes(s),
		);
	});
}

let server: ScriptedServer;
let upstream: Upstream;
beforeEach(async () => {
	server = await startScriptedServer();
	upstream = upstreamFor(server.url);
});
afterEach(async () => {
	await upstream.close();
	await server.close();
});

const POST = 'failed to create issue: POST http://ghe.corp.example/api/v3/repos/acme/ledger/issues: ';
const GET = 'failed to get user: GET http://ghe.corp.example/api/v3/user: ';
const atHandshake = (status: number, body: (said: string) => string) => (said: string) => {
	server.before = ({ raw }, rpc) => {
		if (rpc === 'server/discover' || rpc === 'initialize') raw(status, 'text/plain', body(said));
		return rpc === 'server/discover' || rpc === 'initialize';
	};
};
const onCall = (play: (play: Play, said: string) => void) => (said: string) => {
	server.onCall = (each) => play(each, said);
};

/** Every way on which words of the upstream become words of ours. */
const ways: [string, (said: string) => void][] = [
	['the text of an isError result', onCall(({ text }, said) => text(`${POST}422 bad ${said} []`, true))],
	['the text of a read’s isError result', onCall(({ text }, said) => text(`${GET}404 bad ${said} []`, true))],
	['a JSON-RPC error', onCall(({ error }, said) => error(0, `${GET}502 bad ${said}`))],
	['the body of a 400', onCall(({ raw }, said) => raw(400, 'text/plain', `bad ${said}`))],
	['the body of a 403', onCall(({ raw }, said) => raw(403, 'text/plain', `bad ${said}`))],
	['the body of a 502', onCall(({ raw }, said) => raw(502, 'text/html', `<p>${said}`))],
	[
		'a handshake that refuses the credential',
		atHandshake(400, (said) => `bad request: Authorization header is bad ${said}`),
	],
	['a handshake that answers 500', atHandshake(500, (said) => `bad ${said}`)],
];

describe.each(ways)('a secret that the upstream echoes is in no outcome and no reason: %s', (_way, say) => {
	test.each(encodings)('%s', async (_encoding, encode) => {
		for (const secret of [PAT, BARE]) {
			say(encode(secret));
			const heard = JSON.stringify([
				await upstream.call({ ...createIssue, secret }),
				await upstream.whoAmI('github', secret),
				await upstream.issuesSince('github', secret, target, new Date(0)),
				await upstream.commentsSince('github', secret, { ...target, number: 7 }, new Date(0)),
				await upstream.usableTools('github', secret),
			]);
			expect(found(heard, secret), heard).toEqual([]);
		}
	});
});

describe('a success that quotes the secret', () => {
	test.each(encodings.slice(0, 10))('never makes it an address: %s', async (_encoding, encode) => {
		server.onCall = ({ text }) => {
			const url = new URL(`https://github.com/acme/other/issues/7?${encode(PAT).replaceAll('"', '')}`).href;
			text(JSON.stringify({ id: '1', url }));
		};
		const outcome = await upstream.call({ ...createIssue, secret: PAT });
		expect(outcome.kind).toBe('elsewhere');
		expect(found(JSON.stringify(outcome), PAT)).toEqual([]);
	});

	test('never makes it a login', async () => {
		server.onCall = ({ text }) => text(JSON.stringify({ login: PAT }));
		const who = await upstream.whoAmI('github', PAT);
		expect(who).toMatchObject({ ok: false, error: { kind: 'unreadable' } });
		expect(found(JSON.stringify(who), PAT)).toEqual([]);
	});
});

test('a reason that cannot be cleaned is dropped, and the status stays', async () => {
	server.onCall = ({ text }) => text(`${POST}422 bad ${every(PAT, (c) => `${c} `)} []`, true);
	expect(await upstream.call({ ...createIssue, secret: PAT })).toEqual({
		kind: 'rejected',
		reason: 'GitHub answered 422.',
	});
});

test('the words around a secret stay', async () => {
	server.onCall = ({ text }) => text(`${POST}422 bad access_token%3D${PAT}, ask again []`, true);
	expect(await upstream.call({ ...createIssue, secret: PAT })).toEqual({
		kind: 'rejected',
		reason: 'GitHub answered 422: bad access_token=…, ask again',
	});
});

describe('words that only look odd stay as they are', () => {
	test.each([
		'Validation Failed [{Resource:Issue Field:type Code:invalid Message:}]',
		'100% of the quota is used, 5%of it today',
		'the highest length_limit is 65536',
		'“quoted” text — 中文',
	])('%s', (words) => {
		expect(redact(words, [], PAT)).toBe(words);
	});
});

test('an argument is found again when the answer writes it in JSON, in percent, or with other white space', () => {
	const body = 'The numbers of the\nsecond quarter & more are 7.';
	for (const quoted of [JSON.stringify(body), encodeURIComponent(body), body.replace('\n', ' ')]) {
		expect(redact(`bad: ${quoted}`, [body], PAT)).not.toMatch(/quarter|numbers/);
	}
});

test('the size of an argument does not change what is found of it', () => {
	const body = Array.from({ length: 9000 }, (_, i) => `w${i}`).join(' ');
	expect(body.length).toBeGreaterThan(50_000);
	expect(redact(`bad: ${body.slice(-40)} and ${body.slice(0, 40)}!`, [body], PAT)).toBe('bad: … and …!');
});
