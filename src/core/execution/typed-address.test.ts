import fc from 'fast-check';
import { expect, it } from 'vitest';
import { artifactPlace } from './artifact-place.ts';
import { typedAddress } from './typed-address.ts';

const web = 'https://github.example.com:8443';
const issue = `${web}/acme/ledger/issues/7`;

it.each([
	[issue, issue],
	[`  ${issue}/ `, issue],
	[`${issue}//`, issue],
	[`${issue}?notification_referrer_id=a%2Fb`, issue],
	[`${issue}/?x=1#issue-2917`, issue],
	[`${issue}#issue-2917`, issue],
	[`${issue}#issuecomment-12`, `${issue}#issuecomment-12`],
	[`${issue}/?x=https://evil.example/#issuecomment-12`, `${issue}#issuecomment-12`],
	[`${web}/acme/ledger/pull/70?x`, `${web}/acme/ledger/pull/70`],
])('%j is read as %j', (typed, address) => {
	expect(typedAddress(typed, web)).toEqual({ ok: true, value: address });
	expect(typedAddress(typed, `${web}/`)).toEqual({ ok: true, value: address });
});

it.each([
	[
		'https://evil.example/acme/ledger/issues/7',
		/^That is on evil\.example; this portal writes to github\.example\.com:8443\./,
	],
	['https://github.example.com/acme/ledger/issues/7', /^That is on github\.example\.com; /],
	[`https://github.example.com:8443@evil.example/acme/ledger/issues/7`, /^That is on evil\.example;/],
	[`https://evil.example/?${issue}`, /^That is on evil\.example;/],
	[`https://evil.example#${issue}`, /^That is on evil\.example;/],
	['https://\u202egithub/acme/ledger/issues/7', /^That is no address there/],
	[`http://github.example.com:8443/acme/ledger/issues/7`, /^That is no address there: one begins with https:/],
	['github.example.com:8443/acme/ledger/issues/7', /^That is no address there/],
	['javascript:alert(1)', /^That is no address there/],
	['acme/ledger#7', /^That is no address there/],
	['', /^That is no address there/],
	[`${web}/acme/ledger`, /^That is no address of an issue or a comment/],
	[`${web}/acme/ledger/issues?q=7`, /^That is no address of an issue or a comment/],
	[`${web}/acme/ledger/discussions/7`, /^That is no address of an issue or a comment/],
	[`${web}/acme/../issues/7`, /^That is no address of an issue or a comment/],
	[`${issue}/x`, /^That is no address of an issue or a comment/],
	[`${issue}#discussion_r12`, /^What stands after # is not a comment on an issue/],
	[`${issue}#issuecomment-new`, /^That is no address of an issue or a comment/],
	[`${issue}#issue-1#issuecomment-2`, /^What stands after #/],
	[`${issue}\n?x`, /^That is no address of an issue or a comment/],
])('%j is refused, and says why', (typed, why) => {
	expect(typedAddress(typed, web)).toEqual({ ok: false, error: expect.stringMatching(why) });
	expect(typedAddress(typed, web)).toMatchObject({ error: expect.stringMatching(/Copy the address/) });
});

it('whatever is typed: what is let through passes the strict check and is a part of what was typed', () => {
	const piece = fc.constantFrom(
		web,
		issue,
		'/',
		'?',
		'#',
		'#issue-1',
		'#issuecomment-1',
		'@',
		'//evil.example',
		' ',
		'x',
		'\n',
	);
	fc.assert(
		fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 7 }), (pieces) => {
			const typed = pieces.join('');
			const read = typedAddress(typed, web);
			if (!read.ok) return;
			const [page = ''] = read.value.split('#');
			expect(artifactPlace(read.value, web)).not.toBeNull();
			expect(typed.trim().startsWith(page)).toBe(true);
			expect(typed).toContain(read.value.slice(page.length));
		}),
		{ numRuns: 3_000 },
	);
});
