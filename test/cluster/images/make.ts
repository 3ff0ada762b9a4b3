import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { layBase } from '../../../scripts/image/base-part.ts';
import { config } from '../../../scripts/image/layout.ts';
import { IMAGES } from '../settings.ts';
import { exchangePins } from './exchange-pins.ts';
import { copyWithLibraries, writeUser } from './libraries.ts';
import { layOutPostgres, POSTGRES_UID } from './postgres.ts';

const ROOT = join(import.meta.dirname, '../../..');
const NODE = '/usr/local/bin/node';

interface Image {
	readonly names: readonly string[];
	/** Options of the command that makes an image of a folder: `--user`, `--entrypoint` … */
	readonly options: readonly string[];
	layOut(root: string): Promise<void> | void;
}

/** The portal as it is shipped: what `npm run build` made, in the layout that the Dockerfile has too. */
const portal: Omit<Image, 'names'> = {
	options: [
		...['--user', config.user, '--workdir', config.workdir, '--port', `${config.port}/tcp`],
		...Object.entries(config.env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
		...config.entrypoint.flatMap((word) => ['--entrypoint', word]),
	],
	layOut(root) {
		const dist = join(ROOT, 'dist');
		if (sidecarKind() === 'real') return program(process.execPath, [join(ROOT, 'scripts/rootfs.ts'), root]);
		const copy = mkdtempSync(join(tmpdir(), 'portal-dist-'));
		try {
			cpSync(dist, copy, { recursive: true });
			exchangePins(copy);
			program(process.execPath, [join(ROOT, 'scripts/rootfs.ts'), root, '--dist', copy]);
		} finally {
			rmSync(copy, { recursive: true, force: true });
		}
	},
};

const github: Omit<Image, 'names'> = {
	options: ['--user', '10001:10001', '--entrypoint', NODE, '--entrypoint', '/app/github.mjs'],
	async layOut(root) {
		layBase(root);
		await bundle('src/sandbox/main.ts', join(root, 'app/github.mjs'));
	},
};

/** No user, and a default command that is not the one we need: the published image is like that. */
const sidecarOptions = ['--workdir', '/server', '--entrypoint', '/server/github-mcp-server', '--cmd', 'stdio'];

function sidecar(real: string | undefined): Omit<Image, 'names'> {
	return {
		options: sidecarOptions,
		async layOut(root) {
			const path = join(root, 'server/github-mcp-server');
			mkdirSync(join(root, 'server'), { recursive: true });
			if (real === undefined) {
				layBase(root);
				// CommonJS, since its name has no ending.
				await bundle('test/cluster/pods/sidecar.ts', path, `#!${NODE}`);
			} else {
				writeUser(root, 'nonroot', 65_532);
				copyWithLibraries(root, real);
				renameSync(join(root, real), path);
			}
			chmodSync(path, 0o755);
		},
	};
}

async function bundle(entry: string, outfile: string, shebang?: string): Promise<void> {
	await build({
		absWorkingDir: ROOT,
		entryPoints: [entry],
		outfile,
		bundle: true,
		platform: 'node',
		target: 'node24',
		format: shebang === undefined ? 'esm' : 'cjs',
		...(shebang === undefined ? {} : { banner: { js: shebang } }),
		logLevel: 'warning',
	});
}

function program(command: string, args: readonly string[]): void {
	const done = spawnSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', cwd: ROOT });
	if (done.status !== 0)
		throw new Error(`${command} ${args.join(' ')} failed:\n${done.stdout}${done.stderr}${done.error ?? ''}`);
	process.stdout.write(done.stderr.replace(/^/gm, '  ').trimEnd().concat('\n'));
}

/** Which sidecar the cluster runs. */
export const sidecarKind = (): 'real' | 'stand-in' =>
	process.env.GITHUB_MCP_SERVER_BIN === undefined ? 'stand-in' : 'real';

/**
 * Makes the five images. `load` is a command that takes `[options] ROOTFS_DIR NAME:TAG`, makes an image of that folder and
 * gives it to the cluster.
 */
export async function makeImages(load: string): Promise<void> {
	const images: Image[] = [
		{ names: [IMAGES.portal, IMAGES.portalNext], ...portal },
		{ names: [IMAGES.sidecar], ...sidecar(process.env.GITHUB_MCP_SERVER_BIN) },
		{
			names: [IMAGES.postgres],
			options: ['--user', `${POSTGRES_UID}:${POSTGRES_UID}`, '--entrypoint', '/start'],
			layOut: layOutPostgres,
		},
		{ names: [IMAGES.github], ...github },
	];
	const folder = mkdtempSync(join(tmpdir(), 'portal-images-'));
	try {
		for (const [index, { names, options, layOut }] of images.entries()) {
			const root = join(folder, String(index));
			mkdirSync(root);
			await layOut(root);
			for (const name of names) program(load, [...options, root, name]);
			rmSync(root, { recursive: true });
		}
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
