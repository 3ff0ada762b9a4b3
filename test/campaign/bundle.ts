import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { JsonValue } from '#core/canonical-json';
import { pinnedTools } from '#core/registry/pins';
import { restDigestOf } from '#core/registry/tool-definition';
import { sha256 } from '#core/sha256.testing';
import { listed, toolDefinitions } from '#sandbox/sidecar/tools';

const ROOT = join(import.meta.dirname, '../..');

export interface Bundle {
	/** The portal's server, to be started with Node. */
	readonly server: string;
	/** What is loaded before it: see hooks.ts. */
	readonly hooks: string;
	/** Where Node keeps what it has compiled. */
	readonly cache: string;
	remove(): void;
}

/**
 * The portal from its present sources as one file, since a campaign starts it a thousand times. The database drivers stay
 * outside, so that the hooks get hold of them. The pins are those of the sandbox's MCP server: it stands outside of the
 * portal's process here, and a portal has no switch that would make it accept a foreign server's prose.
 */
export async function bundlePortal(): Promise<Bundle> {
	const cache = join(ROOT, 'node_modules/.cache');
	mkdirSync(cache, { recursive: true });
	const out = mkdtempSync(join(cache, 'campaign-'));
	const remove = () => rmSync(out, { recursive: true, force: true, maxRetries: 5 });
	// Whoever ends at once asks for nothing to be removed.
	process.once('exit', remove);
	await build({
		absWorkingDir: ROOT,
		entryPoints: { server: join(ROOT, 'src/server.ts'), hooks: join(ROOT, 'test/campaign/hooks.ts') },
		outdir: out,
		outExtension: { '.js': '.mjs' },
		bundle: true,
		format: 'esm',
		platform: 'node',
		target: 'node24',
		external: ['pg', 'pg-native', '@electric-sql/pglite'],
		banner: {
			js: "import { createRequire as ownRequire } from 'node:module'; const require = ownRequire(import.meta.url);",
		},
		logLevel: 'warning',
		plugins: [
			{
				name: 'pins of the sandbox',
				setup: (hooks) => {
					hooks.onLoad({ filter: /\/github-pins\.ts$/ }, ({ path }) => ({ contents: withOwnPins(path), loader: 'ts' }));
				},
			},
		],
	});
	cpSync(join(ROOT, 'src/adapters/store/migrations'), join(out, 'migrations'), { recursive: true });
	return {
		server: join(out, 'server.mjs'),
		hooks: join(out, 'hooks.mjs'),
		cache: join(out, 'compiled'),
		remove: () => {
			process.off('exit', remove);
			remove();
		},
	};
}

function withOwnPins(path: string): string {
	return pinnedTools('github').reduce(
		(text, { name, restDigest }) => {
			const tool = toolDefinitions.find((each) => each.name === name);
			const own = tool === undefined ? null : restDigestOf(listed(tool) as JsonValue, sha256);
			if (own === null || !text.includes(restDigest)) throw new Error(`the sandbox has no tool ${name} to pin`);
			return text.replace(restDigest, own);
		},
		readFileSync(path, 'utf8'),
	);
}
