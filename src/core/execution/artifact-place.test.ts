import { expect, it } from 'vitest';
import { artifactPlace, isApprovedPage, issueAddress } from './artifact-place.ts';

const web = 'https://github.example.com:8443';

it.each([
	['/acme/ledger/issues/7', { owner: 'acme', repo: 'ledger', kind: 'issues', number: 7, comment: null }],
	['/acme/ledger/issues/7/', { owner: 'acme', repo: 'ledger', kind: 'issues', number: 7, comment: null }],
	['/Acme/l.e_d-g/pull/70', { owner: 'Acme', repo: 'l.e_d-g', kind: 'pull', number: 70, comment: null }],
	[
		'/acme/ledger/issues/7#issuecomment-12',
		{ owner: 'acme', repo: 'ledger', kind: 'issues', number: 7, comment: '12' },
	],
])('reads %s', (path, place) => {
	expect(artifactPlace(web + path, web)).toEqual(place);
	expect(artifactPlace(`HTTPS://GitHub.example.com:8443${path}`, `${web}/`)).toEqual(place);
});

it.each([
	'https://github.example.com/acme/ledger/issues/7',
	'https://github.example.com:84430/acme/ledger/issues/7',
	'https://github.example.com:8443@evil.example/acme/ledger/issues/7',
	'https://github.example.com:8443.evil.example/acme/ledger/issues/7',
	'http://github.example.com:8443/acme/ledger/issues/7',
	'javascript:alert(1)',
	'',
	...[
		'/acme/ledger',
		'/acme/ledger/issues',
		'/acme/ledger/issues/0',
		'/acme/ledger/issues/7x',
		'/acme/ledger/issues/99999999999',
		'/acme/ledger/issues/7?x=1',
		'/acme/ledger/issues/7#issuecomment-',
		'/acme/ledger/issues/7#issue-1',
		'/acme/../issues/7',
		'/acme/./issues/7',
		'/acme/a%2fb/issues/7',
		'/-acme/ledger/issues/7',
		'/acme/ledger/discussions/7',
		'/acme/ledger/issues/7\n',
		'//acme/ledger/issues/7',
	].map((path) => web + path),
])('refuses %j', (url) => {
	expect(artifactPlace(url, web)).toBeNull();
});

it('the address of an issue is read as that issue', () => {
	const target = { owner: 'acme', repo: 'ledger', number: 7 };
	expect(artifactPlace(issueAddress(`${web}/`, target), web)).toMatchObject(target);
});

it.each<[path: string, ofIssue: boolean, onSeven: boolean]>([
	['/Acme/ledger/issues/7', true, true],
	['/acme/ledger/issues/8', true, false],
	['/acme/ledger/issues/7#issuecomment-1', false, true],
	['/acme/ledger/pull/7', false, true],
	['/acme/ledger/pull/7#issuecomment-1', false, true],
	['/acme/other/issues/7', false, false],
	['/acme/ledger/issues/7?x', false, false],
	['', false, false],
])(
	'%s is a page where an issue was approved: %s; where something was approved for number 7: %s',
	(path, ofIssue, onSeven) => {
		const target = { owner: 'acme', repo: 'ledger' };
		expect(isApprovedPage(web + path, target, web)).toBe(ofIssue);
		expect(isApprovedPage(web + path, { ...target, number: 7 }, web)).toBe(onSeven);
		expect(isApprovedPage(path, target, web)).toBe(false);
	},
);
