/**
 * Prints the pinned form of a recorded `tools/list` result: names, arguments and digests, no prose.
 *
 *   node scripts/pin-tools.ts <tools-list.json>            every tool, as the fixture of test/registry
 *   node scripts/pin-tools.ts <tools-list.json> --pins     the tools of src/core/registry/github-pins.ts
 *
 * A changed digest is a security-relevant diff: read the definition before you pin it.
 */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { JsonValue } from '#core/canonical-json';
import { restDigestOf, splitDefinition } from '#core/registry/tool-definition';

const [path, mode] = process.argv.slice(2);
if (path === undefined) throw new Error('usage: node scripts/pin-tools.ts <tools-list.json> [--pins]');

const recorded = JSON.parse(readFileSync(path, 'utf8')) as { tools: JsonValue[] };
const ours = ['issue_write', 'add_issue_comment', 'get_me', 'list_issues', 'issue_read', 'search_issues'];

const tools = recorded.tools
	.map((served) => {
		const structure = splitDefinition(served)?.structure;
		const restDigest = restDigestOf(served, (data) => hash('sha256', data, 'buffer'));
		if (structure === undefined || restDigest === null) throw new Error('not a tool definition');
		return { ...structure, restDigest };
	})
	.filter(({ name }) => mode !== '--pins' || ours.includes(name))
	.sort((a, b) => (a.name < b.name ? -1 : 1));

console.log(JSON.stringify(tools, null, '\t'));
