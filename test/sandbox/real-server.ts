import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { vi } from 'vitest';
import { closeNow, listen } from '#sandbox/http';

/** Path of the real github-mcp-server v1.0.4, when this machine has one. */
export const realServerBin = process.env.GITHUB_MCP_SERVER_BIN;

/** A name that leads nowhere: the server reaches the sandbox GitHub under it as its HTTP proxy, and drops no port on the way. */
export const proxiedHost = 'github-sandbox.test';

async function freePort(): Promise<number> {
	const server = createServer();
	const { port } = new URL(await listen(server, '127.0.0.1', 0));
	await closeNow(server);
	return Number(port);
}

/** Runs the real server over the sandbox GitHub at `apiUrl`; ready when it answers its metadata. */
export async function startRealServer(bin: string, apiUrl: string): Promise<{ url: string; close(): Promise<void> }> {
	const port = await freePort();
	const url = `http://127.0.0.1:${port}`;
	const child = spawn(bin, ['http', '--port', String(port)], {
		env: { NODE_ENV: 'test', GITHUB_HOST: `http://${proxiedHost}`, HTTP_PROXY: apiUrl },
		stdio: 'ignore',
	});
	const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	await vi.waitFor(async () => void (await fetch(`${url}/.well-known/oauth-protected-resource`)), { timeout: 15_000 });
	return {
		url,
		async close() {
			child.kill('SIGKILL');
			await ended;
		},
	};
}
