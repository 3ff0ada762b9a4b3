import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { closeNow, listen, readBody } from '#sandbox/http';

export interface Passing {
	readonly method: string;
	/** Without its query. */
	readonly path: string;
	readonly headers: IncomingMessage['headers'];
	// biome-ignore lint/suspicious/noExplicitAny: requests of every shape
	readonly body: any;
}

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
export type Change = (answer: any) => any;

/**
 * What to do with a request: `drop before` the portal has seen it, `drop after` it has answered, never answer, answer in its place, or
 * change the answer's JSON; undefined: pass it on.
 */
export type Meddling = (passing: Passing) => Verdict | Promise<Verdict>;

type Verdict =
	| 'drop before'
	| 'drop after'
	| 'hang'
	| { answer: { status: number; headers?: Record<string, string>; text: string } }
	| { change: Change }
	| undefined;

export interface ManInTheMiddle {
	readonly url: string;
	/** Everything that came by, in order: `GET /api/me`. */
	readonly seen: readonly string[];
	/** From now on. */
	meddle(how: Meddling): void;
	close(): Promise<void>;
}

/** Stands between a command and the portal at `target`. */
export async function startManInTheMiddle(target: string): Promise<ManInTheMiddle> {
	let how: Meddling = () => undefined;
	const seen: string[] = [];

	async function pass(from: IncomingMessage, to: ServerResponse): Promise<void> {
		const text = await readBody(from);
		const method = from.method ?? 'GET';
		const path = from.url ?? '/';
		const bare = path.split('?')[0] ?? '';
		seen.push(`${method} ${bare}`);
		const decided = await how({
			method,
			path: bare,
			headers: from.headers,
			body: text === '' ? undefined : JSON.parse(text),
		});
		if (decided === 'hang') return;
		if (decided === 'drop before') return void from.socket.destroy();
		if (typeof decided === 'object' && 'answer' in decided) {
			const { status, headers = {}, text: said } = decided.answer;
			return void to.writeHead(status, headers).end(said);
		}
		const answer = await forward(target, from, path, text);
		if (decided === 'drop after') return void from.socket.destroy();
		const { 'content-length': _, 'transfer-encoding': __, ...headers } = answer.headers;
		const body = decided === undefined ? answer.text : JSON.stringify(decided.change(JSON.parse(answer.text)));
		to.writeHead(answer.status, headers).end(body);
	}

	const server = createServer((from, to) => {
		pass(from, to).catch(() => from.socket.destroy());
	});
	const url = await listen(server, '127.0.0.1', 0);
	return {
		url,
		seen,
		meddle: (wanted) => {
			how = wanted;
			seen.length = 0;
		},
		close: () => closeNow(server),
	};
}

function forward(
	target: string,
	from: IncomingMessage,
	path: string,
	body: string,
): Promise<{ status: number; headers: IncomingMessage['headers']; text: string }> {
	return new Promise((resolve, reject) => {
		// Host and Origin as they came: what the portal makes of them is under test.
		const out = request(new URL(path, target), { method: from.method ?? 'GET', headers: from.headers }, (answer) => {
			readBody(answer, 64 * 1024 * 1024).then(
				(text) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
				reject,
			);
		});
		out.once('error', reject);
		out.end(body);
	});
}
