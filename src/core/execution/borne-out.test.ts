import { describe, expect, it } from 'vitest';
import { artifactBody, marker, visibleRef } from '#core/proposal/marker';
import { notBorneOut } from './borne-out.ts';
import { isOurs, type SeenArtifact, type Sought } from './ours.ts';
import { refOf } from './refs.ts';

const OURS = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);
const web = 'https://github.com';
const footed = (argsSha: string) => artifactBody('Text', { name: "Ada O'Lind", memberId: '12345678' }, argsSha);
/** As v1.0.4 reads it back: without the comment, and escaped. */
const readBack = (argsSha: string) => footed(argsSha).replace(marker(argsSha), '').replaceAll("'", '&#39;');
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));

const issue: Sought = {
	argsSha: OURS,
	target: { owner: 'acme', repo: 'ledger' },
	login: 'acme-bot',
	since: at(10),
	webUrl: web,
};
const comment: Sought = { ...issue, target: { ...issue.target, number: 7 } };
const there: SeenArtifact = {
	url: `${web}/acme/ledger/issues/9`,
	author: 'Acme-Bot',
	createdAt: at(10),
	text: footed(OURS),
};
const said: SeenArtifact = { ...there, url: `${web}/Acme/Ledger/issues/7#issuecomment-55` };

describe('[reconcile-own] what settles an unknown outcome by itself', () => {
	it.each<[string, SeenArtifact, Sought, boolean]>([
		['an issue of ours', there, issue, true],
		['an issue of ours as it is read back', { ...there, text: readBack(OURS) }, issue, true],
		['the visible ref alone', { ...there, text: visibleRef(OURS) }, issue, false],
		['our footer quoted above text', { ...there, text: `${footed(OURS)}\nMore.` }, issue, false],
		['our footer above another’s', { ...there, text: `${footed(OURS)}\n\n${footed(OTHER)}` }, issue, false],
		[
			'our line with another’s marker',
			{ ...there, text: footed(OURS).replace(marker(OURS), marker(OTHER)) },
			issue,
			false,
		],
		['our footer without its rule', { ...there, text: footed(OURS).replace('---\n', '') }, issue, false],
		['a comment of ours', said, comment, true],
		['a comment on a pull request', { ...said, url: `${web}/acme/ledger/pull/7#issuecomment-5` }, comment, true],
		['without a mark', { ...there, text: 'Text' }, issue, false],
		['another’s mark', { ...there, text: footed(OTHER) }, issue, false],
		['by another', { ...there, author: 'acme-bot2' }, issue, false],
		['by nobody', { ...there, author: '' }, issue, false],
		['made before', { ...there, createdAt: new Date(at(10).getTime() - 1) }, issue, false],
		['in another repository', { ...there, url: `${web}/acme/ledger2/issues/9` }, issue, false],
		['of another owner', { ...there, url: `${web}/acme2/ledger/issues/9` }, issue, false],
		['on another site', { ...there, url: 'https://github.com.evil.example/acme/ledger/issues/9' }, issue, false],
		['a pull request', { ...there, url: `${web}/acme/ledger/pull/9` }, issue, false],
		['a comment for an issue', said, issue, false],
		['an issue for a comment', { ...there, url: `${web}/acme/ledger/issues/7` }, comment, false],
		['a comment on another issue', { ...said, url: `${web}/acme/ledger/issues/8#issuecomment-55` }, comment, false],
	])('%s: %#', (_, artifact, sought, expected) => {
		expect(isOurs(artifact, sought)).toBe(expected);
	});
});

describe('[human-settles] what a person names', () => {
	it.each<[string, SeenArtifact, Sought]>([
		['an issue of ours', there, issue],
		['one whose text was cut before any mark, in the approved repository', { ...there, text: 'if a' }, issue],
		['a comment of ours', said, comment],
		['ours, made before by that clock', { ...there, createdAt: at(9) }, issue],
		['ours, moved to another repository', { ...there, url: `${web}/other/place/issues/3` }, issue],
	])('is believed: %s', (_, artifact, sought) => {
		expect(notBorneOut(artifact, sought, false)).toBeNull();
	});

	it.each<[string, SeenArtifact, Sought, RegExp, boolean?]>([
		['elsewhere without our mark', { ...there, url: `${web}/o/p/issues/3`, text: '' }, issue, /outside the approved/],
		['by another', { ...there, author: 'mallory' }, issue, /^It is by mallory; this was written as acme-bot\.$/],
		['by nobody', { ...there, author: '' }, issue, /does not exist any more/],
		['made before, without a footer', { ...there, text: 'Text', createdAt: at(9) }, issue, /^It was made before/],
		['another’s mark', { ...there, text: footed(OTHER) }, issue, /another execution/],
		['ours quoted above another’s', { ...there, text: footed(OURS) + footed(OTHER) }, issue, /another exec/],
		['another’s artifact', { ...there, text: '' }, issue, /another exec/, true],
		['a comment for an issue', said, issue, /A comment stands there/],
		['an issue for a comment', { ...there, url: `${web}/acme/ledger/issues/7` }, comment, /An issue stands there/],
		['a pull request', { ...there, url: `${web}/acme/ledger/pull/9` }, issue, /A pull request stands there/],
		['on another issue', { ...said, url: `${web}/acme/ledger/issues/8#issuecomment-5` }, comment, /than #7/],
		['no address', { ...there, url: `${web}/acme/ledger` }, issue, /no address/],
	])('is not: %s', (_, artifact, sought, found, isAnothers = false) => {
		expect(notBorneOut(artifact, sought, isAnothers)).toMatch(found);
	});
});

it('[reconcile-own] a ref counts only in the footer at the end, raw or as it is read back', () => {
	expect([footed(OURS), `${footed(OURS)}\n`, readBack(OURS)].map(refOf)).toEqual(Array(3).fill('a'.repeat(16)));
	expect([visibleRef(OURS), marker(OURS), `Text\n${visibleRef(OURS)}\n${marker(OURS)}`, ''].map(refOf)).toEqual(
		Array(4).fill(null),
	);
});
