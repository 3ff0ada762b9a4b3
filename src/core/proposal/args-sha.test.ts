import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JsonObject } from '#core/canonical-json';
import { toHex, utf8 } from '#core/sha256';
import { sha256 } from '#core/sha256.testing';
import { type ArgsShaInput, argsSha, argsShaPreimage } from './args-sha.ts';

const input: ArgsShaInput = {
	tenantId: '0192f0c1-0000-7000-8000-000000000001',
	provider: 'github',
	tool: 'issue_write',
	args: { title: 'Zoë', method: 'create' },
};

it('is the hash of exactly these bytes, so that anybody can compute it again', () => {
	const preimage =
		'{"args":{"method":"create","title":"Zoë"},"provider":"github","tenant":"0192f0c1-0000-7000-8000-000000000001","tool":"issue_write","v":1}';
	expect(argsShaPreimage(input)).toBe(preimage);
	expect(argsSha(input, sha256)).toBe(toHex(sha256(utf8(preimage))));
});

it('leaves an absent nonce out and writes a given one', () => {
	expect(argsShaPreimage({ ...input, nonce: 'n_-1' })).toContain(',"nonce":"n_-1",');
	expect(argsShaPreimage(input)).not.toContain('nonce');
});

it.each(['', 'a b', 'ä', 'a'.repeat(65), 'a\n'])('refuses the nonce %j', (nonce) => {
	expect(() => argsSha({ ...input, nonce }, sha256)).toThrow(TypeError);
});

it('an approval moves to no other tenant, provider, tool, nonce or args', () => {
	const others: ArgsShaInput[] = [
		{ ...input, tenantId: '0192f0c1-0000-7000-8000-000000000002' },
		{ ...input, provider: 'gitlab' },
		{ ...input, tool: 'add_issue_comment' },
		{ ...input, nonce: '1' },
		{ ...input, args: { title: 'Zoe\u0308', method: 'create' } }, // canonically equivalent is not the same text
		{ ...input, args: { title: 'Zoë', method: 'create', labels: [] } },
	];
	const shas = [input, ...others].map((one) => argsSha(one, sha256));
	expect(new Set(shas).size).toBe(shas.length);
});

it('does not depend on the order of keys', () => {
	fc.assert(
		fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => {
			const args = record as JsonObject;
			const reversed = Object.fromEntries(Object.entries(args).reverse()) as JsonObject;
			expect(argsSha({ ...input, args: reversed }, sha256)).toBe(argsSha({ ...input, args }, sha256));
		}),
	);
});
