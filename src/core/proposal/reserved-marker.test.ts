import fc from 'fast-check';
import { expect, it } from 'vitest';
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
