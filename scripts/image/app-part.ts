import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { libraryComponents } from './base-part.ts';
import { APP, isLeftOut } from './layout.ts';
import { addToSbom } from './sbom.ts';

const root = join(import.meta.dirname, '../..');
const pages = join(root, '.next/standalone');

/** The portal itself: a build (`npm run build`), the pages, and the command `portal`. */
export function layApp(dir: string, dist: string): void {
	if (!existsSync(join(dist, 'server.mjs'))) throw new Error(`${dist} holds no build. Run: npm run build`);
	const app = join(dir, APP);
	cpSync(dist, join(app, 'dist'), { recursive: true });
	cpSync(pages, join(app, '.next/standalone'), { recursive: true, filter: isWanted });
	addToSbom(join(app, 'dist/sbom.cdx.json'), libraryComponents());
	readable(app);

	chmodSync(join(app, 'dist/portal.mjs'), 0o755);
	const bin = join(dir, 'usr/local/bin');
	mkdirSync(bin, { recursive: true });
	// A link, so that the program knows its own folder.
	symlinkSync(`${APP}/dist/portal.mjs`, join(bin, 'portal'));
}

function isWanted(path: string): boolean {
	const [name] = /(?:@[^/]+\/)?[^/]+$/.exec(relative(join(pages, 'node_modules'), path)) ?? [];
	return !path.endsWith('.map') && !(name !== undefined && isLeftOut(name));
}

/** For everyone, and for nobody to write: the modes of a checkout depend on who made it. */
function readable(path: string): void {
	chmodSync(path, 0o755);
	for (const entry of readdirSync(path, { withFileTypes: true })) {
		const child = join(path, entry.name);
		if (entry.isDirectory()) readable(child);
		else if (entry.isFile()) chmodSync(child, 0o644);
	}
}
