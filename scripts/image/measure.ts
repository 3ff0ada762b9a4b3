import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of the regular files at or under a path; links count nothing. */
export function bytesOf(path: string): number {
	const stat = lstatSync(path, { throwIfNoEntry: false });
	if (stat === undefined) return 0;
	if (!stat.isDirectory()) return stat.isFile() ? stat.size : 0;
	return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}

const PARTS: Readonly<Record<string, string>> = {
	'Node program': 'usr/local/bin/node',
	'pages: Next, React and their dependencies': 'app/.next/standalone/node_modules',
	'pages: ours, with scripts, styles and fonts': 'app/.next/standalone/.next',
	'server and command line': 'app/dist',
};

/** What the laid-out tree holds, in bytes by part; the last row is the whole. */
export function table(dir: string): [part: string, bytes: number][] {
	const whole = bytesOf(dir);
	const parts = Object.entries(PARTS).map(([part, path]): [string, number] => [part, bytesOf(join(dir, path))]);
	const named = parts.reduce((sum, [, bytes]) => sum + bytes, 0);
	return [...parts, ['C libraries, certificates, the rest', whole - named], ['whole', whole]];
}
