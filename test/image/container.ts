import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `rootfs.ts --config` prints. */
export interface ImageConfig {
	readonly user: string;
	readonly workdir: string;
	readonly env: Readonly<Record<string, string>> & { readonly NODE_ENV: 'production'; readonly PATH: string };
	readonly entrypoint: readonly string[];
}

export interface Container {
	readonly output: () => string;
	/** To the first process of the container. */
	readonly signal: (name: NodeJS.Signals) => void;
	/** Exit code, or the signal that ended it. */
	readonly ended: Promise<number | string>;
	/** As this machine numbers it. */
	readonly pid: () => number;
}

/** Only root may change the root directory and mount. */
export const canContain = process.getuid?.() === 0;

/*
 * As a container engine does: namespaces of its own for mounts and processes, the root read-only, memory on /tmp, /proc, the
 * few devices that every container has; then into it, as the image's user, without any capability, as process 1.
 */
const ENTER = `
root=$1 user=$2 workdir=$3 path=$4; shift 4
unshare=$(command -v unshare)
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t tmpfs -o mode=1777,size=64m tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero random urandom; do : >"$root/dev/$device"; mount --bind /dev/$device "$root/dev/$device"; done
PATH=$path
exec "$unshare" --root="$root" --wd="$workdir" --setgid "\${user#*:}" --setuid "\${user%:*}" -- "$@"
`;

function contained(
	root: string,
	config: ImageConfig,
	command: readonly string[],
	env: NodeJS.ProcessEnv,
): ChildProcess {
	const enter = ['-ec', ENTER, 'enter', root, config.user, config.workdir, config.env.PATH, ...command];
	return spawn('/usr/bin/unshare', ['--mount', '--pid', '--fork', '--kill-child', '/bin/sh', ...enter], {
		env: { ...env, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
}

function fromDirectory(
	root: string,
	config: ImageConfig,
	command: readonly string[],
	env: NodeJS.ProcessEnv,
): ChildProcess {
	const [program = '', ...rest] =
		command[0] === 'portal' ? ['/app/dist/portal.mjs', ...command.slice(1)] : command.slice(1);
	return spawn(join(root, 'usr/local/bin/node'), [join(root, program), ...rest], {
		cwd: join(root, config.workdir),
		env,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
}

/**
 * Runs a command of the image (its entry point by default) with the image's environment and `env`, on this machine's network.
 * Where we are not root: from its directory, as whoever we are, so that its files at least are tried.
 */
export function run(
	root: string,
	config: ImageConfig,
	options: { command?: readonly string[]; env?: Record<string, string> } = {},
): Container {
	const command = options.command ?? config.entrypoint;
	const env = { ...config.env, HOST: '127.0.0.1', ...options.env };
	const child = canContain ? contained(root, config, command, env) : fromDirectory(root, config, command, env);
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream?.setEncoding('utf8').on('data', (text: string) => {
			output += text;
		});
	}
	const pid = () => {
		const own = child.pid ?? 0;
		if (!canContain) return own;
		return Number(readFileSync(`/proc/${own}/task/${own}/children`, 'utf8').trim());
	};
	return {
		output: () => output,
		pid,
		signal: (name) => process.kill(pid(), name),
		ended: new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal ?? -1))),
	};
}
