import { describe, expect, it } from 'vitest';
import { acknowledgedCodes, noticesOf, spansOf, type Warning } from '#ui/gateway/notices.ts';

const warning = (part: Partial<Warning>): Warning => ({
	code: 'link',
	field: 'body',
	start: 0,
	end: 1,
	detail: 'To x.example',
	holds: false,
	...part,
});

describe('the list of notices', () => {
	it('puts what holds first and numbers as the list is read', () => {
		const notices = noticesOf([
			warning({}),
			warning({ code: 'invisible_character', field: 'title', holds: true, detail: 'U+200B' }),
		]);
		expect(notices.map(({ n, code }) => [n, code])).toEqual([
			[1, 'invisible_character'],
			[2, 'link'],
		]);
	});

	it('names one thing once, with all its places', () => {
		const notices = noticesOf([warning({ start: 0, end: 4 }), warning({ start: 10, end: 14 })]);
		expect(notices).toHaveLength(1);
		expect(spansOf(notices, 'body').map(({ start, end }) => [start, end])).toEqual([
			[0, 4],
			[10, 14],
		]);
		expect(spansOf(notices, 'title')).toEqual([]);
	});

	it('acknowledges a code only when every notice of it is ticked', () => {
		const notices = noticesOf([
			warning({ code: 'bidi_control', holds: true, field: 'title', detail: 'a' }),
			warning({ code: 'bidi_control', holds: true, field: 'body', detail: 'b' }),
			warning({ code: 'hidden_comment', holds: true, detail: 'c' }),
		]);
		expect(acknowledgedCodes(notices, new Set([1]))).toEqual([]);
		expect(acknowledgedCodes(notices, new Set([1, 3]))).toEqual(['hidden_comment']);
		expect(acknowledgedCodes(notices, new Set([1, 2]))).toEqual(['bidi_control']);
	});

	it('never acknowledges what does not hold', () => {
		expect(acknowledgedCodes(noticesOf([warning({})]), new Set([1]))).toEqual([]);
	});
});
