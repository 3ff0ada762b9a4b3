import { readFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * The Markdown of docs/errors/<code>.md, ours, or undefined when there is no such page. The code comes from the address:
 * the pattern admits no dot and no slash, so nothing outside the folder can be named.
 */
export async function errorPage(code: string): Promise<string | undefined> {
	if (!/^[a-z][a-z0-9_-]{1,47}$/.test(code)) return undefined;
	try {
		return await readFile(path.join(process.cwd(), 'docs', 'errors', `${code}.md`), 'utf8');
	} catch {
		return undefined;
	}
}
