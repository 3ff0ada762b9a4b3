import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

export interface Cluster {
	/** Connection string of one of its databases, over its Unix socket. */
	url(database: string): string;
	/** The server, as an outage would have it. */
	restart(): Promise<void>;
	/** Ends the server as a crash of its machine would, and leaves it away until `begin`. */
	crash(): Promise<void>;
	begin(): Promise<void>;
	/** SIGSTOP to the server and all that it has started: it keeps its sockets, and says nothing. */
	pause(): void;
	resume(): void;
	/** No file of the server grows past so many bytes: what a full disk is to it, where none can be made. Null = no limit. */
	limitFiles(bytes: number | null): Promise<void>;
	stop(): Promise<void>;
}

/** The newest installed server of PostgreSQL 15 or later, or null. */
export function findPostgres(): string | null {
	const root = '/usr/lib/postgresql';
	const versions = existsSync(root)
		? readdirSync(root)
				.map(Number)
				.filter((version) => version >= 15)
		: [];
	// The oldest that we promise to run on: what works there works on later ones.
	const oldest = versions.sort((a, b) => a - b)[0];
	return oldest === undefined ? null : join(root, String(oldest), 'bin');
}

/** A server refuses to run as root: then user `postgres` runs it. */
function runAs(): { uid: number; gid: number } | undefined {
	if (process.getuid?.() !== 0) return undefined;
	const line = readFileSync('/etc/passwd', 'utf8')
		.split('\n')
		.find((candidate) => candidate.startsWith('postgres:'));
	const [, , uid, gid] = line?.split(':') ?? [];
	if (uid === undefined || gid === undefined) throw new Error('running as root, and there is no user postgres');
	return { uid: Number(uid), gid: Number(gid) };
}

/**
 * Starts a throw-away cluster in a temporary directory, on a Unix socket only. `durable` keeps fsync on, for measuring;
 * tests do without. The directory goes away with the server, and the server with this process, however that ends.
 * @param options.settings further lines of its configuration
 * @param options.under where its directory is made
 */
export async function startPostgres(
	bin: string,
	options: { durable: boolean; settings?: readonly string[]; under?: string },
): Promise<Cluster> {
	const user = runAs();
	const directory = mkdtempSync(join(options.under ?? tmpdir(), 'portal-pg-'));
	if (user !== undefined) chownSync(directory, user.uid, user.gid);
	const data = join(directory, 'data');
	const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
	await runApart(join(bin, 'initdb'), initdb, { ...user, cwd: directory });
	writeFileSync(
		join(data, 'postgresql.auto.conf'),
		[
			"listen_addresses = ''",
			`unix_socket_directories = '${directory}'`,
			'max_connections = 200',
			'shared_buffers = 64MB',
			...(options.durable ? [] : ['fsync = off', 'synchronous_commit = off', 'full_page_writes = off']),
			...(options.settings ?? []),
		].join('\n'),
	);

	// The shell waits for a line, or the end of its input, which comes with the end of this process even on kill -9: then
	// it takes the directory away too. Whatever is paused is woken, else it would never hear that it is to end. Ctrl-C in
	// a terminal must not reach it (`detached`): this process decides what that means, and still needs the server then.
	const script = `"$1" -D "$2" >"$3/log" 2>&1 & pid=$!
		read -r word; if [ "$word" = crash ]; then kill -QUIT $pid; else kill -INT $pid; fi
		kill -CONT $pid $(cat /proc/$pid/task/$pid/children); wait $pid; [ -n "$word" ] || rm -rf "$3"`;
	const begin = (): ChildProcess =>
		spawn('/bin/sh', ['-c', script, 'sh', join(bin, 'postgres'), data, directory], {
			...user,
			cwd: directory,
			detached: true,
			stdio: ['pipe', 'ignore', 'ignore'],
		});
	const end = async (child: ChildProcess, lastWord: string): Promise<void> => {
		if (child.exitCode !== null) return;
		const exited = new Promise((resolve) => child.once('exit', resolve));
		child.stdin?.end(lastWord);
		await exited;
	};
	const url = (database: string) => `postgres://postgres@/${database}?host=${encodeURIComponent(directory)}`;

	let child = begin();
	await answers(url('postgres'), join(directory, 'log'));
	/** The server first: what is stopped starts nothing new. */
	const processes = (): number[] => {
		const server = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
		const children = readFileSync(`/proc/${server}/task/${server}/children`, 'utf8').trim().split(/\s+/);
		return [server, ...children.filter((pid) => pid !== '').map(Number)];
	};
	const signal = (name: NodeJS.Signals): void => {
		const [server, ...others] = processes();
		if (server === undefined) return;
		process.kill(server, name);
		for (const pid of name === 'SIGSTOP' ? processes().slice(1) : others) {
			try {
				process.kill(pid, name);
			} catch {
				// It has ended since.
			}
		}
	};
	const beginAgain = async (): Promise<void> => {
		child = begin();
		await answers(url('postgres'), join(directory, 'log'));
	};
	return {
		url,
		restart: async () => {
			await end(child, 'keep\n');
			await beginAgain();
		},
		crash: () => end(child, 'crash\n'),
		begin: beginAgain,
		pause: () => signal('SIGSTOP'),
		resume: () => signal('SIGCONT'),
		limitFiles: async (bytes) => {
			// The soft limit alone, so that it can be lifted without privilege.
			const limit = `--fsize=${bytes ?? 'unlimited'}:`;
			const [server, ...others] = processes();
			await run('prlimit', ['--pid', String(server), limit], { ...user });
			// One may have ended since; whatever starts from now on has the server's.
			for (const pid of others) await run('prlimit', ['--pid', String(pid), limit], { ...user }).catch(() => {});
		},
		stop: async () => {
			await end(child, '');
			rmSync(directory, { recursive: true, force: true });
		},
	};
}

/** Out of reach of the terminal's Ctrl-C, like the server: what was begun is there to be taken away. */
function runApart(program: string, args: readonly string[], options: { cwd: string; uid?: number; gid?: number }) {
	return new Promise<void>((resolve, reject) => {
		const child = spawn(program, args, { ...options, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
		let said = '';
		child.stderr.setEncoding('utf8').on('data', (text: string) => {
			said += text;
		});
		child.once('error', reject);
		child.once('close', (code, signal) => {
			if (code === 0) resolve();
			else reject(new Error(`${program} ended with ${code ?? signal}: ${said}`));
		});
	});
}

async function answers(url: string, log: string): Promise<void> {
	const deadline = Date.now() + 30_000;
	for (;;) {
		const client = new pg.Client({ connectionString: url });
		client.on('error', () => {});
		try {
			await client.connect();
			await client.end();
			return;
		} catch (error) {
			if (Date.now() > deadline) {
				throw new Error(`PostgreSQL did not start: ${existsSync(log) ? readFileSync(log, 'utf8') : ''}`, {
					cause: error,
				});
			}
			await new Promise((resolve) => setTimeout(resolve, 25));
		}
	}
}
