import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toolDefinitions } from '#sandbox/sidecar/tools';
import { proxiedHost, realServerBin, startRealServer } from './real-server.ts';
import { callTool, startWorld, type World } from './world.ts';

const sidecars = ['the sandbox sidecar', ...(realServerBin ? ['the real github-mcp-server'] : [])];
const marker = `<!-- sarc-mcp:${'cd'.repeat(32)} -->`;
const ledger = { owner: 'acme', repo: 'ledger' };

/** One journey, the same words expected from both. The real server runs when GITHUB_MCP_SERVER_BIN names it. */
describe.each(sidecars)('through %s', (name) => {
	const real = name.includes('real');
	let world: World;
	let url: string;
	let stop = async () => {};
	const call = (tool: string, args: Record<string, unknown>, token = 'ghp_good') =>
		callTool(url, tool, args, { authorization: `Bearer ${token}` });
	const parsed = async <T>(tool: string, args: Record<string, unknown>) =>
		JSON.parse((await call(tool, args)).text) as T;

	beforeAll(async () => {
		world = await startWorld();
		url = world.sidecar.url;
		if (!real || !realServerBin) return;
		const server = await startRealServer(realServerBin, world.github.apiUrl);
		url = server.url;
		stop = server.close;
	}, 20_000);
	afterAll(async () => {
		await stop();
		await world.close();
	});

	test('one can open an issue, comment on it, and find both again', async () => {
		expect(await parsed('get_me', {})).toMatchObject({ login: 'octo', profile_url: `${world.github.webUrl}/octo` });
		const made = await parsed<{ id: string; url: string }>('issue_write', {
			...ledger,
			method: 'create',
			title: 'Journey',
			body: `text\n${marker}`,
			labels: ['bug'],
		});
		expect(made.url).toBe(`${world.github.webUrl}/acme/ledger/issues/3`);
		expect(await (await fetch(made.url)).text()).toContain(marker.replace('<', '&lt;').replace('>', '&gt;'));

		const said = await parsed<{ id: string; url: string }>('add_issue_comment', {
			...ledger,
			issue_number: 3,
			body: marker,
		});
		expect(said.url).toBe(`${made.url}#issuecomment-${said.id}`);
		const comments = { ...ledger, method: 'get_comments', issue_number: 3 };
		expect(await parsed('issue_read', comments)).toMatchObject([{ id: Number(said.id), body: marker }]);
		expect(await parsed('list_issues', { ...ledger, perPage: 1 })).toMatchObject({
			issues: [{ number: 3, title: 'Journey', labels: ['bug'], comments: 1 }],
			totalCount: 3,
		});
		const found = await parsed('search_issues', { ...ledger, query: `"sarc-mcp:${'cd'.repeat(8)}" in:body` });
		expect(found).toMatchObject({ total_count: 1, items: [{ id: Number(made.id), html_url: made.url }] });
	});

	test('one can close and reopen it', async () => {
		const change = { ...ledger, method: 'update', issue_number: 3 };
		expect(await parsed('issue_write', { ...change, state: 'closed', state_reason: 'completed' })).toHaveProperty(
			'url',
		);
		expect(world.github.state.issues('acme', 'ledger').at(-1)?.state).toBe('closed');
		expect(await parsed('issue_write', { ...change, state: 'open' })).toHaveProperty('url');
		expect(world.github.state.issues('acme', 'ledger').at(-1)?.state).toBe('open');
	});

	test('a write whose answer is lost is EOF, and it landed', async () => {
		world.github.state.faults.push({ kind: 'drop-after-write', match: { method: 'POST' } });
		const called = await call('issue_write', { ...ledger, method: 'create', title: 'Lost' });
		const at = real ? `http://${proxiedHost}` : world.github.apiUrl;
		expect(called).toEqual({
			text: `failed to create issue: Post "${at}/api/v3/repos/acme/ledger/issues": EOF`,
			isError: true,
		});
		expect(world.github.state.issues('acme', 'ledger').at(-1)?.title).toBe('Lost');
	});

	test('a revoked token comes back as a tool error', async () => {
		const called = await call('issue_write', { ...ledger, method: 'create', title: 'x' }, 'github_pat_revoked');
		expect(called.text).toMatch(/401 Bad credentials \[\]$/);
	});

	if (real) {
		test('its list of tools is the recorded one, word for word', async () => {
			const response = await fetch(`${url}/x/all`, {
				method: 'POST',
				headers: {
					authorization: 'Bearer github_pat_any',
					accept: 'application/json, text/event-stream',
					'content-type': 'application/json',
				},
				body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
			});
			const { result } = JSON.parse(/data: (.*)/.exec(await response.text())?.[1] ?? '{}') as {
				result: { tools: { name: string; icons?: unknown }[] };
			};
			const digests = result.tools.map(({ icons: _, ...tool }) => [
				tool.name,
				createHash('sha256')
					.update(canonicalize(tool) ?? '')
					.digest('hex'),
			]);
			expect(digests).toEqual(toolDefinitions.map((each) => [each.name, each.recordedSha256]));
		});
	}
});
