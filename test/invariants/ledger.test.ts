import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { invariants } from './ledger.ts';

const root = join(import.meta.dirname, '../..');
const sources = ['src', 'test', 'e2e']
	.flatMap((folder) =>
		readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(root, folder, path)),
	)
	.filter((path) => /\.(?:test|spec)\.ts$/.test(path) && !path.endsWith('ledger.test.ts'))
	.map((path) => readFileSync(path, 'utf8'));
const cited = new Set(
	sources.flatMap((text) =>
		[...text.matchAll(/\b(?:it|test|describe)\b[^\n]*?\(\s*['"`]\[([a-z-]+(?:, [a-z-]+)*)\]/g)].flatMap((match) =>
			(match[1] ?? '').split(', '),
		),
	),
);

it.each(Object.keys(invariants))('the invariant %s is cited by a test', (id) => {
	expect(cited).toContain(id);
});

it('no test cites an invariant that is not in the ledger', () => {
	const unknown = [...cited].filter((id) => !Object.hasOwn(invariants, id));
	expect(unknown).toEqual([]);
});
