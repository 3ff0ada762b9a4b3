import { describe, expect, it } from 'vitest';
import { ProblemError } from '#api/client';
import { slugFrom, slugRule } from '#ui/first-tenant/slug.ts';
import { missingOf, wrongOf } from '#ui/first-tenant/tenant-input.ts';
import { maskedLink } from '#ui/members/masked-link.ts';
import { changeWords, roles } from '#ui/members/roles.ts';
import { wrongFields } from '#ui/members/wrong-fields.ts';
import { navigationOf } from '#ui/shell/navigation.ts';
import { headingOf } from '#ui/words.ts';

const problem = (code: string, errors: { path: string; message: string }[] = []) =>
	new ProblemError({ code, detail: `Detail of ${code}.`, errors }, 409);

describe('a one-time link on the page', () => {
	it('[secret-stays] shows where it leads and nothing of what stands behind #', () => {
		const shown = maskedLink('https://portal.example/join#s3cretS3cret');
		expect(shown).toMatch(/^https:\/\/portal\.example\/join#•+$/);
		expect(shown).not.toContain('s3cret');
	});

	it('[secret-stays] shows nothing of a link that has no #', () => {
		expect(maskedLink('https://portal.example/join')).toMatch(/^•+$/);
	});
});

describe('a change of role', () => {
	it('says what is gained or lost for each change, and nothing when none is made', () => {
		for (const from of roles) {
			for (const to of roles) expect(changeWords(from, to) === '').toBe(from === to);
		}
	});

	it('speaks to the reader about themselves, and of the others as they', () => {
		for (const from of roles) {
			for (const to of roles.filter((one) => one !== from)) {
				expect(changeWords(from, to, true)).not.toMatch(/\bthey\b/i);
				expect(changeWords(from, to)).not.toMatch(/\byou\b/i);
			}
		}
	});

	it('[link-once] says that the links of who is ADMIN no more stop working, and only then', () => {
		for (const from of roles) {
			for (const to of roles.filter((one) => one !== from)) {
				expect(/links .* stop working/.test(changeWords(from, to))).toBe(from === 'ADMIN');
			}
		}
	});
});

describe('who finds the members', () => {
	it('[role-matrix] ADMIN and AUDITOR do, a MEMBER does not', () => {
		const finds = (role: (typeof roles)[number]) => {
			const { work, admin } = navigationOf(role);
			return [...work, ...admin].some((item) => item.path === 'settings/members');
		};
		expect([finds('ADMIN'), finds('AUDITOR'), finds('MEMBER')]).toEqual([true, true, false]);
	});
});

describe('what the portal refuses about people', () => {
	it('somebody who is in already is told beside the e-mail', () => {
		expect(wrongFields(problem('already_member'), 'demo')?.email).toMatch(/in demo already/);
	});

	it('a field that does not fit is told beside it; the rest is about no field', () => {
		expect(wrongFields(problem('invalid_request', [{ path: 'name', message: 'is odd' }]), 'demo')).toMatchObject({
			name: 'It is odd.',
		});
		expect(wrongFields(problem('rate_limited'), 'demo')).toBeUndefined();
		expect(wrongFields(new TypeError('fetch failed'), 'demo')).toBeUndefined();
	});

	it('a slug that another tenant has is told beside the slug', () => {
		expect(wrongOf(problem('slug_taken'))?.slug).toMatch(/Another tenant has this slug/);
		expect(wrongOf(problem('internal'))).toBeUndefined();
	});

	it.each(['already_member', 'last_admin', 'slug_taken'])('%s has words of its own', (code) => {
		expect(headingOf(code, { tenant: 'demo', what: 'General words' })).not.toBe('General words');
	});
});

describe('a slug out of a name', () => {
	it.each([
		['Müller & Söhne', 'muller-sohne'],
		['  Acme, Inc.  ', 'acme-inc'],
		['東京', ''],
		['--', ''],
		[`${'a'.repeat(39)} b`, 'a'.repeat(39)],
	])('%j gives %j', (name, slug) => {
		expect(slugFrom(name)).toBe(slug);
		if (slug !== '') expect(slug).toMatch(slugRule);
	});

	it('what the portal would refuse is said before it is sent', () => {
		expect(missingOf({ name: 'Acme', slug: 'acme', adminEmail: 'a@acme.example' })).toEqual({});
		expect(Object.keys(missingOf({ name: '', slug: '-acme', adminEmail: 'acme' }))).toEqual([
			'name',
			'slug',
			'adminEmail',
		]);
	});
});
