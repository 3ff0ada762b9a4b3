import { describe, expect, it } from 'vitest';
import { tooMuchToRender } from '#ui/gateway/markdown-check.ts';

describe('what is rendered', () => {
	it('is what people write', () => {
		const body =
			'## What happened\n\nCaptures in `eu-west-1` timed **out**.\n\n- one\n  - two\n    - three\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |';
		expect(tooMuchToRender(body)).toBeUndefined();
	});

	it.each([
		['delimiter runs', '*a_'.repeat(2_000)],
		['quotes in quotes', '>'.repeat(500)],
		['quotes in quotes, spaced', '> '.repeat(500)],
		['lists in lists on one line', '- '.repeat(200)],
		['numbered lists in lists', '1. '.repeat(200)],
		['lists nested by indentation', Array.from({ length: 60 }, (_, depth) => `${'  '.repeat(depth)}- a`).join('\n')],
		['open brackets', '['.repeat(3_000)],
	])('is not %s: the parser could be kept busy', (_, body) => {
		expect(tooMuchToRender(body)).toBe('tangled');
	});

	it('is not a body beyond 8,000 characters', () => {
		expect(tooMuchToRender('a'.repeat(8_001))).toBe('long');
	});
});
