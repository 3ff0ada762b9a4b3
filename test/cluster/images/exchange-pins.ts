import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { JsonValue } from '#core/canonical-json';
import { pinnedTools } from '#core/registry/pins';
import { restDigestOf } from '#core/registry/tool-definition';
import { sha256 } from '#core/sha256.testing';
import { listed, toolDefinitions } from '#sandbox/sidecar/tools';

/**
 * Makes a build accept the stand-in's tools, whose prose is its own, in place of the real ones: the digests of the pins are
 * exchanged in the bundle's text. A production build has no switch for that, and must not have one.
 */
export function exchangePins(dist: string): void {
	const exchange = pinnedTools('github').map(({ name, restDigest }) => {
		const tool = toolDefinitions.find((each) => each.name === name);
		const own = tool === undefined ? null : restDigestOf(listed(tool) as JsonValue, sha256);
		if (own === null) throw new Error(`the stand-in has no tool ${name}`);
		return [restDigest, own] as const;
	});
	const left = new Set(exchange.map(([pinned]) => pinned));
	for (const name of readdirSync(dist).filter((file) => file.endsWith('.mjs'))) {
		const path = join(dist, name);
		let text = readFileSync(path, 'utf8');
		for (const [pinned, own] of exchange) {
			if (!text.includes(pinned)) continue;
			text = text.replaceAll(pinned, own);
			left.delete(pinned);
		}
		writeFileSync(path, text);
	}
	if (left.size > 0) throw new Error('the build does not hold the pins where they are looked for');
}
