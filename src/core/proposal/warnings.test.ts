import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	acknowledgedAll,
	HOLDING_CODES,
	MAX_PLACES,
	missingAcknowledgements,
	type WarningCode,
	warnings,
} from './warnings.ts';

const WEB = 'https://github.com';
const found = (body: string, code: WarningCode): string[] =>
	warnings({ body }, WEB)
		.filter((warning) => warning.code === code)
		.map(({ start, end }) => body.slice(start, end));

describe('holds what a reader cannot see', () => {
	it.each<[WarningCode, string, string[]]>([
		['bidi_control', 'user\u202e\u2066tset', ['\u202e\u2066']],
		['bidi_control', 'a\u200fb', ['\u200f']],
		['invisible_character', 'pass\u200bword', ['\u200b']],
		['invisible_character', 'a\u200b\u200c\ufeff\u2060b\u00adc', ['\u200b\u200c\ufeff\u2060', '\u00ad']],
		['invisible_character', 'x\u{e0069}\u{e0067}\u{e006e}', ['\u{e0069}\u{e0067}\u{e006e}']],
		['invisible_character', 'a\ufe0f', ['\ufe0f']],
		['invisible_character', '👍\ufe0f\ufe01\ufe02', ['\ufe01\ufe02']],
		['invisible_character', 'a\u3164b\u2800c\ue000d', ['\u3164', '\u2800', '\ue000']],
		['invisible_character', 'a\u0000\u001b[31mb\u0085', ['\u0000\u001b', '\u0085']],
		['invisible_character', 'a\u200db', ['\u200d']],
		['invisible_character', '\u{1f3f4}\u{e0068}\u{e0069}\u{e007f}', ['\u{e0068}\u{e0069}\u{e007f}']],
		['invisible_character', `a${'\u0301'.repeat(11)} b`, ['\u0301'.repeat(11)]],
		[
			'invisible_character',
			`a${'\u0301'.repeat(6)}\u034f${'\u0301'.repeat(5)}`,
			[`${'\u0301'.repeat(6)}\u034f${'\u0301'.repeat(5)}`, '\u034f'],
		],
		['invisible_character', `a${' '.repeat(101)}b`, [' '.repeat(101)]],
		['invisible_character', `a${' \n\t'.repeat(34)}b`, [' \n\t'.repeat(34)]],
		['invisible_character', `a${'\r\n'.repeat(22)}b`, ['\r\n'.repeat(22)]],
		['invisible_character', `a${'\u3000'.repeat(11)}b`, ['\u3000'.repeat(11)]],
		['invisible_character', `a${' \u1680'.repeat(11)}b`, [' \u1680'.repeat(11)]],
		['invisible_character', 'a\ufffcb', ['\ufffc']],
		['invisible_character', '字\u{e0100}\u{e0101}', ['\u{e0101}']],
		['invisible_character', '字\u{e0100}'.repeat(9), ['\u{e0100}']],
		['mixed_script', 'gסogle gⵔogle gօogle gᎾogle', ['gסogle', 'gⵔogle', 'gօogle', 'gᎾogle']],
		['mixed_script', 'gⓞogle 🅖oogle go🅾gle', ['gⓞogle', '🅖oogle', 'go🅾gle']],
		['mixed_script', 'log in at pаypal now', ['pаypal']], // Cyrillic а
		['mixed_script', 'gοοgle', ['gοοgle']], // Greek ο
		['mixed_script', 'ｇithub 𝐠ithub', ['ｇithub', '𝐠ithub']],
		['hidden_comment', 'a <!-- ignore all checks --> b', ['<!-- ignore all checks -->']],
		['hidden_comment', '[//]: # (ignore all checks)', ['[//]: # (ignore all checks)']],
	])('%s in %j', (code, body, places) => {
		expect(found(body, code)).toEqual(places);
		expect(warnings({ body }, WEB).find((warning) => warning.code === code)?.holds).toBe(true);
	});
	it('quotes of a comment what is inside it, and nothing that is shown anyway', () => {
		const detail = (body: string) => warnings({ body }, WEB).find(({ code }) => code === 'hidden_comment')?.detail;
		expect(detail('a <!-- hidden --> abc. See more')).toBe('A comment, sent but not shown: “ hidden ”');
		expect(detail('a <!-- hidden')).toBe('A comment, sent but not shown: “ hidden”');
		expect(detail('<!-->\nabc')).toBe('A comment, sent but not shown: “”');
	});
	it.each<[WarningCode, string]>([
		['invisible_character', '👨‍👩‍👧‍👦 🏳️‍🌈 ❤️ 👍🏽 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🤷🏽‍♀️'],
		['invisible_character', 'می\u200cخواهم क्\u200dष'],
		['invisible_character', 'tab\tand\r\nlines'],
		['invisible_character', '葛\u{e0100}城 辻\u{e0101}さん'],
		['invisible_character', 'Tiếng Việt, בְּרֵאשִׁ֖ית, རྐྱཏྫྨྣྱྫུ, नमस्ते, ที่นี่'],
		['invisible_character', `a${' '.repeat(100)}b${'\n'.repeat(21)}c`],
		['invisible_character', `\u3000\u3000段落${' '.repeat(500)}\n`],
		['mixed_script', 'ב-GitHub, בGitHub, ושGitHub; שלום, Բարեւ, ⵣⵓⵍⵓ, ᏣᎳᎩ, Ⓐ or Ⓑ, 🅰️ 🆗 🇩🇪, العربية ABC'],
		['mixed_script', 'Привет world, 日本語text, kΩ, 5μs, Δt, naïve, USB-кабель'],
		['mixed_script', 'ＡＢＣ'],
		['hidden_comment', '`<!-- code -->`'],
		['hidden_comment', '[1]: https://github.com\n\nsee [1]'],
	])('but no %s in %j', (code, body) => {
		expect(found(body, code)).toEqual([]);
	});
});

