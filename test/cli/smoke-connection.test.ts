import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange } from '#cli/http/exchange';
import { closeNow, listen } from '#sandbox/http';
import { certificatesFor } from '#test/sandbox/certificates';

const folder = mkdtempSync(join(tmpdir(), 'portal-tls-'));
const { ca, server } = certificatesFor(['portal.example.test', '127.0.0.1']);
const other = certificatesFor(['portal.example.test']);

/** Answers with the names that it was asked under: of TLS, and of HTTP. */
const secure = createHttps(server, (asked, answer) => {
	const { servername } = asked.socket as unknown as { servername: string | false };
	answer.end(JSON.stringify({ servername, host: asked.headers.host }));
});
const plain = createHttp((asked, answer) => answer.end(asked.headers.host));
const mute = createTcp((socket) => void socket.on('error', () => {}));
const rude = createTcp((socket) => void socket.on('error', () => {}).end('SSH-2.0-x\r\n'));
let https: string;
let http: string;

beforeAll(async () => {
	https = await listen(secure, '127.0.0.1', 0);
	http = await listen(plain, '127.0.0.1', 0);
	for (const tcp of [mute, rude]) await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
	writeFileSync(join(folder, 'ca.pem'), ca.cert);
	writeFileSync(join(folder, 'other.pem'), other.ca.cert);
});
afterAll(async () => {
	await closeNow(secure);
	await closeNow(plain);
	for (const tcp of [mute, rude]) tcp.close();
	rmSync(folder, { recursive: true, force: true });
});

const portOf = (tcp: typeof mute): number => (tcp.address() as { port: number }).port;

function ask(connect: string, host = connect, timeoutMs = 5_000) {
	return exchange({ method: 'GET', path: '/', headers: {}, connect: new URL(connect), host: new URL(host), timeoutMs });
}

describe('--connect', () => {
	it('connects there, and asks for the name in --url', async () => {
		expect(await ask(http, 'https://portal.example.test')).toMatchObject({
			ok: true,
			value: { text: 'portal.example.test' },
		});
		expect(await ask(http, 'http://portal.example.test:8080')).toMatchObject({
			ok: true,
			value: { text: 'portal.example.test:8080' },
		});
	});
});

describe('a connection that fails says why and what to do', () => {
	it.each<[string, () => Promise<unknown>, string, RegExp]>([
		[
			'a port where nothing listens',
			() => ask('http://127.0.0.1:1'),
			'unreachable',
			/refuses the connection.*Is the portal running/,
		],
		['a name that there is not', () => ask('http://portal.invalid'), 'unreachable', /cannot be looked up/],
		[
			'https to a port that speaks http',
			() => ask(http.replace('http:', 'https:')),
			'tls',
			/Does that port speak https/,
		],
		[
			'a port that speaks something else',
			() => ask(`http://127.0.0.1:${portOf(rude)}`),
			'not_the_portal',
			/does not speak HTTP/,
		],
		['nobody answers', () => ask(`http://127.0.0.1:${portOf(mute)}`, undefined, 100), 'timeout', /--timeout/],
		['a certificate of a CA that is not known here', () => ask(https), 'tls', /NODE_EXTRA_CA_CERTS/],
	])('%s', async (_, asked, code, reason) => {
		expect(await asked()).toMatchObject({ ok: false, error: { code, reason: expect.stringMatching(reason) } });
	});
});

describe('a private CA', { timeout: 60_000 }, () => {
	/** In a process of its own, since Node reads the file when it starts. */
	const inProcess = (caFile: string, host: string): Promise<string> => {
		const program = `import { exchange } from '#cli/http/exchange';
			const [connect, host] = process.argv.slice(1).map((text) => new URL(text));
			const answer = await exchange({ method: 'GET', path: '/', headers: {}, connect, host, timeoutMs: 5000 });
			console.log(answer.ok ? answer.value.text : answer.error.reason);`;
		const { PATH = '' } = process.env;
		return new Promise((resolve, reject) => {
			execFile(
				process.execPath,
				['--input-type=module', '-e', program, '--', https, host],
				{
					cwd: join(import.meta.dirname, '../..'),
					env: { PATH, NODE_ENV: 'test', NODE_EXTRA_CA_CERTS: join(folder, caFile) },
				},
				(error, stdout) => (error === null ? resolve(stdout.trim()) : reject(error)),
			);
		});
	};

	it('in NODE_EXTRA_CA_CERTS is trusted, and the certificate has to be for the name in --url', async () => {
		const said = JSON.parse(await inProcess('ca.pem', 'https://portal.example.test'));
		expect(said).toEqual({ servername: 'portal.example.test', host: 'portal.example.test' });
		expect(await inProcess('ca.pem', 'https://other.example.test')).toMatch(/certificate is for another name/);
		expect(await inProcess('other.pem', 'https://portal.example.test')).toMatch(/not from a CA that is trusted here/);
	});

	it('[cli-no-secret] a certificate has to be for --url also when that is an address, whatever --connect says', async () => {
		// The connection goes to 127.0.0.1, which the certificate is for.
		for (const host of ['https://10.1.2.3', 'https://[::1]', 'https://[2001:db8::1]:8443']) {
			expect(await inProcess('ca.pem', host)).toMatch(/certificate is for another name/);
		}
		expect(JSON.parse(await inProcess('ca.pem', 'https://127.0.0.1'))).toMatchObject({ host: '127.0.0.1' });
	});
});
