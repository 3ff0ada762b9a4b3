import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
/** The sandbox's line for people, or production's log line. */
const RUNNING = /The portal is running: +(http:\/\/localhost:\d+)\/|"msg":"portal is running"/;

export interface PortalProcess {
	readonly origin: string;
	/** Everything that it has written to stdout and stderr. */
	output(): string;
	signal(name: NodeJS.Signals): void;
	/** Its exit code, or the signal that ended it. */
	readonly ended: Promise<number | NodeJS.Signals>;
}

export interface Ended {
	readonly code: number | NodeJS.Signals;
	readonly stdout: string;
	readonly stderr: string;
}

/** The environment of a child: nothing of ours but what Node needs, so that no setting of a developer's shell leaks in. */
function environment(env: Record<string, string>): NodeJS.ProcessEnv {
	const { PATH = '', HOME = '' } = process.env;
	return { PATH, HOME, NODE_ENV: 'production', PORT: '0', LOG_LEVEL: 'warn', ...env };
}

function launch(args: readonly string[], env: Record<string, string>, root = ROOT) {
	const child: ChildProcess = spawn(process.execPath, ['src/server.ts', '--headless', ...args], {
		cwd: root,
		env: environment(env),
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const said = { stdout: '', stderr: '' };
	let heard = () => {};
	for (const name of ['stdout', 'stderr'] as const) {
		child[name]?.setEncoding('utf8').on('data', (text: string) => {
			said[name] += text;
			heard();
		});
	}
	const ended = new Promise<number | NodeJS.Signals>((resolve) => {
		child.once('close', (code, signal) => {
			resolve(code ?? signal ?? -1);
			heard();
		});
	});
	return {
		child,
		said,
		ended,
		onOutput: (listener: () => void) => {
			heard = listener;
		},
	};
}

/**
 * Starts `node src/server.ts --sandbox --headless`; resolves when it says that it is running.
 * @param root where the code stands, when it is another version of it
 */
export async function startPortalProcess(
	env: Record<string, string>,
	args = ['--sandbox'],
	root = ROOT,
): Promise<PortalProcess> {
	const { child, said, ended, onOutput } = launch(args, env, root);
	const origin = await new Promise<string>((resolve, reject) => {
		const look = () => {
			const found = RUNNING.exec(said.stdout);
			if (found !== null) resolve(found[1] ?? '');
			else if (child.exitCode !== null || child.signalCode !== null) reject(new Error(`it ended: ${said.stderr}`));
		};
		onOutput(look);
		void ended.then(look);
	});
	return { origin, ended, output: () => said.stdout + said.stderr, signal: (name) => void child.kill(name) };
}

/** Runs a start that is expected to end by itself. */
export async function runToEnd(args: readonly string[], env: Record<string, string>): Promise<Ended> {
	const { said, ended } = launch(args, env);
	return { code: await ended, ...said };
}

/** Runs `portal <args>` as a process of its own; `onOutput` gets all of stdout so far, at each piece of it. */
export async function runCommand(
	args: readonly string[],
	env: Record<string, string>,
	onOutput: (stdout: string, kill: () => void) => void = () => {},
): Promise<Ended> {
	const child = spawn(process.execPath, ['src/cli/main.ts', ...args], {
		cwd: ROOT,
		env: environment(env),
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const said = { stdout: '', stderr: '' };
	for (const name of ['stdout', 'stderr'] as const) {
		child[name].setEncoding('utf8').on('data', (text: string) => {
			said[name] += text;
			if (name === 'stdout') onOutput(said.stdout, () => child.kill('SIGKILL'));
		});
	}
	const code = await new Promise<number | NodeJS.Signals>((resolve) => {
		child.once('close', (exit, signal) => resolve(exit ?? signal ?? -1));
	});
	return { code, ...said };
}

export interface HttpClient {
	// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
	send(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }>;
}

/** Signs in over HTTP, as a browser does. */
export async function signIn(
	origin: string,
	email = 'admin@demo.local',
	password = 'sandbox-demo',
): Promise<HttpClient> {
	const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
		fetch(`${origin}${path}`, {
			method: 'POST',
			headers: { origin, 'content-type': 'application/json', ...headers },
			body: JSON.stringify(body),
		});
	const answer = await post('/api/auth/sign-in/email', { email, password });
	if (!answer.ok) throw new Error(`sign-in: ${answer.status} ${await answer.text()}`);
	const cookie = answer.headers
		.getSetCookie()
		.map((line) => line.split(';')[0])
		.join('; ');
	return {
		send: async (method, path, body) => {
			const response = await fetch(`${origin}${path}`, {
				method,
				headers: { cookie, origin, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
				...(body === undefined ? {} : { body: JSON.stringify(body) }),
			});
			return { status: response.status, body: await response.json() };
		},
	};
}
