import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { invariants } from '#test/invariants/ledger';

it('docs/invariants.md says what the ledger says, in its order', () => {
	const page = readFileSync(join(import.meta.dirname, '../../docs/invariants.md'), 'utf8');
	const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (.+) \|$/gm)].map(([, id, text]) => [id, text]);
	expect(rows).toEqual(Object.entries(invariants));
});
