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
 */
export async function startPostgres(bin: string, options: { durable: boolean }): Promise<Cluster> {
	const user = runAs();
	const directory = mkdtempSync(join(tmpdir(), 'portal-pg-'));
	if (user !== undefined) chownSync(directory, user.uid, user.gid);
	const data = join(directory, 'data');
	const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
	await run(join(bin, 'initdb'), initdb, { ...user, cwd: directory });
	writeFileSync(
		join(data, 'postgresql.auto.conf'),
		[
			"listen_addresses = ''",
			`unix_socket_directories = '${directory}'`,
			'max_connections = 200',
			'shared_buffers = 64MB',
			...(options.durable ? [] : ['fsync = off', 'synchronous_commit = off', 'full_page_writes = off']),
		].join('\n'),
	);

	// The shell waits for a line, or the end of its input, which comes with the end of this process even on kill -9: then
	// it takes the directory away too.
	const script = `"$1" -D "$2" >"$3/log" 2>&1 & pid=$!
		read -r word; kill -INT $pid; wait $pid; [ "$word" = keep ] || rm -rf "$3"`;
	const begin = (): ChildProcess =>
		spawn('/bin/sh', ['-c', script, 'sh', join(bin, 'postgres'), data, directory], {
			...user,
			cwd: directory,
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
	return {
		url,
		restart: async () => {
			await end(child, 'keep\n');
			child = begin();
			await answers(url('postgres'), join(directory, 'log'));
		},
		stop: async () => {
			await end(child, '');
			rmSync(directory, { recursive: true, force: true });
		},
	};
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
