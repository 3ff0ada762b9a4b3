import { existsSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Component } from './sbom.ts';

const root = join(import.meta.dirname, '../..');

/**
 * Writes the licence texts of these parts, each text once, under the names of those it belongs to: most licences ask that
 * whoever passes the part on passes the text on too.
 */
export function writeLicences(file: string, components: readonly Component[]): void {
	const owners = new Map<string, string[]>();
	for (const { name, version } of components) {
		const texts = name === 'node' ? [nodeLicence()] : textsIn(join(root, 'node_modules', name));
		for (const text of texts) owners.set(text, [...(owners.get(text) ?? []), `${name} ${version}`]);
	}
	const sections = [...owners].map(([text, names]) => `${names.join('\n')}\n\n${text.trim()}\n`);
	writeFileSync(file, sections.join(`\n${'-'.repeat(80)}\n\n`));
}

function textsIn(folder: string): string[] {
	if (!existsSync(folder)) return [];
	return readdirSync(folder)
		.filter((name) => /^(?:licen[cs]e|copying|notice)/i.test(name) && statSync(join(folder, name)).isFile())
		.sort()
		.map((name) => readFileSync(join(folder, name), 'utf8'));
}

/** It lies beside the program, or with the package that brought the program. */
function nodeLicence(): string {
	const home = join(dirname(realpathSync(process.execPath)), '..');
	const carried = join(home, 'node_modules', `node-${process.platform}-${process.arch}`);
	const [text] = [home, carried].flatMap(textsIn);
	if (text === undefined) throw new Error(`no licence of Node in ${home} or ${carried}`);
	return text;
}
