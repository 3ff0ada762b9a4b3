import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { footerHidden, htmlComments } from './footer-hidden.ts';
import { MAX_OPEN } from './html-scan.ts';

describe('refuses what would hide, swallow or restyle the footer', () => {
	it.each<[string, string]>([
		['an open comment', 'a\n<!-- b'],
		['an open comment within a line', 'a <!-- b'],
		['a comment that HTML ends, then opens an element', '<!--> <details> -->'],
		['a comment that --!> ends for HTML alone', '<!-- --!> <details> -->'],
		['a comment that a blank line makes text', 'a <!-- b\n\n<details>\n\n-->'],
		['a comment in a list that the list ends', '- <!--\n<details>\n-->'],
		[
			'a comment that a table cell splits',
			'| a | b |\n|---|---|\n| x <!-- </td></tr></tbody></table><details><summary>log</summary> | --> |',
		],
		['a comment in a list that a table cell splits', '- a | b\n  --|--\n      <!-- | </table><details> --> |'],
		['</ at the very end of an HTML block, which takes the line end for its own', '<div>x</div>\n</'],
		['</ at the end of an HTML block’s line', '<div>x</div>\n</\n'],
		['a table that keeps the heading around it open', '# x <table>\n\n</table>'],
		['a table that keeps the quote around it open', '> <table>\n\n</table>'],
		['an object that keeps the list around it open', '- <object>\n\n</object>'],
		['an open code fence', '```js\ncode'],
		['an open tilde fence', '~~~\n```'],
		['a fence whose end is too short', '````\n```'],
		['a fence whose end has an info string', '```\n``` js'],
		['a fence whose end is indented code', '```\n    ```'],
		['an indented fence', '   ```\ncode'],
		['a fence that a list item ends before its end comes', '- a\n\n  ```\n<details>\n  ```'],
		['a fence that a quote ends before its end comes', '> ```\n<details>\n> ```'],
		['a fence in a task, whose width misleads', '- [ ] ```\n      x\n      ```\n'],
		['what looks like a fence but goes on a paragraph', 'text\n    ~~~\n    <details>\n    ~~~'],
		['<details>', '<details>\n\nfolded'],
		['<details> in capitals, with attributes', '<DETAILS open class="x">'],
		['<details/>, whose slash means nothing', '<details/>'],
		['<pre>', '<pre>\n\nx'],
		['<table>', '<table><tr><td>x'],
		['<div> that its end precedes', '</div><div>'],
		['<s>, which strikes what follows', 'a <s>b'],
		['<a>, which links what follows', '<a href="https://evil.example">'],
		['<svg>', '<svg>'],
		['<select>', '<select><option>'],
		['<textarea>', 'x <textarea>'],
		['<plaintext>, which nothing ends', '<plaintext></plaintext>'],
		['an end tag inside what HTML reads as text', '<textarea><x title="</textarea><details>"></x></textarea>'],
		['elements that end in the wrong order', '<details><table></details></table>'],
		['an end tag in a code span', '<details>\n\n`</details>`'],
		['an end tag in a code span over lines', '<details>\n\n`a\nb </details>`'],
		['an end tag in a fence', '<details>\n\n```\n</details>\n```'],
		['an end tag in indented code', '<details>\n\n    </details>'],
		['an end tag in a link’s destination', 'x <s> [a](</s>)'],
		['an end tag in a link’s title', 'x <s> [a](u "</s>")'],
		['an end tag in an image’s description', 'x <s> ![</s>](u)'],
		['an end tag in a definition', '<details>\n\n[x]: /u "</details>"'],
		['an end tag in a footnote that nobody sees', '<details>\n\n[^1]: </details>'],
		['an end tag in another table cell', '| <s> | </s> |\n|---|---|'],
		['an end tag behind a backslash', 'x <s> \\</s>'],
		['an element that only looks like code: backtick of the line before', 'a ` b\nc `<details>` d'],
		['an element that only looks like code: escaped backtick', '\\`<details>`'],
		['an element that only looks like code: table cells', '| ` | <details> ` |\n|---|---|'],
		['an element that only looks like code: HTML block', '<div>\n`<details>`\n</div>'],
		['an element that only looks like code: link destination', '[a](<`>) <details> `'],
		['an element that only looks like code: mail address', '<`@a.b> <details> `'],
		['an open tag at the start of a line', '<div title="'],
		['an open tag in an HTML block', '<div></div>\n<x title="'],
		['an attribute that a naive reader ends late', '<div><x =">" title="<details>"></div>'],
		['an open CDATA section', '<![CDATA['],
		['an open instruction', '<?php echo 1'],
		['an instruction that only > ends', '<?]]>'],
		['an open declaration', '<!DOCTYPE html'],
		['CR alone as line end', 'a\r```\rb'],
	])('%s', (_, body) => {
		const hidden = footerHidden(body);
		expect(hidden?.at).toBeLessThan(body.length);
		// Sentences that say what to do: the first begins with a capital or the tag itself, each ends with a full stop.
		expect(hidden?.reason).toMatch(/^(?:[A-Z]|<\/?[a-z]).{20,}[^.]\.$/);
	});
	it('more elements open at once than any text needs, at once and not after looking through them all', () => {
		const body = `a <b>${'<li><dd>'.repeat(4_200)}\`${'</b>'.repeat(7_000)}`;
		expect(footerHidden(body)).toMatchObject({ at: 'a <b>'.length + 8 * 49 + '<li>'.length });
		const nested = (depth: number) => '<sup>'.repeat(depth) + '</sup>'.repeat(depth);
		expect(footerHidden(nested(MAX_OPEN))).toBeNull();
		expect(footerHidden(nested(MAX_OPEN + 1))?.at).toBe(5 * MAX_OPEN);
	});
});

