import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeNow, listen, readBody } from '#sandbox/http';

/** The most objects that the text of a page can hold: parsed, they are many times its size. */
const FILL = `[${'{},'.repeat(1_700_000)}{}]`;
let asked = 0;

/** An MCP server whose answers never end: each page is just below the limit of one answer, and names a next one. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
	const { id, method, params } = JSON.parse(await readBody(request));
	if (id === undefined) return void response.writeHead(202).end();
	const say = (result: string) => {
		response.writeHead(200, { 'content-type': 'application/json' });
		response.end(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`);
	};
	if (method === 'initialize') {
		const info = { protocolVersion: params.protocolVersion, capabilities: {}, serverInfo: { name: 'x', version: '1' } };
		return say(JSON.stringify(info));
	}
	asked++;
	if (method === 'tools/list') return say(`{"tools":[{"name":"a","x":${FILL}}],"nextCursor":"${asked}"}`);
	const comment = { id: asked, created_at: '2026-01-01T00:00:00Z', body: 'x'.repeat(2_000_000) };
	const issue = { number: asked, created_at: '2026-01-01T00:00:00Z', body: 'x'.repeat(2_000_000) };
	const pageInfo = { hasNextPage: true, endCursor: String(asked) };
	const page = params?.name === 'list_issues' ? { issues: [issue], pageInfo } : [comment];
	if (method === 'tools/call') return say(JSON.stringify({ content: [{ type: 'text', text: JSON.stringify(page) }] }));
	response.writeHead(400, { 'content-type': 'text/plain' }).end('Bad Request: Unsupported protocol version');
}

const server = createServer((request, response) => {
	answer(request, response).catch(() => request.socket.destroy());
});
let url: string;
beforeAll(async () => {
	url = await listen(server, '127.0.0.1', 0);
});
afterAll(() => closeNow(server));

/** In a process of its own, which may have this much heap: running out of it cannot be caught. */
function looks(): Promise<string> {
	const program = `import { upstreamFor, PAT, target } from '#test/transport/rig';
		const upstream = upstreamFor(process.argv[1], { timeoutMs: 30_000 });
		await upstream.checkTools('github');
		const looks = [
			upstream.drift('github'),
			await upstream.usableTools('github', PAT),
			await upstream.issuesSince('github', PAT, target, new Date(0)),
			await upstream.commentsSince('github', PAT, { ...target, number: 7 }, new Date(0)),
		];
		console.log(JSON.stringify(looks.map(({ ok }) => ok)));
		process.exit(0);`;
	const { PATH = '' } = process.env;
	return new Promise((resolve) => {
		execFile(
			process.execPath,
			['--max-old-space-size=160', '--input-type=module', '-e', program, '--', url],
			{ cwd: join(import.meta.dirname, '../..'), env: { PATH, NODE_ENV: 'test' } },
			(error, stdout, stderr) => resolve(error === null ? stdout.trim() : stderr.slice(-1_000)),
		);
	});
}

it('[fail-closed] no list of tools, issues or comments, whatever its pages hold, exhausts the process', {
	timeout: 60_000,
}, async () => {
	expect(await looks()).toBe('[false,false,false,false]');
});
