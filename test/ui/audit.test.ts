import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { derive } from '#ui/audit/derive.ts';
import { actionWords, changeOf, readEntry } from '#ui/audit/entry.ts';
import { eventsOf } from '#ui/audit/verify-stream.ts';

const zeros = '0'.repeat(64);

async function collected(chunks: readonly string[]) {
	const bytes = new TextEncoder();
	const stream = new ReadableStream<Uint8Array>({
		start(controller) {
			for (const chunk of chunks) controller.enqueue(bytes.encode(chunk));
			controller.close();
		},
	});
	const events: { name: string; data: string }[] = [];
	for await (const event of eventsOf(stream)) events.push(event);
	return events;
}

describe('an entry in the browser', () => {
	it('gives the leaf and entry hash of its stored bytes', async () => {
		const text = '{"action":"flag.set","at":"2026-11-23T02:00:00.123456Z","ü":1}';
		const leaf = createHash('sha256')
			.update(Buffer.from([0]))
			.update(text)
			.digest();
		const entryHash = createHash('sha256')
			.update('sarc-audit-v1\n')
			.update(Buffer.from(zeros, 'hex'))
			.update(leaf)
			.digest('hex');
		expect(await derive(text, zeros)).toEqual({ leaf: leaf.toString('hex'), entryHash });
	});

	it('is not vouched for when its prev is no hash', async () => {
		expect(await derive('{}', undefined)).toBeUndefined();
		expect(await derive('{}', 'ABC')).toBeUndefined();
	});

	it.each(['', 'not json', '[]', 'null', '{"actor":null,"ok":"yes","detail":[]}'])(
		'that was damaged is shown, not thrown: %j',
		(text) => {
			const entry = readEntry(text);
			expect(entry.ok).toBeUndefined();
			expect(actionWords(entry)).toBe('not readable');
		},
	);

	it('of an action that is not known keeps its name', () => {
		expect(actionWords(readEntry('{"action":"evidence.gate"}'))).toBe('evidence.gate');
	});
});

describe('the stream of a verification', () => {
	it('is read the same wherever it is cut', async () => {
		const whole = 'event: progress\ndata: {"done":1,"size":2}\n\nevent: verdict\r\ndata: {"ok":true}\r\n\r\n';
		const expected = [
			{ name: 'progress', data: '{"done":1,"size":2}' },
			{ name: 'verdict', data: '{"ok":true}' },
		];
		for (let at = 1; at < whole.length; at += 1) {
			expect(await collected([whole.slice(0, at), whole.slice(at)])).toEqual(expected);
		}
	});

	it('that ends in the middle of an event gives no event of it', async () => {
		expect(await collected(['event: verdict\ndata: {"ok":true}'])).toEqual([]);
	});
});

describe('a change of a setting in the list', () => {
	const read = (action: string, detail: object) => readEntry(JSON.stringify({ action, detail }));

	it('says what was switched, and which way', () => {
		expect(actionWords(read('flag.set', { flag: 'mcp.gateway', old: true, new: false }))).toBe('mcp.gateway off');
		expect(actionWords(read('dispatch.set', { old: true, new: false }))).toBe('Agent dispatch off');
		expect(actionWords(read('flag.set', { flag: 7, new: 'off' }))).toBe('Feature switched');
	});

	it('of a set of labels is not called an issue', () => {
		expect(actionWords(read('mcp.tool.github.issue_write', { method: 'create' }))).toBe('Open issue');
		expect(actionWords(read('mcp.tool.github.issue_write', { method: 'update' }))).toBe('Set labels');
		expect(actionWords(read('mcp.reconcile.github.issue_write', { method: 'update' }))).toBe(
			'Set labels, looked for later',
		);
		expect(actionWords(read('mcp.resolve.github.add_issue_comment', {}))).toBe('Comment, settled by a person');
	});

	it('is told in words, for every action that the portal writes', () => {
		const sources = ['gateway', 'adapters/store', 'cli']
			.flatMap((folder) => readdirSync(`src/${folder}`).map((name) => `src/${folder}/${name}`))
			.filter((path) => path.endsWith('.ts'))
			.map((path) => readFileSync(path, 'utf8'));
		const families = /'((?:access|credential|dispatch|flag|invitation|member|targets|tenant|token)\.[a-z.-]+)'/g;
		const actions = new Set(sources.flatMap((text) => [...text.matchAll(families)].map((match) => match[1] ?? '')));
		expect(actions.size).toBeGreaterThan(12);
		expect([...actions].filter((action) => actionWords(read(action, {})) === action)).toEqual([]);
	});

	it.each([
		['credential.set', { provider: 'github', old: null, new: '13cf·5d4e' }, '13cf·5d4e'],
		['credential.deleted', { provider: 'github', old: '13cf·5d4e', new: null }, '13cf·5d4e'],
		['token.created', { token: 'abcd-12345678', scopes: 'read propose' }, '…12345678: read propose'],
		[
			'access.member.set',
			{ old: { userId: 'u-12345678', role: 'MEMBER' }, new: { userId: 'u-12345678', role: 'ADMIN' } },
			'…12345678 is ADMIN, was MEMBER',
		],
		['access.member.set', { old: null, new: 'ADMIN' }, undefined],
		['access.member.removed', { old: { userId: 'u-12345678', role: 'MEMBER' }, new: null }, '…12345678'],
		['member.invited', { old: null, new: { invitation: 'i-12345678', role: 'MEMBER' } }, '…12345678: MEMBER'],
		['member.joined', { old: null, new: { userId: 'u-12345678', role: 'MEMBER' } }, '…12345678 is MEMBER'],
		['invitation.withdrawn', { old: { invitation: 'i-12345678', role: 'MEMBER' }, new: null }, '…12345678'],
		['credential.rewrapped', { provider: 'github', old: '13cf·5d4e', new: '7c1e·94d0' }, '7c1e·94d0'],
		['targets.set', { old: [], new: ['acme/ledger'] }, '+acme/ledger'],
		['targets.set', { old: ['acme/ledger', 'acme/*'], new: ['ACME/*', 'x/y'] }, '+x/y −acme/ledger'],
		['targets.set', { old: ['acme/ledger'], new: [] }, 'all that the credential reaches'],
		['targets.set', { old: 'x', new: ['1/a', '2/a', '3/a', '4/a', '5/a'] }, '+1/a +2/a +3/a +4/a and 1 more'],
		['mcp.resolve.github.issue_write', { old: 'NEEDS_HUMAN', new: 'ABSENT' }, 'it did not happen'],
		['mcp.resolve.github.issue_write', { old: 'NEEDS_HUMAN', new: 'ABSENT', checked: true }, 'it did not happen'],
		[
			'mcp.resolve.github.issue_write',
			{ old: 'NEEDS_HUMAN', new: 'ABSENT', checked: false, because: 'credential_missing' },
			'it did not happen, unchecked',
		],
		['mcp.reconcile.github.issue_write', { old: 'INDETERMINATE', new: 'CONFIRMED' }, 'it happened'],
		['mcp.reconcile.github.issue_write', { old: 'INDETERMINATE', new: 'ABSENT' }, 'it did not happen'],
		['mcp.reconcile.github.issue_write', { old: 'INDETERMINATE', new: 'NEEDS_HUMAN' }, 'a person has to say'],
		['evidence.gate', { new: 'x' }, undefined],
	])('%s %j shows %s', (action, detail, words) => {
		expect(changeOf(read(action, detail))).toBe(words);
	});
});
