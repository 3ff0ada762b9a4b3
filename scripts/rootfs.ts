/**
 * node scripts/rootfs.ts DIR [--part base|app] [--dist DIR]: lays out the image's root file system in DIR, without a container
 * engine. The Dockerfile does it with this script too, part by part. Prints what is in it; fails above the size limit.
 * node scripts/rootfs.ts --config prints the image's configuration (user, environment, entry point) as JSON.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { layApp } from './image/app-part.ts';
import { layBase } from './image/base-part.ts';
import { config, SIZE_LIMIT } from './image/layout.ts';
import { table } from './image/measure.ts';

const root = join(import.meta.dirname, '..');

function fail(message: string): never {
	process.stderr.write(`${message}\n`);
	process.exit(1);
}

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		part: { type: 'string' },
		dist: { type: 'string', default: join(root, 'dist') },
		config: { type: 'boolean', default: false },
	},
});
if (values.config) {
	console.log(JSON.stringify(config, null, '\t'));
	process.exit(0);
}
const [target] = positionals;
if (target === undefined || positionals.length > 1 || !['base', 'app', undefined].includes(values.part)) {
	fail('usage: node scripts/rootfs.ts DIR [--part base|app] [--dist DIR], or --config');
}
const pinned = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies.node;
if (process.versions.node !== pinned) {
	fail(
		`This is Node ${process.versions.node}; the image gets ${pinned}. Run: node_modules/.bin/node scripts/rootfs.ts`,
	);
}
const dir = resolve(target);
if (existsSync(dir) && readdirSync(dir).length > 0) fail(`${dir} is not empty: an image would carry what is in it.`);
mkdirSync(dir, { recursive: true });

if (values.part !== 'app') layBase(dir);
if (values.part !== 'base') layApp(dir, resolve(values.dist));

const rows = table(dir);
for (const [part, bytes] of rows) console.log(`${(bytes / 1e6).toFixed(1).padStart(7)} MB  ${part}`);
const whole = rows.at(-1)?.[1] ?? 0;
console.log(
	`${((whole / SIZE_LIMIT) * 100).toFixed(0).padStart(6)} %   of the ${SIZE_LIMIT / 1e6} MB that it may have`,
);
if (whole > SIZE_LIMIT) fail('The image is too large.');
