import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string | string[] | undefined>>;
	readonly body: string;
}

export interface RelayRequest {
	readonly method?: string;
	readonly url: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
	readonly timeoutMs?: number;
}

export interface LoadReport {
	readonly made: number;
	readonly statuses: Readonly<Record<string, number>>;
	readonly failures: readonly object[];
	readonly ms: { readonly p50: number; readonly p99: number; readonly max: number };
}

export interface Relay {
	/** Makes the request from inside the pod. Rejects with the network's code: ECONNREFUSED, ENOTFOUND, TIMEOUT … */
	send(request: RelayRequest): Promise<Answer>;
	/** Starts requests at a steady pace; the function that it gives ends them and says how they went. */
	load(plan: { requests: readonly RelayRequest[]; perSecond: number }): Promise<() => Promise<LoadReport>>;
	close(): void;
}

export interface Place {
	readonly namespace: string;
	/** `pod-name`, `deploy/name` … */
	readonly pod: string;
	readonly container?: string;
}

const SCRIPT = join(import.meta.dirname, 'pods/relay.ts');

const complete = ({ method = 'GET', headers = {}, timeoutMs = 10_000, ...rest }: RelayRequest) => ({
	method,
	headers,
	timeoutMs,
	...rest,
});

/**
 * Opens a way to make requests from where a pod stands. The pod needs Node at /usr/local/bin/node; nothing is installed in
 * it. It is one `kubectl exec`, which ends with `close` and, since its input ends then, with this process.
 */
export async function openRelay({ namespace, pod, container }: Place): Promise<Relay> {
	const into = container === undefined ? [] : ['-c', container];
	const node = ['/usr/local/bin/node', '--input-type=module-typescript', '-e', readFileSync(SCRIPT, 'utf8')];
	const child = spawn('kubectl', ['-n', namespace, 'exec', '-i', pod, ...into, '--', ...node], {
		stdio: ['pipe', 'pipe', 'pipe'],
	});
	const waiting = new Map<number, { done(came: never): void; fail(cause: Error): void }>();
	let stderr = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		stderr += text;
	});
	child.stdin.on('error', () => {});
	createInterface({ input: child.stdout }).on('line', (line) => {
		const { id, came, failed } = JSON.parse(line) as { id: number; came: never; failed?: string };
		const one = waiting.get(id);
		waiting.delete(id);
		if (failed === undefined) one?.done(came);
		else one?.fail(Object.assign(new Error(failed), { code: failed }));
	});
	child.once('close', () => {
		for (const one of waiting.values()) one.fail(new Error(`the relay in ${namespace}/${pod} has ended: ${stderr}`));
		waiting.clear();
	});
	let next = 1;
	const hear = <T>(id: number) =>
		new Promise<T>((done, fail) => {
			waiting.set(id, { done, fail });
		});
	const tell = <T>(line: object): Promise<T> => {
		const id = next++;
		if (child.exitCode !== null)
			return Promise.reject(new Error(`the relay in ${namespace}/${pod} has ended: ${stderr}`));
		const heard = hear<T>(id);
		child.stdin.write(`${JSON.stringify({ id, ...line })}\n`);
		return heard;
	};
	await hear(0);
	return {
		send: (request) => tell<Answer>(complete(request)),
		async load({ requests, perSecond }) {
			const id = next;
			await tell({ load: { requests: requests.map(complete), perSecond } });
			return () => tell<LoadReport>({ stop: id });
		},
		close: () => child.stdin.end(),
	};
}
