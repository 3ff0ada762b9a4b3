import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeNow, listen, readBody } from '#sandbox/http';

// biome-ignore lint/suspicious/noExplicitAny: tool definitions of every shape
type Tool = any;

export interface SidecarProxy {
	readonly url: string;
	/** How many `tools/call` came by. */
	calls(): number;
	/** From now on the tools are listed as this gives them. */
	edit(change: (tool: Tool) => Tool): void;
	close(): Promise<void>;
}

/** Stands between a portal and its sidecar: passes everything on, and can list other tool definitions, or be gone. */
export async function startSidecarProxy(target: string): Promise<SidecarProxy> {
	let change: (tool: Tool) => Tool = (tool) => tool;
	let calls = 0;

	async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const body = await readBody(request);
		const { method: rpc } = JSON.parse(body) as { method?: string };
		if (rpc === 'tools/call') calls++;
		const headers = Object.fromEntries(
			Object.entries(request.headers)
				.filter(([name]) => !['host', 'connection', 'content-length'].includes(name))
				.map(([name, value]) => [name, String(value)]),
		);
		const answer = await fetch(new URL(request.url ?? '/', target), {
			method: request.method ?? 'POST',
			headers,
			body,
		});
		const text = await answer.text();
		response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
		response.end(rpc === 'tools/list' ? text.replace(/^data: (.*)$/m, (_, data) => `data: ${edited(data)}`) : text);
	}

	function edited(data: string): string {
		const message = JSON.parse(data) as { result: { tools: Tool[] } };
		message.result.tools = message.result.tools.map((tool) => change(tool));
		return JSON.stringify(message);
	}

	const server = createServer((request, response) => {
		pass(request, response).catch(() => response.destroy());
	});
	const url = await listen(server, '127.0.0.1', 0);
	return {
		url,
		calls: () => calls,
		edit: (wanted) => {
			change = wanted;
		},
		close: () => closeNow(server),
	};
}
