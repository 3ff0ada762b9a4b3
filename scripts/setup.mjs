// Makes a fresh clone ready: installs, then builds the pages. No dependency, runs on Node 20 (before node_modules exists).
// Each step is stamped with a hash of what it was made from, so that a later start skips it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
process.chdir(root);
/** `--no-pages`: packages alone, for a command whose output somebody may be reading: what is said here goes to stderr. */
const pages = !process.argv.includes('--no-pages');

const PAGES = [
	'src/app',
	'src/ui',
	'src/api/client.ts',
	'src/api/contract',
	'src/core',
	'docs/errors',
	'next.config.ts',
	'postcss.config.mjs',
];

function hashOf(paths) {
	const hash = createHash('sha256');
	const visit = (path) => {
		if (!existsSync(path)) return;
		if (statSync(path).isDirectory()) {
			for (const name of readdirSync(path).sort()) visit(join(path, name));
		} else {
			hash.update(`${path}\0`).update(readFileSync(path)).update('\0');
		}
	};
	for (const path of paths) visit(path);
	return hash.digest('hex');
}

function step(title, stamp, sources, work) {
	const wanted = hashOf(sources);
	if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
	const started = Date.now();
	console.error(`• ${title} …`);
	work();
	mkdirSync(join(stamp, '..'), { recursive: true });
	writeFileSync(stamp, wanted);
	console.error(`  done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

function run(command, args, advice) {
	const done = spawnSync(command, args, {
		stdio: ['ignore', 'pipe', 'pipe'],
		encoding: 'utf8',
		env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
	});
	if (done.status === 0) return;
	console.error(`${done.stdout ?? ''}${done.stderr ?? ''}${done.error ?? ''}`);
	console.error(`✗ “${command} ${args.join(' ')}” failed. ${advice}`);
	process.exit(1);
}

step('Installing the pinned packages', 'node_modules/.stamp', ['package.json', 'package-lock.json', '.npmrc'], () => {
	run('npm', ['ci', '--no-audit', '--no-fund'], 'Is the npm registry reachable? Delete node_modules and try again.');
});

const node = join('node_modules', '.bin', 'node');
const version = existsSync(node) ? spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim() : 'none';
if (!version.startsWith('v24.')) {
	console.error(`✗ The project’s own Node 24 is missing (found ${version}): npm was told not to run install scripts.`);
	console.error('  Run: npm rebuild node --foreground-scripts');
	process.exit(1);
}

if (pages)
	step('Building the pages', '.next/.stamp', ['package-lock.json', ...PAGES], () => {
		rmSync('.next/standalone', { recursive: true, force: true });
		run(node, ['node_modules/next/dist/bin/next', 'build'], 'See the lines above.');
		cpSync('.next/static', '.next/standalone/.next/static', { recursive: true });
		if (existsSync('public')) cpSync('public', '.next/standalone/public', { recursive: true });
	});
