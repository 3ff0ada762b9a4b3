import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { closeNow, listen } from '#sandbox/http';

/** Path of the real github-mcp-server v1.0.4, when this machine has one. */
export const realServerBin = process.env.GITHUB_MCP_SERVER_BIN;

/** A name that leads nowhere: the server reaches the sandbox GitHub under it as its HTTP proxy, and drops no port on the way. */
export const proxiedHost = 'github-sandbox.test';

export interface RealServer {
	readonly url: string;
	close(): Promise<void>;
}

async function freePort(): Promise<number> {
	const server = createServer();
	const { port } = new URL(await listen(server, '127.0.0.1', 0));
	await closeNow(server);
	return Number(port);
}

/**
 * Runs the real server over the sandbox GitHub at `apiUrl`; ready when it answers its metadata. `args` follow `http`,
 * `env` replaces the way to GitHub. Throws with its words when it exits instead.
 */
export async function startRealServer(
	bin: string,
	apiUrl: string,
	{ args = [], env }: { args?: readonly string[]; env?: Record<string, string> } = {},
): Promise<RealServer> {
	const port = await freePort();
	const url = `http://127.0.0.1:${port}`;
	const child = spawn(bin, ['http', '--port', String(port), ...args], {
		env: { NODE_ENV: 'test', ...(env ?? { GITHUB_HOST: `http://${proxiedHost}`, HTTP_PROXY: apiUrl }) },
		stdio: ['ignore', 'ignore', 'pipe'],
	});
	let said = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		said = `${said}${text}`.slice(0, 4_096);
	});
	const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	const ready = async (): Promise<boolean> => {
		for (const until = Date.now() + 15_000; Date.now() < until; ) {
			if (child.exitCode !== null) return false;
			const answered = await fetch(`${url}/.well-known/oauth-protected-resource`).catch(() => null);
			if (answered?.ok) return true;
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
		return false;
	};
	const close = async () => {
		child.kill('SIGKILL');
		if (child.exitCode === null && child.signalCode === null) await ended;
	};
	if (await ready()) return { url, close };
	await close();
	throw new Error(`github-mcp-server did not start: ${said.split('\n', 1)[0]}`);
}
