import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problem } from '#api/contract/schemas';
import { refusals } from '#core/refusals';

const folder = join(import.meta.dirname, '../../docs/errors');
const pages = readdirSync(folder)
	.filter((name) => name.endsWith('.md'))
	.map((name) => name.slice(0, -'.md'.length));

function pageOf(code: string): string {
	return readFileSync(join(folder, `${code}.md`), 'utf8');
}

/** The one JSON block of a page; throws when there is none, or it is not JSON. */
function exampleOf(page: string): Record<string, unknown> {
	const [block, ...more] = [...page.matchAll(/^```json\n([\s\S]*?)^```$/gm)];
	if (block?.[1] === undefined || more.length > 0) throw new Error('a page has exactly one JSON example');
	return JSON.parse(block[1]) as Record<string, unknown>;
}

it('every code has a page, and there is no page without a code', () => {
	expect(pages.sort()).toEqual(Object.keys(refusals).sort());
});

describe.each(Object.entries(refusals))('the page of %s', (code, { status, title }) => {
	it('is headed by the title and names code and status', () => {
		const lines = pageOf(code).split('\n');
		expect(lines[0]).toBe(`# ${title}`);
		expect(lines[2]).toMatch(new RegExp(`^\`${code}\` · HTTP ${status} [A-Z]`));
	});

	it('shows a body as the portal sends it: type, title, status and code of this very refusal', () => {
		const example = exampleOf(pageOf(code));
		expect(problem.safeParse(example).success).toBe(true);
		expect(example).toMatchObject({ type: `https://portal.example.com/errors/${code}`, title, status, code });
	});

	it('says what happened, how to fix it, who can, which row it leaves and what was sent, in at most 40 lines', () => {
		const page = pageOf(code);
		const told = page.match(/^## .+|^- \*\*[^*]+:\*\*(?= \S)/gm);
		expect(told).toEqual([
			'## What happened',
			'## Example',
			'## How to fix it',
			'- **Who can fix it:**',
			'- **Audit row:**',
			'- **Sent to the provider:**',
		]);
		expect(page.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
	});
});
