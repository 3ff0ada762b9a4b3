import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { visibleRef } from '#core/proposal/marker';
import { closeNow, listen, readBody } from '#sandbox/http';

/** What the gate does, once, to the next call of its kind. */
export interface Order {
	readonly call: 'write' | 'read';
	/** At the request: before the MCP server has seen it. At the answer: what was asked for is done. */
	readonly at: 'request' | 'answer';
	/** kill: the portal that asks. drop: its connection, as a network would. */
	readonly end: 'kill' | 'drop';
	/** Of a request that is stopped here: it arrives all the same, since its bytes were under way. */
	readonly arrives?: boolean;
	/** How many calls of this kind pass first. */
	readonly skip: number;
	/** The order that holds from then on. */
	readonly next?: Order;
}

/** Shared by the gates of one world: whichever portal comes first meets the order. */
export interface Orders {
	next: Order | null;
	/** While it is hidden, listings lack what carries this argsSha: a list lags too. */
	lag: { readonly argsSha: string; readonly isHidden: () => boolean } | null;
	/** Requests that were let through after their portal was gone. */
	readonly late: Promise<unknown>[];
}

export interface Gate {
	readonly url: string;
	readonly port: number;
	close(): Promise<void>;
}

const WRITES = new Set(['issue_write', 'add_issue_comment']);

/** Stands between one portal and the MCP server. `kill` ends that portal and resolves when it is gone. */
export async function startGate(target: string, orders: Orders, kill: () => Promise<void>): Promise<Gate> {
	async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const body = await readBody(request);
		const { name, args } = toolOf(body);
		const order = name === null ? null : take(orders, WRITES.has(name) ? 'write' : 'read');
		const forward = () => send(target, request, body);
		if (order?.at === 'request') {
			await end(order, request, kill);
			if (order.arrives === true) orders.late.push(forward().catch(() => {}));
			return;
		}
		const answer = await forward();
		if (order?.at === 'answer') return end(order, request, kill);
		response.writeHead(answer.status, { 'content-type': answer.type });
		response.end(name === null ? answer.text : lagging(orders, name, args, answer.text));
	}

	const server = createServer((request, response) => {
		pass(request, response).catch(() => response.destroy());
	});
	const url = await listen(server, '127.0.0.1', 0);
	return { url, port: Number(new URL(url).port), close: () => closeNow(server) };
}

async function end(order: Order, request: IncomingMessage, kill: () => Promise<void>): Promise<void> {
	if (order.end === 'kill') await kill();
	request.socket.destroy();
}

function take(orders: Orders, call: Order['call']): Order | null {
	const order = orders.next;
	if (order?.call !== call) return null;
	if (order.skip > 0) {
		orders.next = { ...order, skip: order.skip - 1 };
		return null;
	}
	orders.next = order.next ?? null;
	return order;
}

interface Rpc {
	method?: string;
	params?: { name?: string; arguments?: Record<string, unknown> };
}

function toolOf(body: string): { name: string | null; args: Record<string, unknown> } {
	const { method, params } = JSON.parse(body) as Rpc;
	return { name: method === 'tools/call' ? (params?.name ?? null) : null, args: params?.arguments ?? {} };
}

async function send(target: string, request: IncomingMessage, body: string) {
	const headers = Object.fromEntries(
		Object.entries(request.headers)
			.filter(([name]) => !['host', 'connection', 'content-length'].includes(name))
			.map(([name, value]) => [name, String(value)]),
	);
	const method = request.method ?? 'POST';
	const answer = await fetch(new URL(request.url ?? '/', target), { method, headers, body });
	const type = answer.headers.get('content-type') ?? 'text/plain';
	return { status: answer.status, type, text: await answer.text() };
}

/** The listing as a replica that is behind gives it: without the newest. */
function lagging({ lag }: Orders, name: string, args: Record<string, unknown>, text: string): string {
	const isList = name === 'list_issues' || (name === 'issue_read' && args.method === 'get_comments');
	if (lag === null || !isList || !lag.isHidden()) return text;
	return text.replace(/^data: (.*)$/m, (_, data: string) => `data: ${without(data, visibleRef(lag.argsSha))}`);
}

function without(data: string, ref: string): string {
	const message = JSON.parse(data) as { result?: { content?: { text: string }[] } };
	const content = message.result?.content?.[0];
	if (content === undefined) return data;
	const value = JSON.parse(content.text) as unknown;
	const kept = (items: unknown[]) => items.filter((item) => !JSON.stringify(item).includes(ref));
	if (Array.isArray(value)) content.text = JSON.stringify(kept(value));
	else {
		const list = value as { issues?: unknown[] };
		if (Array.isArray(list.issues)) content.text = JSON.stringify({ ...list, issues: kept(list.issues) });
	}
	return JSON.stringify(message);
}
