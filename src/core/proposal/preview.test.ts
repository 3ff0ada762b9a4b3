import { expect, it } from 'vitest';
import type { JsonObject } from '#core/canonical-json';
import { artifactBody } from './marker.ts';
import { buildPreview } from './preview.ts';

const sha = 'ab'.repeat(32);
const asker = { name: 'Ben Ochoa', memberId: '0192f0c1-7a3b-7c4d-8e5f-a1b2c3d4e5f6' };
const write = {
	bodyField: 'body',
	target: (args: JsonObject) => ({ owner: String(args.owner), repo: String(args.repo) }),
	summary: () => 'Open a new issue in acme/ledger',
};
const base = {
	write,
	argsSha: sha,
	asker,
	as: { login: 'acme-bot', fingerprint: '7c1e·94d0' },
	webUrl: 'https://github.com',
};

it('shows what would be sent: the args, with the footer under the body', () => {
	const args = { owner: 'acme', repo: 'ledger', method: 'create', title: 'T', body: 'B\u200b', labels: ['x'] };
	const body = artifactBody(args.body, asker, sha);
	expect(buildPreview({ ...base, args })).toEqual({
		summary: 'Open a new issue in acme/ledger',
		target: { owner: 'acme', repo: 'ledger' },
		as: base.as,
		args: { ...args, body },
		artifact: { title: 'T', body },
		warnings: [expect.objectContaining({ code: 'invisible_character', field: 'body', start: 1, end: 2 })],
	});
});

it('an absent body is sent as the footer alone, and an absent title is not invented', () => {
	const { args, artifact } = buildPreview({ ...base, args: { owner: 'acme', repo: 'ledger' } });
	expect(artifact).toEqual({ body: artifactBody('', asker, sha) });
	expect(args.body).toBe(artifact?.body);
});

it('changes nothing of the args that it was given', () => {
	const args = Object.freeze(JSON.parse('{"owner":"acme","repo":"ledger","body":"b","__proto__":1}') as JsonObject);
	expect(Object.keys(buildPreview({ ...base, args }).args)).toEqual(['owner', 'repo', 'body', '__proto__']);
	expect(args.body).toBe('b');
});

const labelling = { ...base, write: { ...write, bodyField: null, summary: () => 'Set the labels of acme/ledger#7' } };
const labels = ['Bug', 'security'];

it('[state-as-seen] labels: the args as they are, no artifact, what stands there, what would, and when it was read', () => {
	const args = { owner: 'acme', repo: 'ledger', method: 'update', issue_number: 7, labels };
	const readAt = new Date('2026-11-24T10:00:00.500Z');
	const preview = buildPreview({ ...labelling, args, present: { labels: ['triage', 'bug'], readAt } });
	expect(preview).toEqual({
		summary: 'Set the labels of acme/ledger#7',
		target: { owner: 'acme', repo: 'ledger' },
		as: base.as,
		args,
		before: ['bug', 'triage'],
		after: ['bug', 'security'],
		added: ['security'],
		removed: ['triage'],
		readAt: '2026-11-24T10:00:00.500Z',
		warnings: [],
	});
	expect(JSON.stringify(preview)).not.toContain('sarc-mcp:');
});

it.each([
	['invisible_character', 'go\u200bod', 'other'],
	['bidi_control', 'x\u202ey', 'other'],
	['mixed_script', 'good\u00a0first', 'good first'],
	['mixed_script', 'good  first', 'good first'],
	['mixed_script', 'ОК', 'OK'], // Cyrillic
	['mixed_script', 'e\u0301', 'é'],
])('[hidden-text-holds] labels: %s of one that is removed, %j, while %j is set, holds', (code, removed, added) => {
	const args = { owner: 'acme', repo: 'ledger', labels: ['bug', added] };
	const present = { labels: ['bug', removed, 'a plain one'], readAt: new Date(0) };
	const preview = buildPreview({ ...labelling, args, present });
	const field = `removed.${preview.removed?.indexOf(removed)}`;
	expect(preview.warnings).toEqual([expect.objectContaining({ code, field, holds: true })]);
});

it('[hidden-text-holds] labels: two of the set that look the same hold', () => {
	const args = { owner: 'acme', repo: 'ledger', labels: ['OK', 'bug', 'ОК'] };
	const { warnings } = buildPreview({ ...labelling, args, present: { labels: [], readAt: new Date(0) } });
	expect(warnings).toEqual([expect.objectContaining({ code: 'mixed_script', field: 'labels.2', holds: true })]);
});

it('labels: what a reader could miss is named by the place in the list', () => {
	const args = {
		owner: 'acme',
		repo: 'ledger',
		labels: ['bug', 'b\u202eug', 'аpi @ops https://evil.example fixes #1'],
	};
	const { warnings } = buildPreview({ ...labelling, args, present: { labels: [], readAt: new Date(0) } });
	expect(warnings).toEqual([
		expect.objectContaining({ code: 'bidi_control', field: 'labels.1', start: 1, end: 2, holds: true }),
		expect.objectContaining({ code: 'mixed_script', field: 'labels.2', start: 0, end: 3, holds: true }),
		expect.objectContaining({ code: 'mixed_script', field: 'labels.1', start: 0, end: 4, holds: true }),
	]);
});
