import { describe, expect, it } from 'vitest';
import { relativeText, untilText } from '#ui/controls/relative-time.ts';

const now = Date.parse('2026-11-24T12:00:00Z');
const inSeconds = (seconds: number) => new Date(now + seconds * 1000).toISOString();

describe('how long ago', () => {
	it.each([
		[-3, 'just now'],
		[-48, '48 s ago'],
		[-59 * 60 - 40, '1 h ago'],
		[-23.8 * 3600, '1 day ago'],
		[-3 * 86_400, '3 days ago'],
	])('%d s is “%s”', (seconds, words) => {
		expect(relativeText(inSeconds(seconds), now)).toBe(words);
	});

	it.each([
		[3, 'in 3 s'],
		[48, 'in 48 s'],
		[86_400, 'in 1 day'],
		[30 * 86_400, 'in 30 days'],
	])('what lies %d s ahead is never “just now”: “%s”', (seconds, words) => {
		expect(relativeText(inSeconds(seconds), now)).toBe(words);
	});

	it('what is due is due now, not some time ago', () => {
		expect(untilText(inSeconds(-30), now)).toBe('now');
		expect(untilText(inSeconds(48), now)).toBe('in 48 s');
	});

	it('says nothing before the clock runs or of what is no time', () => {
		expect(relativeText(inSeconds(3), 0)).toBe('');
		expect(relativeText('yesterday', now)).toBe('');
	});
});
