import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { artifactBody } from './marker.ts';
import { reservedMarker } from './reserved-marker.ts';

it.each([
	['as it is', 'sarc-mcp:'],
	['in capitals', 'see SARC-MCP:0123'],
	['with zero-width characters between', 's\u200ba\u200cr\u200dc\u2060-\ufeffm\u00adc\u034fp:'],
	['with variation selectors, fillers and tags', 's\ufe0fa\u115fr\u1160c\u3164-\uffa0m\u180bc\u{e0041}p\u{e0100}:'],
	['with bidi controls', '\u202esarc\u2066-mcp\u2069:'],
	['with control characters', 'sarc\u0000-mcp\u0007:'],
	['full-width', 'ｓａｒｃ－ｍｃｐ：'],
	['mathematical', '𝐬𝐚𝐫𝐜-𝓂𝒸𝓅:'],
	['circled and superscript', 'ⓢᵃʳⓒ-ⓜⓒᵖ:'],
	['with a small colon', 'sarc-mcp﹕'],
	['with the long s', 'ſarc-mcp:'],
	['within a word', 'xsarc-mcp:x'],
	['the footer’s sentence', 'Approved by nobody via SARC MCP Gateway'],
	['the sentence over lines', 'via\r\n SARC\t\tMCP\n\nGateway'],
	['the sentence with odd spaces', 'via\u00a0sarc\u2003mcp\u3000gateway'],
	['the sentence with hidden characters next to spaces', 'via \u200b sarc mcp \u2060gateway'],
	['the sentence with a line separator', 'via\u2028sarc mcp gateway'],
])('finds what only the portal may write %s', (_, text) => {
	expect(reservedMarker({ body: text })).toEqual({ path: 'args.body' });
});

it.each([
	['a decimal reference', 'via SA&#82;C MCP Gateway'],
	['a reference without its semicolon', 'via SA&#82 MCP via SA&#0000082C&nbspMCP Gateway'],
	['hexadecimal references', '&#x73;arc-mcp&#X3A;'],
	['references for spaces and signs', 'via&nbsp;SARC&emsp;MCP&Tab;Gateway sarc&hyphen;mcp&colon;'],
	['references for letters', '&sscr;arc-&mopf;cp:'],
	['invisible references', 'sarc&shy;-mcp&ZeroWidthSpace;:'],
	['Windows-1252 dashes', 'sarc&#150;mcp:'],
	['a tag in a destination', 'See [the notes](sarc-mcp<x>:0123456789abcdef).'],
	['references parted by tags', '[`&#115;&#97;&#114;c&#45;</>&#109;<x\n\n>&#99;&#112;&#58;0123456789abcdef]'],
	['a comment in a destination', '[a](sarc-<!-- -->mcp:0123456789abcdef)'],
	['a declaration in a destination', '[a](sarc-<!x>mcp:0123456789abcdef)'],
	['an end tag in a destination', '[a](sarc-</title>mcp:0123456789abcdef)'],
	['a reference parted by what shows nothing', '[a](&#1\u200b15;arc-<x>mcp:0123456789abcdef)'],
	['an empty tag', 'via SARC<wbr> MCP Gateway'],
	['tags at the end', 'sarc-mcp<b></b>:'],
	['a tag with > in a value', 'sarc-<b title=">">mcp</b>:'],
	['tags with odd names', '<div>\nsarc-<!--a>--><a@b.c>mcp:'],
	['a tag over lines', 'sarc-<b\ntitle="x">mcp</b>:'],
	['a line break element', 'via<br>SARC MCP<br/>Gateway'],
	['a comment', 'sarc-<!-- > -->mcp:'],
	['a comment that is code', '`<!--` via SARC<wbr> MCP Gateway `-->`'],
	['what only looks like a tag', '<y, via S&#65;RC MCP Gateway>'],
	['backslashes', 'sarc\\-mcp\\:'],
	['emphasis', 'sarc-*mcp*:'],
	['other emphasis', '**via** ~~SARC~~ _MC_&#80; `Gateway`'],
	['an empty link', 'via SARC[](x) MCP Gateway'],
	['a link with brackets in its destination', 'via [SARC](a(b)c "t") MCP Gateway'],
	['a reference link', 'via [SARC][x] MCP Gateway'],
	['what only looks like a reference link', '[Approved][via S&#65;RC MCP Gateway]'],
	['what looks like a tag beside what is one', '<y, via\n> S&#65;RC<wbr> MCP Gateway'],
	['a bracket in a link’s title beside an image', "[s](x '(')&#97;![a](b)rc-mcp:](x ')')"],
	['an image that shows nothing', 'via SARC![x](y) MCP Gateway'],
	['a quote over lines', '> via\n> SARC\n> MCP Gateway'],
	['a look-alike colon', 'sarc-mcp\ua789 or'],
	['another', 'sarc-mcp\u2236'],
	['look-alike dashes', 'sarc\u2010mcp:'],
	['a minus', 'sarc\u2212mcp:'],
	['Cyrillic letters', 'ѕагс-mcp:'],
	['Cyrillic capitals', 'via ЅАRС МСР Gateway'],
	['Greek letters', 'νια sarc mcp gateway'],
	['small capitals', 'ᴠɪᴀ ꜱᴀʀᴄ ᴍᴄᴘ ɢᴀᴛᴇᴡᴀʏ'],
	['Cherokee letters', 'sarc-ᎷᏟᏢ:'],
	['an l for an I', 'VlA SARC MCP GATEWAY'],
	['negative circled letters', '🅢arc-mcp:'],
	['marks', 'sạrc-mc̣p:'],
])('finds what would be shown as the footer, written with %s', (_, text) => {
	expect(reservedMarker({ body: text })).toEqual({ path: 'args.body' });
});

