import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const folder = join(import.meta.dirname, '../../docs/decisions');
const names = readdirSync(folder).sort();

it('decisions are numbered from 0001 without gaps or doubles', () => {
	expect(names.map((name) => name.slice(0, 5))).toEqual(
		names.map((_, index) => `${String(index + 1).padStart(4, '0')}-`),
	);
});

describe.each(names)('%s', (name) => {
	const text = readFileSync(join(folder, name), 'utf8');

	it('says context, decision, consequences and when to revisit it, under its number', () => {
		expect(text).toMatch(new RegExp(`^# ${name.slice(0, 4)}: \\S`));
		expect(text.match(/^## .+$/gm)).toEqual(['## Context', '## Decision', '## Consequences', '## Revisit when']);
	});

	it('takes a minute to read: at most 300 words', () => {
		expect(text.trim().split(/\s+/).length).toBeLessThanOrEqual(300);
	});
});
