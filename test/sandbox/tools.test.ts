import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toolDefinitions } from '#sandbox/sidecar/tools';
import { startWorld, type World } from './world.ts';

/** Over name, argument shapes (without descriptions) and hints of the 79 tools, computed from the list recorded from the real server. */
const recordedStructure = '0d9da9b4aa471db05c1f02b48c007580af0e1c737ed7a70101b7a9e9035a8946';

let world: World;
beforeAll(async () => {
	world = await startWorld();
	world.github.state.addToken({ token: 'ghp_public', login: 'octo', scopes: ['public_repo'] });
	world.github.state.addToken({ token: 'ghp_bare', login: 'octo', scopes: [] });
});
afterAll(() => world.close());

type Listed = { name: string; description: string; inputSchema: unknown; annotations: unknown };

async function list(path = '/', headers: Record<string, string> = {}): Promise<Listed[]> {
	const response = await fetch(`${world.sidecar.url}${path}`, {
		method: 'POST',
		headers: {
			authorization: 'Bearer github_pat_any',
			accept: 'application/json, text/event-stream',
			'content-type': 'application/json',
			...headers,
		},
		body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
	});
	const data = /data: (.*)/.exec(await response.text())?.[1] ?? '{}';
	return (JSON.parse(data) as { result: { tools: Listed[] } }).result.tools;
}
const names = async (path?: string, headers?: Record<string, string>) =>
	(await list(path, headers)).map((each) => each.name);

test('names, argument names, types, required, enums and hints are those of the recorded list', async () => {
	const all = await list('/x/all');
	const structure = all.map(({ name, inputSchema, annotations }) => ({ name, inputSchema, annotations }));
	expect(structure).toHaveLength(79);
	expect(
		createHash('sha256')
			.update(canonicalize(structure) ?? '')
			.digest('hex'),
	).toBe(recordedStructure);
});

test('every tool carries a digest of its whole recorded entry', () => {
	for (const tool of toolDefinitions) expect(tool.recordedSha256).toMatch(/^[0-9a-f]{64}$/);
	expect(new Set(toolDefinitions.map((each) => each.recordedSha256)).size).toBe(79);
});

test('no schema carries a description: those are others’ words', () => {
	const described = (schema: unknown): boolean => {
		if (typeof schema !== 'object' || schema === null) return false;
		const { description, properties = {}, items } = schema as Record<string, unknown>;
		return description !== undefined || described(items) || Object.values(properties as object).some(described);
	};
	for (const tool of toolDefinitions) expect(described(tool.inputSchema)).toBe(false);
});

test.each([
	['/', {}, 41],
	['/mcp', {}, 41],
	['/mcp/readonly', {}, 41],
	['/mcp/x/issues', {}, 41],
	['/readonly', {}, 23],
	['/x/issues', {}, 8],
	['/x/issues/readonly', {}, 5],
	['/x/labels', {}, 3],
	['/x/nope', {}, 0],
	['/x/all/readonly', {}, 50],
	['/', { 'x-mcp-toolsets': 'issues,labels' }, 10],
	['/', { 'x-mcp-toolsets': 'nope' }, 0],
	['/', { 'x-mcp-tools': 'issue_write,get_me' }, 2],
	['/x/issues', { 'x-mcp-tools': 'label_write' }, 9],
	['/', { 'x-mcp-readonly': 'banana' }, 23],
	['/', { 'x-mcp-exclude-tools': 'issue_write' }, 40],
	['/', { 'x-mcp-tools': 'issue_write', 'x-mcp-readonly': '1' }, 0],
	['/', { 'x-mcp-tools': 'create_issue' }, 0],
] as [string, Record<string, string>, number][])(
	'%s with %o lists as many tools as the real server: %i',
	async (path, headers, count) => {
		expect(await names(path, headers)).toHaveLength(count);
	},
);

test('a token without the repo scope does not see the tools that write', async () => {
	for (const token of ['ghp_public', 'ghp_bare']) {
		const seen = await names('/', { authorization: `Bearer ${token}` });
		expect(seen).toHaveLength(20);
		expect(seen).not.toContain('issue_write');
	}
});

test('a listed tool that the sandbox cannot do answers as unknown', async () => {
	const called = await world.call('create_branch', { owner: 'acme', repo: 'ledger', branch: 'x' });
	expect(called).toEqual({ text: 'unknown tool "create_branch"', isError: true, code: -32602 });
});