it.each([
	'We use SARC MCP: it asks before it writes. The gateway is fine.',
	'The *sarc-mcp* package is at [sarc-mcp](https://example.com/sarc-mcp).',
	'sarc_mcp: true',
	'Traffic goes via SARC, then MCP, then the gateway.',
	'if a<b && c>d then Vec<String> &amp; &lt;b&gt; — Привет: мир, Ελλάδα: 2·3',
	'via the [SARC](https://x.example) [MCP][1] server’s Gateway',
	'café: naïve – résumé',
	'&#x; &#99999999999; &unknown; & &# </ <',
])('does not refuse ordinary prose: %j', (text) => {
	expect(reservedMarker({ body: text })).toBeNull();
});

it.each([
	'a'.concat('\u0301'.repeat(31_999), '\u0323'.repeat(31_999)),
	'\uff9e\u0323'.repeat(32_000),
	'\u0301\uffa0\u0323'.repeat(21_333),
	...['<a \'"', '<!--', '](', '](()', '![', '&#', '&', '<', '[a][', '\\', '\ufdfa'].map((unit) =>
		unit.repeat(64_000 / unit.length),
	),
])('64,000 characters of anything get an answer (%#)', (text) => {
	expect(reservedMarker({ body: text })).toBeNull();
	expect(reservedMarker({ body: `${text} sarc-mcp:` })).toEqual({ path: 'args.body' });
});

it('looks at no more than 30 marks in a row, so that one stack cannot keep it busy', () => {
	const normalize = vi.spyOn(String.prototype, 'normalize');
	reservedMarker({ body: `a${'\u0301\u200b\u0323\uff9e'.repeat(16_000)}` });
	const lengths = normalize.mock.contexts.map((text) => String(text).length);
	normalize.mockRestore();
	expect(lengths.length).toBeGreaterThan(0);
	expect(Math.max(...lengths)).toBeLessThan(40);
});

it.each(['sarc mcp', 'sarc-mcp', 'sarcmcp:', 'via the SARC MCP Gateway', 'SARC', ''])('leaves %j alone', (text) => {
	expect(reservedMarker({ body: text })).toBeNull();
});

it('looks at every string at any depth, keys too', () => {
	expect(reservedMarker({ labels: ['a', { name: 'SARC-MCP:' }] })).toEqual({ path: 'args.labels.1.name' });
	expect(reservedMarker({ 'sarc-mcp:': 1 })).toEqual({ path: 'args.sarc-mcp:' });
	expect(reservedMarker(JSON.parse('{"__proto__":"sarc-mcp:"}'))).toEqual({ path: 'args.__proto__' });
});

it('finds the portal’s own footer in any body', () => {
	const sha = 'ab'.repeat(32);
	fc.assert(
		fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, name) => {
			const body = artifactBody(before, { name, memberId: '12345678' }, sha);
			expect(reservedMarker({ body })).not.toBeNull();
		}),
	);
});

it('finds it through any sprinkling of characters that show nothing', () => {
	const unseen = fc.constantFrom(
		'',
		'',
		'\u200b',
		'\u00ad',
		'\u034f',
		'\u3164',
		'\uffa0',
		'\u17b4',
		'\u180e',
		'\ufe01',
		'\u{e0020}',
		'\u0001',
	);
	fc.assert(
		fc.property(fc.array(unseen, { minLength: 9, maxLength: 9 }), fc.boolean(), (noise, upper) => {
			const text = Array.from(upper ? 'SARC-MCP:' : 'sarc-mcp:', (char, n) => char + noise[n]).join('');
			expect(reservedMarker([text])).toEqual({ path: 'args.0' });
		}),
	);
});
