import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SandboxGitHub, startSandboxGitHub } from '#sandbox/github/server';
import { listen } from '#sandbox/http';
import { startSandboxSidecar } from '#sandbox/sidecar/server';
import { certificatesFor } from '#test/sandbox/certificates';
import { realServerBin, startRealServer } from '#test/sandbox/real-server';
import { callTool } from '#test/sandbox/world';

const run = promisify(execFile);
const { ca, server } = certificatesFor(['localhost', 'github.test']);
const tls = { cert: server.cert, key: server.key };
const folder = mkdtempSync(join(tmpdir(), 'portal-tls-'));
const caFile = join(folder, 'ca.pem');
const client = fileURLToPath(new URL('./tls-client.ts', import.meta.url));
writeFileSync(caFile, ca.cert);
let github: SandboxGitHub;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
	github = await startSandboxGitHub({ webOrigin: 'https://github.test', enterprise: { port: 0, tls } });
	github.state.addToken({ token: 'ghp_good', login: 'octo', scopes: ['repo'] });
});
afterAll(async () => {
	for (const end of ends.reverse()) await end(); // what came last leans on what came first
	await github.close();
	rmSync(folder, { recursive: true });
});

function joined(one: Socket, other: Socket): void {
	for (const [from, to] of [
		[one, other],
		[other, one],
	] as const) {
		from.on('error', () => {});
		from.on('close', () => to.destroy());
		from.pipe(to);
	}
}

async function portOf(started: Server): Promise<number> {
	await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
	ends.push(() => new Promise((resolve) => started.close(resolve)));
	return (started.address() as AddressInfo).port;
}

/** TLS before a server that has none, as an ingress or a mesh puts it there. */
async function behindTls(url: string): Promise<string> {
	const front = createTlsServer(tls, (socket) => joined(socket, connect(Number(new URL(url).port), '127.0.0.1')));
	return `https://localhost:${await portOf(front)}`;
}

/** Whoever asks for github.test:443 through this proxy gets to the sandbox GitHub: its name needs no DNS, its port no root. */
async function connectProxy(): Promise<string> {
	const proxy = createServer();
	proxy.on('connect', (request, socket: Socket) => {
		if (request.url !== 'github.test:443') {
			socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
			return;
		}
		socket.write('HTTP/1.1 200 OK\r\n\r\n');
		joined(socket, connect(github.webPort, '127.0.0.1'));
	});
	ends.push(() => new Promise((resolve) => proxy.close(resolve)));
	return listen(proxy, '127.0.0.1', 0);
}

async function seenByPortal(args: string[], extraCa: string): Promise<unknown> {
	const env = { ...process.env, NODE_EXTRA_CA_CERTS: extraCa, NODE_NO_WARNINGS: '1' };
	return JSON.parse((await run(process.execPath, [client, ...args], { env })).stdout);
}

const octo = { ok: true, value: { login: 'octo' } };

describe('an MCP server behind TLS with a private CA', () => {
	test('is reached with NODE_EXTRA_CA_CERTS, and not without', async () => {
		const sidecar = await startSandboxSidecar({ githubUrl: github.apiUrl });
		ends.push(sidecar.close);
		const url = await behindTls(sidecar.url);
		expect(await seenByPortal([url], caFile)).toEqual({ ok: true, who: octo });
		expect(await seenByPortal([url], '')).toMatchObject({ ok: false, who: { ok: false } });
	});

	test('the sandbox sidecar reaches a GitHub behind one', async () => {
		const args = ['sandbox', `https://localhost:${github.webPort}`];
		expect(await seenByPortal(args, caFile)).toEqual({ ok: true, who: octo });
		expect(await seenByPortal(args, '')).toMatchObject({ ok: true, who: { ok: false } });
	});
});

if (realServerBin !== undefined) {
	const bin = realServerBin;
	describe('the real github-mcp-server with GITHUB_HOST=https://github.test', () => {
		const start = async (more: Record<string, string>) => {
			const env = { GITHUB_HOST: 'https://github.test', HTTPS_PROXY: await connectProxy(), ...more };
			const started = await startRealServer(bin, '', { env });
			ends.push(started.close);
			return started.url;
		};
		const create = { method: 'create', owner: 'acme', repo: 'ledger', title: 'Behind TLS' };

		test('writes to an Enterprise Server whose CA SSL_CERT_FILE names, and not to one that it does not know', async () => {
			const url = await start({ SSL_CERT_FILE: caFile });
			const written = await callTool(url, 'issue_write', create);
			expect(JSON.parse(written.text)).toMatchObject({ url: 'https://github.test/acme/ledger/issues/3' });
			expect(await seenByPortal([await behindTls(url)], caFile)).toEqual({ ok: true, who: octo });
			expect(github.state.requests.at(-1)).toMatchObject({ host: 'github.test', path: '/api/v3/user' });

			const distrustful = await callTool(await start({}), 'issue_write', create);
			expect(distrustful).toMatchObject({ isError: true, text: expect.stringContaining('x509') });
			expect(github.state.issues('acme', 'ledger')).toHaveLength(3);
		});
	});
}
