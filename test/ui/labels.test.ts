import { describe, expect, it } from 'vitest';
import { isInQuotes, namesIn, withNames } from '#ui/gateway/label-input.ts';
import { noticesOf } from '#ui/gateway/notices.ts';
import { checkValues, emptyValues, errorsByField, submittedOf } from '#ui/gateway/writes.ts';

const where = { ...emptyValues, owner: ' acme ', repo: 'payments-api', number: '#512' };

describe('the labels that an issue shall have', () => {
	it.each([
		['bug, good first issue ,triage', ['bug', 'good first issue', 'triage']],
		['bug\r\ntriage\n', ['bug', 'triage']],
		[' , ', []],
	])('are parted by commas and line ends, not by spaces: %j', (text, names) => {
		expect(namesIn(text)).toEqual(names);
	});

	it.each([
		['"db, cache", bug', ['db, cache', 'bug']],
		['bug,"db, cache"', ['bug', 'db, cache']],
		[' "a, b" \n"c,d"\r\n', ['a, b', 'c,d']],
		['"say ""hi"", please"', ['say "hi", please']],
		['"two  spaces","good\u00a0first"', ['two  spaces', 'good\u00a0first']],
		['"db, cache', ['db, cache']],
		['"db, cache\nbug', ['"db', 'cache', 'bug']],
		['say "hi", bug', ['say "hi"', 'bug']],
		['"a"b, c', ['"a"b', 'c']],
		['"", " "', []],
	])('hold a comma, or any spaces, in quotes: %j', (text, names) => {
		expect(namesIn(text)).toEqual(names);
	});

	it.each([
		['"db', true],
		['bug, "db', true],
		['"say ""hi""', true],
		['"db"', false],
		['say "hi', false],
		['', false],
	])('whose quotes are open take the next comma: %j', (text, open) => {
		expect(isInQuotes(text)).toBe(open);
	});

	it('stand in the list once, letter case aside; the first spelling stays', () => {
		expect(withNames(['bug'], ['Bug', 'triage', 'TRIAGE'])).toEqual({
			labels: ['bug', 'triage'],
			twice: ['Bug', 'TRIAGE'],
		});
	});

	it('are sent as a set with nothing else of the issue, with what stands in the field and was not added yet', () => {
		const { tool, args } = submittedOf('labels', { ...where, title: 'T', body: 'B', labels: ['bug'], label: 'triage' });
		expect(tool).toBe('issue_write');
		expect(args).toEqual({
			method: 'update',
			owner: 'acme',
			repo: 'payments-api',
			issue_number: 512,
			labels: ['bug', 'triage'],
		});
	});

	it('are at least one, at most a hundred, each at most 50 characters', () => {
		expect(checkValues('labels', where).labels).toMatch(/cannot be removed here/);
		const many = Array.from({ length: 101 }, (_, n) => `label ${n}`);
		expect(checkValues('labels', { ...where, labels: many }).labels).toMatch(/100 labels at most; these are 101/);
		expect(checkValues('labels', { ...where, labels: ['🦉'.repeat(51)] }).labels).toMatch(/50 characters at most/);
		expect(checkValues('labels', { ...where, labels: ['🦉'.repeat(50)] })).toEqual({});
	});

	it('are not checked for another form, nor its text for theirs', () => {
		expect(checkValues('comment', { ...where, body: 'Text' })).toEqual({});
		expect(checkValues('labels', { ...where, labels: ['bug'], body: 'x'.repeat(70_000) })).toEqual({});
	});

	it('that the portal refuses are named, not counted', () => {
		const errors = [{ path: 'args.labels.1', message: 'must be at most 50 characters' }];
		expect(errorsByField(errors, ['bug', 'too long'])).toEqual({ labels: '“too long” must be at most 50 characters.' });
		const same = [{ path: 'args.labels', message: 'are the labels that stand there already: nothing would change' }];
		expect(errorsByField(same).labels).toBe('These are the labels that stand there already: nothing would change.');
	});

	it('with a notice are told by their place in what was typed', () => {
		const warning = { code: 'mixed_script', field: 'labels.1', start: 1, end: 2, detail: 'd', holds: true } as const;
		expect(noticesOf([warning])[0]).toMatchObject({ title: 'Look-alike letters in label 2', field: 'labels.1' });
		const removed = noticesOf([{ ...warning, field: 'removed.0' }])[0];
		expect(removed).toMatchObject({ title: 'Look-alike letters in a label that is removed', field: 'removed.0' });
	});
});
