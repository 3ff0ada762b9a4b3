import { describe, expect, it } from 'vitest';
import { ProblemError } from '#api/client';
import { failureOf, missingOf } from '#ui/join/failure.ts';
import { joinedOf } from '#ui/join/handover.ts';
import { secretOf } from '#ui/join/link.ts';

const problem = (code: string, status: number, more: Record<string, unknown> = {}) =>
	new ProblemError({ code, detail: `detail of ${code}`, ...more }, status);

describe('the secret of a one-time link', () => {
	it('is what stands behind #, exactly', () => {
		expect(secretOf('#v1.AbC-_09.x~y')).toBe('v1.AbC-_09.x~y');
	});

	it.each(['', '#', '#  ', '#two words', `#${'x'.repeat(513)}`])('is not there in %j', (hash) => {
		expect(secretOf(hash)).toBeUndefined();
	});
});

describe('why a link could not be used', () => {
	it('an address with an account is told apart from a link that does not work', () => {
		expect(failureOf(problem('unauthenticated', 401))).toEqual({ kind: 'account' });
		expect(failureOf(problem('not_found', 404))).toEqual({ kind: 'dead', detail: 'detail of not_found' });
	});

	it('a secret that the portal cannot read is a dead link, not a wrong field', () => {
		const errors = [{ path: 'secret', message: 'is too long' }];
		expect(failureOf(problem('invalid_request', 400, { errors }))).toMatchObject({ kind: 'dead' });
	});

	it('what the portal says of a field stands beside that field', () => {
		const errors = [{ path: 'password', message: 'must have at least 12 characters' }];
		expect(failureOf(problem('invalid_request', 400, { errors }))).toEqual({
			kind: 'fields',
			name: undefined,
			password: 'It must have at least 12 characters.',
		});
	});

	it.each([problem('rate_limited', 429), problem('internal', 500), new TypeError('fetch failed')])(
		'anything else says nothing of the link: %s',
		(error) => {
			expect(failureOf(error)).toEqual({ kind: 'other', error });
		},
	);
});

describe('before a link is used', () => {
	it('a name and a password of 12 characters are enough', () => {
		expect(missingOf({ name: 'Maria', password: 'twelve chars' })).toEqual({});
	});

	it('a short password is told with its length, counted in characters as people see them', () => {
		expect(missingOf({ name: 'Maria', password: '🔑🔑🔑' }).password).toMatch(/^It has 3 characters/);
	});

	it('a name of spaces is none', () => {
		expect(missingOf({ name: '  ', password: 'twelve chars' })).toHaveProperty('name');
	});
});

describe('what the join page leaves for sign-in', () => {
	it('only what has its shape is read back', () => {
		const joined = { email: 'maria@acme.example', tenant: 'demo' };
		expect(joinedOf(joined)).toEqual(joined);
		expect(joinedOf({ ...joined, tenant: null })).toEqual({ ...joined, tenant: null });
	});

	it.each([null, 'text', {}, { email: 7, tenant: 'demo' }, { email: 'a@b' }])('nothing is made of %j', (value) => {
		expect(joinedOf(value)).toBeUndefined();
	});
});
