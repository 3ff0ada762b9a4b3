import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { classify } from '#core/guardrails/classify';
import { github } from '#core/registry/github';
import { pinnedTools } from '#core/registry/pins';
import { provider } from '#core/registry/providers';
import type { PinnedTool } from '#core/registry/tool-definition';

/** Recorded from the real server (scripts/pin-tools.ts), independently of the table under test. */
const recorded = JSON.parse(
	readFileSync(new URL('../vectors/tools/github-mcp-server-1.0.4.json', import.meta.url), 'utf8'),
) as PinnedTool[];

const methodsOf = (tool: PinnedTool) => tool.arguments.method?.enum;

test('every tool that v1.0.4 serves is classified, and nothing else is', () => {
	expect(recorded).toHaveLength(79);
	expect(Object.keys(github.tools).sort()).toEqual(recorded.map((tool) => tool.name).sort());
});

test.each(recorded.map((tool) => [tool.name, tool] as const))(
	'%s has a class for each recorded method',
	(name, tool) => {
		const rule = github.tools[name];
		const methods = methodsOf(tool);
		if (rule === undefined) throw new Error('unclassified');
		if (methods === undefined) expect(rule).toHaveProperty('class');
		else {
			if ('class' in rule) throw new Error('has methods, but one class');
			expect(rule.methodArg).toBe('method');
			expect(Object.keys(rule.methods).sort()).toEqual(methods);
		}
	},
);

test.each(recorded.map((tool) => [tool.name, tool] as const))(
	'%s is a read exactly when the server says that it only reads',
	(name, tool) => {
		for (const method of methodsOf(tool) ?? [undefined]) {
			const args = method === undefined ? {} : { method };
			expect(classify(github, name, args) === 'read').toBe(tool.readOnly);
		}
	},
);

test('exactly three writes are safe: opening an issue, commenting, and setting labels', () => {
	const safe = recorded.flatMap((tool) =>
		(methodsOf(tool) ?? [undefined])
			.filter((method) => classify(github, tool.name, method === undefined ? {} : { method }) === 'safe')
			.map((method) => `${tool.name} ${method ?? ''}`.trim()),
	);
	expect(safe).toEqual(['add_issue_comment', 'issue_write create', 'issue_write update']);
	expect(github.writes.map((write) => `${write.tool} ${write.method ?? ''}`.trim()).sort()).toEqual(safe);
});

test.each([
	'__proto__',
	'constructor',
	'toString',
	'hasOwnProperty',
	'',
	'Issue_write',
	'issue_write ',
	'create_issue',
	'update_issue_title',
	'add_sub_issue',
])('an unlisted tool name has no class: %j', (name) => {
	expect(classify(github, name, { method: 'create' })).toBeNull();
});

test.each([
	undefined,
	null,
	1,
	true,
	['create'],
	{ create: true },
	'',
	'CREATE',
	'create ',
	'__proto__',
	'constructor',
	'toString',
])('issue_write with the method %j has no class', (method) => {
	expect(classify(github, 'issue_write', method === undefined ? {} : { method })).toBeNull();
});

test('a method that only the prototype carries is not read', () => {
	expect(classify(github, 'issue_write', JSON.parse('{"__proto__":{"method":"create"}}'))).toBeNull();
	expect(classify(github, 'issue_write', Object.create({ method: 'create' }))).toBeNull();
	for (const args of [null, 'create', 7, ['create']]) expect(classify(github, 'issue_write', args)).toBeNull();
});

test.each(['gitlab', '__proto__', 'constructor', 'toString', '', 'GitHub'])('there is no provider %j', (id) => {
	expect(provider(id)).toBeNull();
});

test('the pins are the recorded definitions, digests included', () => {
	for (const pin of pinnedTools('github')) {
		expect(pin).toEqual(recorded.find((tool) => tool.name === pin.name));
	}
	expect(pinnedTools('github').map((pin) => pin.name)).toEqual([
		'add_issue_comment',
		'get_me',
		'issue_read',
		'issue_write',
		'list_issues',
		'search_issues',
	]);
	for (const tool of recorded) expect(tool.restDigest).toMatch(/^[0-9a-f]{64}$/);
});

test('every safe write is pinned, and takes only arguments that the pinned tool has', () => {
	for (const write of github.writes) {
		const pin = pinnedTools('github').find((tool) => tool.name === write.tool);
		const shape = (write.schema as unknown as { shape: Record<string, unknown> }).shape;
		for (const key of Object.keys(shape)) expect(Object.keys(pin?.arguments ?? {})).toContain(key);
		for (const key of pin?.required ?? []) expect(Object.keys(shape)).toContain(key);
	}
});
