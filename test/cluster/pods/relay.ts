/*
 * Runs inside a pod, by `kubectl exec`, on nothing but Node: reads a request per line from its input, makes it from where the
 * pod stands in the network, and writes a line with what came. Its end is the end of its input. Types are stripped by Node.
 */
import { type IncomingMessage, Agent as PlainAgent, request as plain, type RequestOptions } from 'node:http';
import { request as secure } from 'node:https';
import { createInterface } from 'node:readline';

type Ask = {
	id: number;
	method: string;
	url: string;
	headers: Record<string, string>;
	body?: string;
	timeoutMs: number;
};
type Load = { id: number; load: LoadPlan };
type LoadPlan = {
	/** One request of each in turn. */
	requests: Omit<Ask, 'id'>[];
	perSecond: number;
};

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

type Came = { status: number; headers: IncomingMessage['headers']; body: string };

function make(ask: Omit<Ask, 'id'>, agent: PlainAgent | false): Promise<Came> {
	return new Promise((resolve, reject) => {
		const url = new URL(ask.url);
		const options: RequestOptions & { rejectUnauthorized?: boolean } = {
			method: ask.method,
			headers: { ...ask.headers, ...(ask.body === undefined ? {} : { 'content-length': Buffer.byteLength(ask.body) }) },
			timeout: ask.timeoutMs,
		};
		// Whether a certificate holds is for the sidecar to say; here only what stands behind it matters.
		const sent =
			url.protocol === 'https:'
				? secure(url, { ...options, rejectUnauthorized: false, agent: false })
				: plain(url, { ...options, agent });
		sent.on('timeout', () => sent.destroy(Object.assign(new Error('no answer in time'), { code: 'TIMEOUT' })));
		sent.on('error', reject);
		sent.on('response', (response) => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('error', reject);
			response.on('end', () =>
				resolve({
					status: response.statusCode ?? 0,
					headers: response.headers,
					body: Buffer.concat(chunks).toString('utf8'),
				}),
			);
		});
		sent.end(ask.body);
	});
}

const reason = (cause: unknown): string => {
	const { code, message } = cause as { code?: string; message?: string };
	return code ?? message ?? String(cause);
};

const running = new Map<number, () => Promise<object>>();

/** Requests at a steady pace, every second one on a connection of its own, the others on kept ones. */
function startLoad({ requests, perSecond }: LoadPlan): () => Promise<object> {
	const kept = new PlainAgent({ keepAlive: true, maxSockets: 8 });
	const took: number[] = [];
	const failures: object[] = [];
	const statuses: Record<string, number> = {};
	const open = new Set<Promise<void>>();
	let made = 0;
	const timer = setInterval(() => {
		const number = made++;
		const ask = requests[number % requests.length];
		if (ask === undefined) return;
		// The pace of kinds and of connections must not coincide, else each kind would see one sort of connection only.
		const fresh = Math.floor(number / requests.length) % 2 === 0;
		const began = performance.now();
		const at = new Date().toISOString();
		const one = make(ask, fresh ? false : kept).then(
			({ status, body }) => {
				took.push(performance.now() - began);
				statuses[status] = (statuses[status] ?? 0) + 1;
				if (status !== 200) failures.push({ at, fresh, url: ask.url, status, body: body.slice(0, 300) });
			},
			(cause) => {
				failures.push({ at, fresh, url: ask.url, ms: Math.round(performance.now() - began), error: reason(cause) });
			},
		);
		open.add(one);
		void one.finally(() => open.delete(one));
	}, 1000 / perSecond);
	return async () => {
		clearInterval(timer);
		await Promise.all(open);
		kept.destroy();
		took.sort((a, b) => a - b);
		const at = (share: number) => Math.round(took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0);
		return { made, statuses, failures, ms: { p50: at(0.5), p99: at(0.99), max: at(1) } };
	};
}

async function answer(line: string): Promise<void> {
	const ask = JSON.parse(line) as Ask | Load | { id: number; stop: number };
	try {
		if ('load' in ask) {
			running.set(ask.id, startLoad(ask.load));
			say({ id: ask.id, came: {} });
		} else if ('stop' in ask) {
			const stop = running.get(ask.stop);
			running.delete(ask.stop);
			say({ id: ask.id, came: await stop?.() });
		} else {
			say({ id: ask.id, came: await make(ask, false) });
		}
	} catch (cause) {
		say({ id: ask.id, failed: reason(cause) });
	}
}

createInterface({ input: process.stdin })
	.on('line', (line) => void answer(line))
	.on('close', () => process.exit(0));
say({ id: 0, came: 'ready' });
