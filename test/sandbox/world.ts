import { type SandboxGitHub, startSandboxGitHub } from '#sandbox/github/server';
import { startSandboxSidecar } from '#sandbox/sidecar/server';

/** What a tool call came to, read from the one event of the answer. */
export type Called = { text: string; isError: boolean; code?: number };

export type World = {
	github: SandboxGitHub;
	sidecar: { url: string };
	/** Moves the sandbox GitHub's clock. */
	advance(ms: number): void;
	/** Calls one tool through the sidecar, as `ghp_good` unless said otherwise. */
	call(tool: string, args: Record<string, unknown>, headers?: Record<string, string>): Promise<Called>;
	/** Asks the GitHub directly, below /api/v3. */
	rest(method: string, path: string, body?: unknown, token?: string): Promise<Response>;
	close(): Promise<void>;
};

export async function callTool(
	url: string,
	tool: string,
	args: Record<string, unknown>,
	headers: Record<string, string> = {},
): Promise<Called> {
	const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: args } };
	const response = await fetch(`${url}/`, {
		method: 'POST',
		headers: {
			authorization: 'Bearer ghp_good',
			accept: 'application/json, text/event-stream',
			'content-type': 'application/json',
			'x-mcp-tools': tool,
			...headers,
		},
		body: JSON.stringify(message),
	});
	const body = await response.text();
	const data = /^event: message\ndata: (.*)\n\n$/.exec(body)?.[1];
	if (data === undefined) throw new Error(`${response.status} ${body}`);
	const { result, error } = JSON.parse(data) as {
		result?: { content: { text: string }[]; isError?: boolean };
		error?: { code: number; message: string };
	};
	if (error) return { text: error.message, isError: true, code: error.code };
	return { text: result?.content[0]?.text ?? '', isError: result?.isError === true };
}

/** A GitHub and a sidecar over it, on free loopback ports, at ten o'clock. */
export async function startWorld(options: { stateFile?: string } = {}): Promise<World> {
	let now = Date.parse('2026-11-24T10:00:00Z');
	const github = await startSandboxGitHub({ now: () => new Date(now), ...options });
	github.state.addToken({ token: 'ghp_good', login: 'octo', scopes: ['repo'] });
	const sidecar = await startSandboxSidecar({ githubUrl: github.apiUrl });
	return {
		github,
		sidecar,
		advance(ms) {
			now += ms;
		},
		call: (tool, args, headers) => callTool(sidecar.url, tool, args, headers),
		rest: (method, path, body, token = 'ghp_good') =>
			fetch(`${github.apiUrl}/api/v3${path}`, {
				method,
				redirect: 'manual',
				headers: { authorization: `Bearer ${token}` },
				...(body === undefined ? {} : { body: JSON.stringify(body) }),
			}),
		async close() {
			await sidecar.close();
			await github.close();
		},
	};
}
