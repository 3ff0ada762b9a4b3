import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

export interface ServerProcess {
	/** What `ready` found. */
	readonly origin: string;
	readonly pid: number;
	stop(): Promise<void>;
}

/** Starts a server of its own process; `ready` finds the origin in what it prints. */
export async function startServer(
	args: readonly string[],
	env: Record<string, string>,
	ready: RegExp,
): Promise<ServerProcess> {
	const child: ChildProcess = spawn(process.execPath, args, {
		cwd: join(import.meta.dirname, '..'),
		env: { ...process.env, ...env },
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
	const origin = await new Promise<string>((resolve, reject) => {
		let said = '';
		child.stdout?.setEncoding('utf8').on('data', (text: string) => {
			said = (said + text).slice(-10_000);
			const found = ready.exec(said)?.[1];
			if (found !== undefined) resolve(found);
		});
		void ended.then(() => reject(new Error(`${args.join(' ')} ended`)));
	});
	return {
		origin,
		pid: child.pid ?? 0,
		stop: async () => {
			child.kill('SIGTERM');
			await ended;
		},
	};
}
