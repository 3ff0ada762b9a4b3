import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

/** Any well-shaped token may list tools. */
const HEADERS = {
	authorization: 'Bearer github_pat_of_nobody',
	'content-type': 'application/json',
	accept: 'application/json, text/event-stream',
};

function freePort(): Promise<number> {
	return new Promise((resolve) => {
		const probe = createServer().listen(0, '127.0.0.1', () => {
			const { port } = probe.address() as { port: number };
			probe.close(() => resolve(port));
		});
	});
}

/** Asks until the server answers at all. */
async function untilAnswered(url: string): Promise<Response> {
	const deadline = Date.now() + 15_000;
	for (;;) {
		try {
			return await fetch(url);
		} catch (cause) {
			if (Date.now() > deadline) throw cause;
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	}
}

/** Starts a github-mcp-server with a container's arguments; gives the status of its probe's path and the tools it serves. */
export async function askRealServer(
	program: string,
	args: readonly string[],
	probe: string,
): Promise<{ readonly status: number; readonly tools: readonly string[] }> {
	const port = await freePort();
	const child = spawn(
		program,
		args.map((arg) => (arg === '8082' ? String(port) : arg)),
		{ stdio: 'ignore' },
	);
	try {
		const url = `http://127.0.0.1:${port}`;
		const { status } = await untilAnswered(url + probe);
		const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });
		const answer = await fetch(url, { method: 'POST', headers: HEADERS, body });
		const { result } = JSON.parse(/^data: (.*)$/m.exec(await answer.text())?.[1] ?? '{}') as {
			result?: { tools: readonly { readonly name: string }[] };
		};
		return { status, tools: (result?.tools ?? []).map(({ name }) => name).sort() };
	} finally {
		child.kill();
	}
}
