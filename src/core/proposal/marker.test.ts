import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	artifactBody,
	carriesMarker,
	carriesVisibleRef,
	cleanName,
	footerLine,
	MARKER_PATTERN,
	marker,
	visibleRef,
} from './marker.ts';

const sha = '0123456789abcdef'.repeat(4);
const other = '0123456789abcdee'.repeat(4);
const ada = { name: 'Ada Lind', memberId: '0192f0c1-7a3b-7c4d-8e5f-a1b2c3d4e5f6' };

describe('what is written under an artifact', () => {
	it('is body, rule, footer line and marker, without a final newline', () => {
		expect(artifactBody('Hello\r\n', ada, sha)).toBe(
			`Hello\r\n\n\n---\nApproved by Ada Lind (c3d4e5f6) via SARC MCP Gateway · ref sarc-mcp:0123456789abcdef\n<!-- sarc-mcp:${sha} -->`,
		);
	});
	it('begins with the rule when the body is absent or empty', () => {
		expect(artifactBody(undefined, ada, sha)).toBe(artifactBody('', ada, sha));
		expect(artifactBody('', ada, sha).startsWith('\n\n---\nApproved by ')).toBe(true);
	});
	it('names the token that acted for a person', () => {
		expect(footerLine({ ...ada, tokenName: 'nightly [bot]' }, sha)).toBe(
			'Approved by Ada Lind (c3d4e5f6) by token nightly bot via SARC MCP Gateway · ref sarc-mcp:0123456789abcdef',
		);
	});
	it('is one line whatever the names are', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, tokenName) => {
				expect(footerLine({ ...ada, name, tokenName }, sha)).not.toMatch(/[\r\n\u2028\u2029<>@[\]`*_#|\\]/);
			}),
		);
	});
});

describe('recognition', () => {
	it('finds a proposal by its whole marker, and by the visible ref alone when comments were stripped', () => {
		const body = artifactBody('x', ada, sha);
		const stripped = body.replace(/<!--.*-->/, '');
		expect([carriesMarker(body, sha), carriesVisibleRef(body, sha)]).toEqual([true, true]);
		expect([carriesMarker(stripped, sha), carriesVisibleRef(stripped, sha)]).toEqual([false, true]);
	});
	it('takes no other proposal for it', () => {
		const body = artifactBody('x', ada, sha);
		expect([carriesMarker(body, other), carriesVisibleRef(body, other)]).toEqual([false, false]);
	});
	it('gives back the argsSha of every marker', () => {
		const text = `${marker(sha)} ${marker(other)} <!-- sarc-mcp:${sha.toUpperCase()} -->`;
		expect(Array.from(text.matchAll(MARKER_PATTERN), ([, found]) => found)).toEqual([sha, other]);
	});
	it('is never made of a malformed argsSha', () => {
		for (const bad of ['', sha.slice(1), `${sha}0`, sha.toUpperCase(), `${sha}\n`])
			expect(() => visibleRef(bad)).toThrow(TypeError);
	});
});

describe('a name in the footer', () => {
	it.each([
		['Ada Lind', 'Ada Lind'],
		["  Máire   O'Brien-Smith ", "Máire O'Brien-Smith"],
		['Zoe\u0308', 'Zoë'],
		['李小龍', '李小龍'],
		['[x](https://evil.example) @team', 'xhttpsevilexample team'],
		['a\nb\tc', 'abc'],
		['<!-- -->', '-- --'],
		['***', 'member'],
		['', 'member'],
		['\u3164\u200b\u202e', 'member'],
		['𝒜'.repeat(80), '𝒜'.repeat(64)],
	])('%j is shown as %j', (name, shown) => {
		expect(cleanName(name)).toBe(shown);
	});
	it('is never empty, never long, always NFC, and cleaning it again changes nothing', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => {
				const clean = cleanName(name);
				expect(clean).toBe(cleanName(clean));
				expect(clean).toBe(clean.normalize('NFC'));
				expect(Array.from(clean).length).toBeLessThanOrEqual(64);
				expect(clean).toMatch(/^[\p{L}\p{M}\p{Nd}'-](?:[\p{L}\p{M}\p{Nd} '-]*[\p{L}\p{M}\p{Nd}'-])?$/u);
			}),
		);
	});
});
