import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, matchesGlob } from 'node:path';
import { ofKind, readDockerfile, type Stage } from './dockerfile.ts';

const root = join(import.meta.dirname, '../..');

/** Copies what .dockerignore lets into a build (last matching line decides, a folder stands for all in it). */
function copyContext(to: string): void {
	const lines = readFileSync(join(root, '.dockerignore'), 'utf8')
		.split('\n')
		.filter((line) => line !== '' && !line.startsWith('#'));
	const lastMatch = (path: string): string | undefined => {
		const steps = path.split('/');
		const itsFolders = steps.map((_, at) => steps.slice(0, at + 1).join('/'));
		return lines.findLast((line) => itsFolders.some((each) => matchesGlob(each, line.replace('!', ''))));
	};
	const walk = (folder: string): void => {
		for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
			const path = join(folder, entry.name);
			// Nothing below these is let in, as Docker finds too; only slower.
			if (path === 'node_modules' || path === '.git' || path === '.next') continue;
			if (entry.isDirectory()) walk(path);
			else if (lastMatch(path)?.startsWith('!')) {
				mkdirSync(dirname(join(to, path)), { recursive: true });
				copyFileSync(join(root, path), join(to, path));
			}
		}
	};
	walk('');
}

/**
 * Does what the Dockerfile says, with its own lines: the context, the commands of the build stage, the copies of the last
 * stage. Without an engine, and with the packages that are installed here (linked: the build adds none).
 * @returns the root file system of the image
 */
export function buildAsDockerDoes(directory: string): string {
	const { stages } = readDockerfile();
	const [build, last] = stages as [Stage, Stage];
	const context = join(directory, 'build');
	const image = join(directory, 'image');
	mkdirSync(image);
	copyContext(context);
	sh('cp -al "$FROM" . 2>/dev/null || cp -a "$FROM" .', context, { FROM: join(root, 'node_modules') });
	for (const { rest } of ofKind(build, 'RUN')) sh(rest.replaceAll(' /rootfs/', ` ${directory}/rootfs/`), context);
	for (const { rest } of ofKind(last, 'COPY')) {
		const [from = '', to = ''] = rest.split(' ');
		sh(`cp -a "${from.replace('/rootfs', `${directory}/rootfs`)}." "${image}${to}"`, context);
	}
	return image;
}

function sh(command: string, cwd: string, more: Record<string, string> = {}): void {
	const { PATH = '', HOME = '' } = process.env;
	// No NODE_ENV: in Docker's build stage it is not set either.
	const env: Record<string, string> = { PATH: `${dirname(process.execPath)}${delimiter}${PATH}`, HOME, ...more };
	const done = spawnSync('/bin/sh', ['-ec', command], {
		cwd,
		encoding: 'utf8',
		env: env as NodeJS.ProcessEnv,
	});
	if (done.status !== 0) throw new Error(`${command}\n${done.stdout}${done.stderr}${done.error ?? ''}`);
}
