import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const pages = [
	...readdirSync(root),
	...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((path) => join('docs', path)),
].filter((path) => path.endsWith('.md'));
/** npm's own commands are no scripts. */
const scripts = ['install', 'ci', ...Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts)];

/** The prose of a page: code blocks hold examples, not references. */
function proseOf(page: string): string {
	return readFileSync(join(root, page), 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
}

describe.each(pages)('%s', (page) => {
	it('links only to files that exist', () => {
		const targets = [
			...proseOf(page)
				.replace(/`[^`\n]*`/g, '')
				.matchAll(/\]\(([^)#\s]+)[^)]*\)/g),
		].map(([, target]) => target ?? '');
		const files = targets.filter((target) => !/^(?:https?:|mailto:|\/)/.test(target));
		expect(files.filter((file) => !existsSync(join(root, dirname(page), file)))).toEqual([]);
	});

	it('names only files and folders that exist', () => {
		const named = [...proseOf(page).matchAll(/`((?:src|test|e2e|scripts|docs|bench|\.ci)\/[\w./[\]-]+)`/g)];
		expect(named.map(([, path]) => path ?? '').filter((path) => !existsSync(join(root, path)))).toEqual([]);
	});

	it('names only npm scripts that exist', () => {
		const named = [...proseOf(page).matchAll(/`npm (?:run )?([a-z:]+)`/g)].map(([, script]) => script ?? '');
		expect(named.filter((script) => !scripts.includes(script))).toEqual([]);
	});
});
