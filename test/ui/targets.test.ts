import { describe, expect, it } from 'vitest';
import { changeOf, covers, entriesIn, isEntry, listed } from '#ui/targets/allow.ts';

describe('the list of targets', () => {
	it('empty lets everything through; else the entry itself or its owner’s, letter case aside', () => {
		expect(covers([], 'acme/ledger')).toBe(true);
		expect(covers(['Acme/Ledger'], 'acme/ledger')).toBe(true);
		expect(covers(['ACME/*'], 'acme/ledger')).toBe(true);
		expect(covers(['acme/ledger'], 'acme/*')).toBe(false);
		expect(covers(['acme/ledger-2', 'acm/*'], 'acme/ledger')).toBe(false);
	});

	it.each([
		[[], ['acme/*'], false, true],
		[['acme/*'], [], true, false],
		[['acme/*'], ['acme/ledger'], false, true],
		[['acme/ledger'], ['acme/*'], true, false],
		[['acme/*', 'acme/ledger'], ['acme/*'], false, false],
		[['acme/ledger'], ['acme/tools'], true, true],
		[['acme/ledger'], ['ACME/Ledger'], false, false],
		[[], [], false, false],
	] as const)('from %j to %j: widens %s, narrows %s', (before, after, widens, narrows) => {
		expect(changeOf(before, after)).toMatchObject({ widens, narrows });
	});

	it('names what is added and removed', () => {
		expect(changeOf(['acme/a', 'acme/b'], ['acme/b', 'acme/c'])).toMatchObject({
			added: ['acme/c'],
			removed: ['acme/a'],
		});
	});

	it('takes several at once, and addresses of repositories', () => {
		expect(entriesIn('https://github.com/acme/ledger.git\nacme/*, acme/tools/')).toEqual([
			'acme/ledger',
			'acme/*',
			'acme/tools',
		]);
	});

	it.each(['acme', 'acme/', '/x', 'acme/a/b', '*/*', 'acme/..', 'acme/a*', '-acme/x', 'acme/ü'])(
		'does not take %j',
		(text) => expect(isEntry(text)).toBe(false),
	);

	it.each(['acme/*', 'acme/.github', 'a-b/c_d.e'])('takes %j', (text) => expect(isEntry(text)).toBe(true));

	it('is told in short when it is long', () => {
		expect(listed(['a/*', 'b/*', 'c/*'], 2)).toBe('a/*, b/* and 1 more');
	});
});
