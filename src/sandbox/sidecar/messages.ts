/** A JSON-RPC message as it came in. `id` undefined = a notification. */
export type Message = { id?: string | number; method: string; params: Record<string, unknown> | undefined };

export const protocolVersions: readonly string[] = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];

const requests = [
	'initialize',
	'ping',
	'tools/list',
	'tools/call',
	'prompts/list',
	'prompts/get',
	'resources/list',
	'resources/templates/list',
	'resources/read',
	'resources/subscribe',
	'resources/unsubscribe',
	'completion/complete',
	'logging/setLevel',
];
const needParams = [
	'initialize',
	'tools/call',
	'prompts/get',
	'resources/read',
	'completion/complete',
	'logging/setLevel',
];
const notifications = [
	'notifications/initialized',
	'notifications/cancelled',
	'notifications/progress',
	'notifications/roots/list_changed',
];

function cutOff(body: string): string {
	const first = body.trimStart()[0] ?? '';
	if (/[[{]/.test(first)) return 'unexpected EOF';
	return `json: invalid character '${first}' looking for beginning of value: ${body.trim()}`;
}

/** Reads a body: one message or a batch. `refused` is the body of a 400, in the real server's words. */
export function readMessages(body: string, version: string): { messages: Message[] } | { refused: string } {
	if (body === '') return { refused: 'POST requires a non-empty body' };
	let value: unknown;
	try {
		value = JSON.parse(body);
	} catch {
		return { refused: `malformed payload: unmarshaling jsonrpc message: ${cutOff(body)}` };
	}
	if (Array.isArray(value) && value.length === 0) return { refused: 'malformed payload: empty batch' };
	if (Array.isArray(value) && version >= '2025-06-18')
		return {
			refused: `JSON-RPC batching is not supported in 2025-06-18 and later (request version: ${version})`,
		};
	const messages: Message[] = [];
	for (const each of Array.isArray(value) ? value : [value]) {
		const { jsonrpc, id, method, params } = (each ?? {}) as Record<string, unknown>;
		if (jsonrpc !== '2.0')
			return {
				refused: `malformed payload: invalid message version tag ${JSON.stringify(jsonrpc ?? '')}; expected "2.0"`,
			};
		if (typeof method !== 'string') continue;
		const message: Message = {
			method,
			params: typeof params === 'object' && params !== null ? (params as Record<string, unknown>) : undefined,
			...(typeof id === 'string' || typeof id === 'number' ? { id } : {}),
		};
		const wrong = check(message);
		if (wrong) return { refused: wrong };
		messages.push(message);
	}
	return { messages };
}

function check({ id, method, params }: Message): string | undefined {
	const invalid = 'invalid request';
	if (notifications.includes(method)) return id === undefined ? undefined : `${invalid}: unexpected id for "${method}"`;
	if (!requests.includes(method)) return `JSON RPC not handled: "${method}" unsupported`;
	if (id === undefined) return `${invalid}: missing id for "${method}"`;
	if (needParams.includes(method) && params === undefined) return `${invalid}: missing required "params"`;
	return undefined;
}
