import { type ChildProcess, spawn } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import type { Query } from '#adapters/store/database';
import type { Arm, FromPortal, ToPortal } from './arm.ts';
import type { Bundle } from './bundle.ts';

/** The name that every portal of a campaign answers under: sessions hold at all of them. */
export const PORTAL_URL = 'http://portal.test';
const START_MS = 60_000;
const KEPT_OUTPUT = 8_000;

export interface Answer {
	readonly status: number;
	// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
	readonly body: any;
}

export interface Portal {
	/** Resolves when the process is gone, however. */
	readonly gone: Promise<void>;
	isGone(): boolean;
	/** Rejects when the connection breaks before there is an answer. */
	send(method: string, path: string, body?: unknown): Promise<Answer>;
	/** From now on it ends itself at one of these. Resolves when it knows. */
	arm(arms: readonly Arm[]): Promise<void>;
	/** Asks the embedded database, inside the process that has it. */
	readonly query: Query;
	kill(): Promise<void>;
	signal(name: NodeJS.Signals): void;
	/** Its exit code, or the signal that ended it. */
	readonly ended: Promise<number | NodeJS.Signals>;
	/** The end of what it has written, for a report. */
	output(): string;
}

export interface PortalOptions {
	readonly bundle: Bundle;
	readonly args: readonly string[];
	readonly env: Readonly<Record<string, string>>;
	readonly cookie: string;
	/** Where it ends itself while it starts. */
	readonly arms?: readonly Arm[];
}

const living = new Set<ChildProcess>();

/** Every portal of this process, without waiting for its end: for the end of the process itself. */
export function killPortals(): void {
	for (const child of living) child.kill('SIGKILL');
}

/** Begins a portal process. `running` resolves when it serves; false: it was gone before. */
export function beginPortal(options: PortalOptions): { portal: Portal; running: Promise<boolean> } {
	const { bundle, env, cookie } = options;
	const { PATH = '', HOME = '' } = process.env;
	const child: ChildProcess = spawn(
		process.execPath,
		['--import', bundle.hooks, bundle.server, '--headless', ...options.args],
		{
			env: {
				PATH,
				HOME,
				NODE_ENV: 'production',
				NODE_COMPILE_CACHE: bundle.cache,
				PORT: '0',
				LOG_LEVEL: 'info',
				PORTAL_URL,
				...env,
				CAMPAIGN_ARMS: JSON.stringify(options.arms ?? []),
			},
			// The terminal's Ctrl-C is for the harness. It dies with the harness all the same: hooks.ts sees the channel close.
			detached: true,
			stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
			serialization: 'advanced',
		},
	);
	living.add(child);
	child.once('exit', () => living.delete(child));
	let said = '';
	let ended = false;
	let port = 0;
	const gone = new Promise<void>((resolve) => {
		child.once('exit', () => {
			ended = true;
			resolve();
		});
	});
	const exited = new Promise<number | NodeJS.Signals>((resolve) => {
		child.once('exit', (code, signal) => resolve(code ?? signal ?? -1));
	});
	let settle: (running: boolean) => void = () => {};
	const running = new Promise<boolean>((resolve) => {
		settle = resolve;
	});
	void gone.then(() => settle(false));
	const tooLong = setTimeout(() => child.kill('SIGKILL'), START_MS);
	void running.then(() => clearTimeout(tooLong));
	for (const stream of [child.stdout, child.stderr]) {
		stream?.setEncoding('utf8').on('data', (text: string) => {
			said = (said + text).slice(-KEPT_OUTPUT);
			if (said.includes('"msg":"portal is running"')) settle(true);
		});
	}

	let asked = 0;
	const waiting = new Map<number, (answer: Extract<FromPortal, { kind: 'rows' }>) => void>();
	const knowing: (() => void)[] = [];
	child.on('message', (message: FromPortal) => {
		if (message.kind === 'port') port = message.port;
		else if (message.kind === 'armed') knowing.shift()?.();
		else {
			waiting.get(message.id)?.(message);
			waiting.delete(message.id);
		}
	});
	const tell = (message: ToPortal): void => {
		if (!ended && child.connected) child.send(message, () => {});
	};
	const orGone = <T>(work: Promise<T>): Promise<T> =>
		Promise.race([work, gone.then(() => Promise.reject<T>(new Error('the portal is gone')))]);

	const portal: Portal = {
		gone,
		isGone: () => ended,
		output: () => said,
		signal: (name) => void child.kill(name),
		ended: exited,
		send: (method, path, body) => send({ port, cookie, method, path, body }),
		arm: (arms) => {
			const known = new Promise<void>((resolve) => knowing.push(resolve));
			tell({ kind: 'arm', arms });
			return Promise.race([known, gone]);
		},
		query: async <Row extends Record<string, unknown>>(text: string, params: readonly unknown[] = []) => {
			const id = ++asked;
			const answer = new Promise<Extract<FromPortal, { kind: 'rows' }>>((resolve) => waiting.set(id, resolve));
			tell({ kind: 'ask', id, text, params });
			const { rows, error } = await orGone(answer);
			if (rows === undefined) throw new Error(error);
			return rows as Row[];
		},
		kill: () => {
			child.kill('SIGKILL');
			return gone;
		},
	};
	return { portal, running };
}

/** Not `fetch`, which does not let a caller say which host it means. */
function send(wanted: { port: number; cookie: string; method: string; path: string; body: unknown }): Promise<Answer> {
	const payload = wanted.body === undefined ? undefined : JSON.stringify(wanted.body);
	return new Promise((resolve, reject) => {
		const request = httpRequest(
			{
				host: '127.0.0.1',
				port: wanted.port,
				method: wanted.method,
				path: wanted.path,
				agent: false,
				headers: {
					host: new URL(PORTAL_URL).host,
					origin: PORTAL_URL,
					cookie: wanted.cookie,
					...(payload === undefined
						? {}
						: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
				},
			},
			(response) => {
				let text = '';
				response.setEncoding('utf8').on('data', (chunk: string) => {
					text += chunk;
				});
				response.on('error', reject);
				response.on('end', () => {
					try {
						resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) });
					} catch (cause) {
						reject(cause);
					}
				});
			},
		);
		request.on('error', reject);
		request.end(payload);
	});
}
