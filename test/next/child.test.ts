import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type NextChild, startNextChild } from '#adapters/next/child';

/** In Next's place: tries what its parent asks for, and says how it went. */
const SERVER = `
const fs = require('node:fs');
const tries = {
	'its own page': () => fs.readFileSync(__dirname + '/pages/a page.html', 'utf8'),
	'the environment of its parent': () => fs.readFileSync('/proc/' + process.ppid + '/environ', 'utf8'),
	'the memory of its parent': () => fs.openSync('/proc/' + process.ppid + '/mem', 'r'),
	'a file beside its folder': () => fs.readFileSync(__dirname + '-secret', 'utf8'),
	'the list of what is beside its folder': () => fs.readdirSync(__dirname + '/..').length,
	'the root key of a sandbox, through its folder': () => fs.readFileSync(__dirname + '/../root-key', 'utf8'),
	'a file of its own': () => fs.writeFileSync(__dirname + '/written', 'x'),
	'a file of everybody': () => fs.writeFileSync('/tmp/' + process.pid + '-written', 'x'),
	'a link out of its folder': () => fs.symlinkSync('/proc', __dirname + '/proc'),
	'a program': () => require('node:child_process').execFileSync('/bin/true'),
	'a program in the background': () => require('node:child_process').spawn('/bin/true').pid,
	'a thread': () => new (require('node:worker_threads').Worker)('', { eval: true }),
	'native code': () => process.dlopen({ exports: {} }, __dirname + '/pages/a page.html'),
	'WASI': () => new (require('node:wasi').WASI)({ version: 'preview1', preopens: { '/': '/' } }),
};
require('node:http').createServer((request, response) => {
	if (request.url === '/debugger') {
		for (const signal of ['SIGUSR1', 'SIGUSR2']) process.kill(process.ppid, signal);
		return response.end();
	}
	const said = {};
	for (const [what, attempt] of Object.entries(tries)) {
		try { said[what] = String(attempt()); } catch (cause) { said[what] = cause.code; }
	}
	response.end(JSON.stringify({ said, env: Object.keys(process.env) }));
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

let folder: string;
let server: string;
let child: NextChild | undefined;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'portal child, '));
	const own = join(folder, 'standalone');
	mkdirSync(join(own, 'pages'), { recursive: true });
	server = join(own, 'server.js');
	writeFileSync(server, SERVER);
	writeFileSync(join(own, 'package.json'), '{"type":"commonjs"}');
	writeFileSync(join(own, 'pages', 'a page.html'), '<p>');
	writeFileSync(`${own}-secret`, 'secret');
	writeFileSync(join(folder, 'root-key'), 'secret');
	symlinkSync(own, join(folder, 'link'));
});
afterEach(() => child?.stop());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const silent = { info() {}, warn() {}, error() {} };

async function tries(path: string): Promise<{ said: Record<string, string>; env: string[] }> {
	child = await startNextChild({ server: path, log: silent });
	const answer = await fetch(`http://127.0.0.1:${child.port()}/`);
	return (await answer.json()) as { said: Record<string, string>; env: string[] };
}

it('[secret-stays] the process that renders pages reads its own files, and cannot read ours, write, or start anything', async () => {
	const { said, env } = await tries(server);
	const { 'its own page': page, WASI: wasi, 'native code': native, ...refused } = said;
	expect(page).toBe('<p>');
	expect([wasi, native]).toEqual(['ERR_ACCESS_DENIED', 'ERR_DLOPEN_DISABLED']);
	expect(new Set(Object.values(refused)), JSON.stringify(refused)).toEqual(new Set(['ERR_ACCESS_DENIED']));
	expect(env.sort()).toEqual(['HOSTNAME', 'KEEP_ALIVE_TIMEOUT', 'NEXT_TELEMETRY_DISABLED', 'NODE_ENV', 'PORT']);
});

it('[secret-stays] the process that renders pages cannot open a debugger in ours', async () => {
	// In a process of its own: a listener of the test runner's would hide what is under test.
	const program = `import { once } from 'node:events';
		import { url } from 'node:inspector';
		import { startNextChild } from '#adapters/next/child';
		const log = { info() {}, warn() {}, error() {} };
		const child = await startNextChild({ server: process.argv[1], log });
		const heard = once(process, 'SIGUSR2');
		await fetch('http://127.0.0.1:' + child.port() + '/debugger');
		await heard;
		const deadline = performance.now() + 500;
		while (url() === undefined && performance.now() < deadline) await new Promise(setImmediate);
		console.log(url() ?? 'no debugger');
		await child.stop();`;
	const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program, '--', server], {
		cwd: join(import.meta.dirname, '../..'),
		env: { PATH: process.env.PATH ?? '', NODE_ENV: 'test' },
	});
	expect(stdout.trim()).toBe('no debugger');
});

it('starts in a folder that a link leads to', async () => {
	expect((await tries(join(folder, 'link', 'server.js'))).said['its own page']).toBe('<p>');
});