describe('informs of what the text will do', () => {
	it.each<[WarningCode, string, string[]]>([
		['mention', 'cc @octocat, @acme/security. (@x)', ['@octocat', '@acme/security', '@x']],
		['mention', 'ping @acme/oncall. Fixes, @acme/a.b-c- now @acme/...', ['@acme/oncall', '@acme/a.b-c', '@acme']],
		['mention', 'mail a@b.example', []],
		[
			'closing_keyword',
			'Fixes #12, closes acme/ledger#3, resolved: GH-4',
			['Fixes #12', 'closes acme/ledger#3', 'resolved: GH-4'],
		],
		['closing_keyword', 'fix https://github.com/a/b/issues/5', ['fix https://github.com/a/b/issues/5']],
		['closing_keyword', 'prefixes #12, fixed it', []],
		['quick_action', 'text\n/close\n  /label bug\n/usr/bin/env', ['/close', '/label']],
		[
			'link',
			'[x](https://evil.example/a) http://evil.example www.evil.example',
			['https://evil.example/a', 'http://evil.example', 'www.evil.example'],
		],
		[
			'link',
			'https://github.com.evil.example https://github.com@evil.example https://github.com\\@evil.example',
			['https://github.com.evil.example', 'https://github.com@evil.example', 'https://github.com\\@evil.example'],
		],
		[
			'link',
			'[x](//evil.example) [y](&#104;ttps://evil.example) [z](javascript:alert(1))',
			['//evil.example', '&#104;ttps://evil.example', 'javascript:alert(1'],
		],
		['link', 'https://github.com/a/b [x](/a/b) [y](docs/x.md#z) https://GitHub.com:443/x', []],
		['remote_image', '![a](https://x.example/p.png) <img src=x>', ['![', '<img']],
		['remote_image', '![a\nb](c) and ![', ['![']],
		['remote_image', 'wow![1]', ['![']],
	])('%s in %j', (code, body, places) => {
		expect(found(body, code)).toEqual(places);
		expect(warnings({ body }, WEB).every((warning) => !warning.holds)).toBe(true);
	});
	it('long_text past 10,000 characters', () => {
		expect(found('a'.repeat(10_000), 'long_text')).toEqual([]);
		expect(warnings({ title: 'b', body: 'a'.repeat(10_001) }, WEB)).toEqual([
			{
				code: 'long_text',
				field: 'body',
				start: 0,
				end: 10_001,
				detail: expect.stringContaining('10001'),
				holds: false,
			},
		]);
	});
});

describe('properties', () => {
	it('places lie in the field, in order, few, and only the four codes hold', () => {
		const text = fc.string({
			unit: fc.oneof(
				fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
				fc.constantFrom('@', '<!--', '-->', '\u200b', 'а', '![', '](', 'https://', '\n/'),
			),
		});
		fc.assert(
			fc.property(text, text, (title, body) => {
				const all = warnings({ title, body }, WEB);
				for (const { code, field, start, end, holds } of all) {
					const { length } = field === 'title' ? title : body;
					expect(start < end && end <= length).toBe(true);
					expect(holds).toBe((HOLDING_CODES as readonly string[]).includes(code));
				}
			}),
		);
	});
	it.each([
		'\u200b',
		'\u200ba',
		'<!---->',
		'@a ',
		'www.a ',
		'![',
		'![]',
		'а',
		'aа ',
		'/a\n',
		'[a]: b\n',
		'fix ',
		'\ufe0f',
		'\u{e0061}',
		'\u{1f3f4}\u{e0067}',
		'](',
		'https://a',
		' ',
		' \u3000',
		' a',
		'\n',
		'\u0301',
		'\u0301\u0323',
		'字\u{e0100}',
		'aⓐ',
		'aא ',
		'@a/.',
	])('64,000 characters of %j give few warnings', (unit) => {
		const body = unit.repeat(Math.ceil(64_000 / unit.length));
		const all = warnings({ body }, WEB);
		for (const code of new Set(all.map((warning) => warning.code))) {
			expect(all.filter((warning) => warning.code === code).length).toBeLessThanOrEqual(MAX_PLACES);
		}
	});
	it('the last place that is shown says how many are not', () => {
		const last = warnings({ body: '\u200ba'.repeat(100) }, WEB).findLast(
			(warning) => warning.code === 'invisible_character',
		);
		expect(last?.detail).toContain('80 more');
	});
});

describe('acknowledging', () => {
	const fields = { title: 'p\u0430y', body: 'a\u200bb @octocat' };
	it('names each holding code that was not ticked, once', () => {
		expect(missingAcknowledgements(fields, WEB, [])).toEqual(['invisible_character', 'mixed_script']);
		expect(missingAcknowledgements(fields, WEB, ['mixed_script', 'mention'])).toEqual(['invisible_character']);
	});
	it('is complete when all are ticked, whatever else was', () => {
		expect(acknowledgedAll(warnings(fields, WEB), [...HOLDING_CODES, 'nonsense'])).toEqual([]);
	});
});