describe('lets pass what hides nothing', () => {
	it.each<[string, string]>([
		['nothing', ''],
		['comparisons', 'if a<b then x; if x < y && y > z; std::cout << x'],
		['type parameters', 'Vec<String>, Map<K, V>, <T extends Foo>'],
		['autolinks', '<https://example.com> <mail@example.com>'],
		['inline elements', 'Press <kbd>K</kbd>, H<sub>2</sub>O, <b>`x`</b><br>'],
		['an element over two lines', 'x <b>bold\nmore</b> y'],
		['links beside elements', 'See [x](https://y.example "t") and <kbd>K</kbd>, [ref][1] <b>z</b>'],
		['elements in code spans', '`<details>` and ``<!-- ` -->`` and `<s>`'],
		['code spans in a table', '| a | b |\n|---|---|\n| `<div>` | <br> |'],
		['an escaped tag', '\\<details>'],
		['closed fences', '```html\n<div>\n```\n\n~~~\n```\n~~~\n\n````\n```\n````'],
		['a closed fence with CRLF', 'text\r\n```\r\n<div>\r\n```\r\n'],
		['a fence in a list', '1. Do:\n   ```sh\n   npm i && a<b\n\n   npm t\n   ```\n2. x'],
		['a fence in a quote', '> quote\n> ```\n> code\n>\n> more\n> ```'],
		['closed details', '<details>\n<summary>Logs</summary>\n\n```\nlog <div>\n```\n\n</details>'],
		['closed details in a list', '- <details><summary>L</summary>\n  text\n\n  </details>'],
		['closed comments', '<!-- template -->\n\ntext <!-- c --> b\n\n<!--\nmany\n\nlines\n-->'],
		['a comment with a bar on a line of its own', 'a | b\n--|--\n1 | 2\n\n<!-- bug | feature -->\n'],
		['a table in a list', '- <table><tr><td>x</td></tr>\n  </table>\n- y'],
		['a table with Markdown inside', '<table><tr><td>\n\n**x**\n\n</td></tr></table>'],
		['a task list', '- [x] done `<div>`\n- [ ] <b>x</b>'],
		['optional end tags', '<ul>\n<li>a\n<li>b\n</ul>\n\n<table><tr><td>x<td>y</table>'],
		['a paragraph, which the footer’s rule ends', '<p align="center">x'],
		['a linked image', '<a href="x">\n\n![](y)\n\n</a>'],
		['end tags of nothing', '</div> </b>'],
		['closed verbatim text', '<pre>\na\n\nb\n</pre>'],
		['unknown elements', '<foo>\n\n<bar>'],
	])('%s', (_, body) => {
		expect(footerHidden(body)).toBeNull();
	});
});

describe('64,000 characters of anything get an answer', () => {
	const units = [
		'*a_',
		'- ',
		'>',
		'<',
		'<a ',
		'<a b="',
		"<a b='",
		'`',
		'` ``',
		'```\n',
		'  ```\n',
		'- ```\n  ',
		'<!--',
		'<!-->',
		'[',
		'](',
		'![',
		'][',
		'<div>',
		'<div>\n\n',
		'</div>',
		'<td><tr>',
		'|',
		'\\',
		'\n',
		'\r',
		'<?',
		'<textarea></textarea>',
		'<b>\n',
		'[^1]: ',
		'<a@',
	];
	it.each(units)('%j again and again', (unit) => {
		for (const before of ['', 'x `\n', '<div>\n']) {
			const body = before + unit.repeat(Math.ceil(64_000 / unit.length));
			expect(() => [footerHidden(body), htmlComments(body)]).not.toThrow();
		}
	});
});

describe('properties', () => {
	const piece = fc.constantFrom(
		'\n',
		'\n\n',
		' ',
		'    ',
		'`',
		'```',
		'~~~',
		'<details>',
		'</details>',
		'<b>',
		'</b>',
		'<!--',
		'-->',
		'<pre>',
		'</pre>',
		'<div>',
		'</div>',
		'> ',
		'- ',
		'[a](',
		')',
		'|',
		'\\',
		'<x>',
		'text',
		'"',
		'>',
		'<?',
		'[x]: ',
		'[^1]: ',
	);
	const body = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''));

	it('never throws, and points into the body', () => {
		fc.assert(
			fc.property(fc.oneof(body, fc.string({ unit: 'binary' })), (text) => {
				const hidden = footerHidden(text);
				if (hidden) expect(hidden.at).toBeLessThan(text.length);
				for (const { start, end } of htmlComments(text)) expect(start < end && end <= text.length).toBe(true);
			}),
			{ numRuns: 2_000 },
		);
	});
	it('an element that is opened at the end, in a paragraph of its own, is found after any safe body', () => {
		fc.assert(
			fc.property(body, fc.constantFrom('<details>', '<!-- x', '```', '<s>', '<div title="'), (text, opening) => {
				fc.pre(footerHidden(text) === null);
				expect(footerHidden(`${text}\n\n${opening}`)).not.toBeNull();
			}),
			{ numRuns: 2_000 },
		);
	});
	it('plain words after a safe body keep it safe', () => {
		fc.assert(
			fc.property(body, (text) => {
				if (footerHidden(text) === null) expect(footerHidden(`${text}\n\nplain words`)).toBeNull();
			}),
			{ numRuns: 2_000 },
		);
	});
});

describe('comments', () => {
	it('are found wherever Markdown would hide them, not in code', () => {
		const text = 'a <!-- 1 --> b\n\n```\n<!-- code -->\n```\n`<!-- code -->`\n\n<!--\n2\n-->';
		expect(htmlComments(text).map(({ start, end }) => text.slice(start, end))).toEqual(['<!-- 1 -->', '<!--\n2\n-->']);
	});
});
