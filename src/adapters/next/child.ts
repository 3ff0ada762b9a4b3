import { type ChildProcess, fork } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Log } from '#gateway/ports/log';

export interface NextChild {
	/** Its loopback port, or null while it is starting again. */
	port(): number | null;
	stop(): Promise<void>;
}

const guard = fileURLToPath(new URL('./child-guard.mjs', import.meta.url));
const RESTART_MS = 250;
const STOP_MS = 5_000;

/**
 * Runs Next's own standalone `server.js` as a loopback child and starts it again when it dies; resolves once it listens.
 * It gets no environment but what it needs: no secret, no database URL. Since the system would let it read ours, as the
 * same user, Node's permission model lets it read its own folder only, write nothing, and start no program or thread.
 * @param options.server path of the standalone server.js
 */
export async function startNextChild(options: { server: string; log: Log }): Promise<NextChild> {
	let child: ChildProcess | null = null;
	let listening: number | null = null;
	let stopping = false;

	// The signal that opens Node's debugger needs no right, and whoever speaks to a debugger has everything.
	if (!process.listeners('SIGUSR1').includes(noDebugger)) process.on('SIGUSR1', noDebugger);
	// Node resolves links before it asks for the right to read.
	const server = realpathSync(options.server);
	const folder = dirname(server);
	const rights = ['--permission', `--allow-fs-read=${folder}/*`, `--allow-fs-read=${guard}`];

	const start = async (): Promise<void> => {
		const port = await freePort();
		const started = fork(server, {
			cwd: folder,
			execArgv: [...rights, '--import', guard, '--max-http-header-size=65536'],
			env: {
				NODE_ENV: 'production',
				HOSTNAME: '127.0.0.1',
				PORT: String(port),
				NEXT_TELEMETRY_DISABLED: '1',
				KEEP_ALIVE_TIMEOUT: '75000',
			},
			stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
		});
		child = started;
		started.stderr?.on('data', (chunk: Buffer) =>
			options.log.warn({ text: chunk.toString().slice(0, 2000) }, 'pages: stderr'),
		);
		await new Promise<void>((resolve, reject) => {
			started.once('message', () => {
				listening = port;
				resolve();
			});
			started.once('error', reject);
			started.once('exit', (code, signal) => {
				listening = null;
				reject(new Error(`pages did not start (${code ?? signal})`));
				if (stopping) return;
				options.log.error({ code, signal }, 'pages stopped; starting them again');
				setTimeout(() => {
					if (!stopping) start().catch((cause) => options.log.error({ err: cause }, 'pages did not start'));
				}, RESTART_MS).unref();
			});
		});
	};
	await start();

	return {
		port: () => listening,
		stop: () =>
			new Promise((resolve) => {
				stopping = true;
				if (child === null || child.exitCode !== null || child.signalCode !== null) return resolve();
				const kill = setTimeout(() => child?.kill('SIGKILL'), STOP_MS);
				child.once('exit', () => {
					clearTimeout(kill);
					resolve();
				});
				child.kill('SIGTERM');
			}),
	};
}

function noDebugger(): void {}

/** `PORT=0` means 3000 to Next, so a free one is found first. */
function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const probe = createServer();
		probe.once('error', reject);
		probe.listen(0, '127.0.0.1', () => {
			const address = probe.address();
			probe.close(() =>
				typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
			);
		});
	});
}
