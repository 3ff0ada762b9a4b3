import { chmodSync, copyFileSync, cpSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { NODE } from './layout.ts';

const root = join(import.meta.dirname, '../..');

/** Parts that a build leaves out, and what stands in for them. */
const STAND_INS: readonly { readonly instead: RegExp; readonly use: string }[] = [
	{ instead: /(?:^|\/)start-sandbox\.ts$/, use: 'no-sandbox.ts' },
	{ instead: /^@electric-sql\/pglite$/, use: 'no-pglite.ts' },
];

const standIns: Plugin = {
	name: 'stand-ins',
	setup: (hooks) => {
		for (const { instead, use } of STAND_INS) {
			hooks.onResolve({ filter: instead }, () => ({ path: join(import.meta.dirname, use) }));
		}
	},
};

/**
 * Bundles the server and the command line into `out`, with what they read beside themselves at run time.
 * All chunks lie in one folder, not in a folder of chunks: `new URL('./migrations', import.meta.url)` means that folder.
 */
export async function bundle(out: string): Promise<void> {
	const { metafile, warnings } = await build({
		absWorkingDir: root,
		entryPoints: { server: join(root, 'src/server.ts'), portal: join(root, 'src/cli/main.ts') },
		outdir: out,
		outExtension: { '.js': '.mjs' },
		chunkNames: 'chunk-[hash]',
		bundle: true,
		splitting: true,
		format: 'esm',
		platform: 'node',
		target: 'node24',
		// pg asks for it when it is told to, and nobody tells it to.
		external: ['pg-native'],
		// CommonJS packages ask for Node's own modules with `require`, which an ES module does not have.
		banner: {
			js: "import { createRequire as portalCreateRequire } from 'node:module'; const require = portalCreateRequire(import.meta.url);",
		},
		legalComments: 'external',
		metafile: true,
		logLevel: 'warning',
		plugins: [standIns],
	});
	if (warnings.length > 0) throw new Error(`esbuild warns: ${warnings.map(({ text }) => text).join('; ')}`);
	makeProgram(join(out, 'portal.mjs'));
	copyReadFiles(metafile, out);
}

/** The source names its interpreter through /usr/bin/env, which the image does not have. */
function makeProgram(file: string): void {
	const [first = '', ...rest] = readFileSync(file, 'utf8').split('\n');
	if (!first.startsWith('#!')) throw new Error(`${file} does not begin with #!`);
	writeFileSync(file, [`#!${NODE}`, ...rest].join('\n'));
	chmodSync(file, 0o755);
}

/** Files and folders that our sources name relative to themselves: they must lie beside the bundle, under the same name. */
function copyReadFiles(metafile: Metafile, out: string): void {
	const copied = new Map<string, string>();
	for (const source of Object.keys(metafile.inputs).filter((path) => path.startsWith('src/'))) {
		for (const [, relative = ''] of readFileSync(join(root, source), 'utf8').matchAll(
			/new URL\(\s*'([^']+)',\s*import\.meta\.url/g,
		)) {
			const from = resolve(root, dirname(source), relative);
			const name = basename(from);
			if (relative !== `./${name}` || (copied.get(name) ?? from) !== from) {
				throw new Error(`${source} reads ${relative} at run time: a bundle has room for “./name” only, once each`);
			}
			copied.set(name, from);
			if (statSync(from).isDirectory()) cpSync(from, join(out, name), { recursive: true });
			else copyFileSync(from, join(out, name));
		}
	}
}
