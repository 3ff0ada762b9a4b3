import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { neededTools } from '#adapters/transport/tool-list';
import { createUpstream } from '#adapters/transport/upstream';
import type { Deps } from '#gateway/deps';
import type { Caller } from '#gateway/ports/caller';
import { prereqs } from '#gateway/prereqs';
import type { StaticFlags } from '#sandbox/sidecar/inventory';
import { approved, attemptsOf, tellOf } from '#test/gateway/rig';
import { startSidecarProxy } from '#test/gateway/sidecar-proxy';
import { realServerBin, startRealServer } from '#test/sandbox/real-server';
import { demoCaller } from '#test/support/caller';
import { issue } from '#test/support/portal';
import { type Driver, drivers } from './drivers.ts';
import { type Stage, startStage } from './stage.ts';

// biome-ignore lint/suspicious/noExplicitAny: a tool definition as a server lists it
type Tool = any;

interface Case {
	readonly flags?: StaticFlags;
	readonly path?: string;
	readonly exact: boolean;
	/** As `upstream.drift` of the prerequisites shows it. */
	readonly drift: readonly string[];
	/** Why an issue is not written; without it, it is. */
	readonly refused?: RegExp;
}

const own = { tools: neededTools };
const misspelt = { tools: ['issue_write', 'add_issue_coment'] };
const missing =
	/^The MCP server does not offer issue_write: correct its list of tools and its read-only setting, or the path/;
const tooMany = (count: number) => new RegExp(`^The MCP server offers ${count} tools beyond .*correct --tools`);
const wrongPath = /^The path of MCP_GITHUB_SERVER_URL narrows the MCP server, and the server does not keep to it/;
const unexpected = (...names: string[]) => names.map((name) => `unexpected:${name}`);
/** In the order of their names: what v1.0.4 serves beyond the portal's tools when nothing narrows it. */
const tenOfAll = unexpected(
	...'actions_get actions_list actions_run_trigger add_comment_to_pending_review add_reply_to_pull_request_comment assign_copilot_to_issue create_branch create_gist create_or_update_file create_pull_request'.split(
		' ',
	),
);
const tenOfDefault = unexpected(
	...'add_comment_to_pending_review add_reply_to_pull_request_comment assign_copilot_to_issue create_branch create_or_update_file create_pull_request create_repository delete_file fork_repository get_commit'.split(
		' ',
	),
);
const tenReads = unexpected(
	...'get_commit get_file_contents get_label get_latest_release get_release_by_tag get_tag get_team_members get_teams list_branches list_commits'.split(
		' ',
	),
);
const tenWrites = unexpected(
	...'add_comment_to_pending_review add_issue_comment add_reply_to_pull_request_comment assign_copilot_to_issue create_branch create_or_update_file create_pull_request create_repository delete_file fork_repository'.split(
		' ',
	),
);

const cases: readonly [what: string, Case][] = [
	['the exact list', { flags: own, exact: true, drift: [] }],
	['the exact list, at /mcp', { flags: own, path: '/mcp', exact: true, drift: [] }],
	['no list, where more may be served', { exact: false, drift: [] }],
	['no list', { exact: true, drift: [...tenOfDefault, '+25 more'], refused: tooMany(35) }],
	[
		'a typo in the list: it serves everything',
		{ flags: misspelt, exact: true, drift: [...tenOfAll, '+63 more'], refused: tooMany(73) },
	],
	['a typo in the list, where more may be served: not noticed', { flags: misspelt, exact: false, drift: [] }],
	[
		'a typo in the list, toolsets and exclusions beside it: they are gone too',
		{
			flags: { ...misspelt, toolsets: ['issues'], excludeTools: ['actions_get'] },
			exact: true,
			drift: [...tenOfAll, '+63 more'],
			refused: tooMany(73),
		},
	],
	[
		'a list that lacks a write',
		{
			flags: { tools: neededTools.filter((name) => name !== 'issue_write') },
			exact: true,
			drift: ['issue_write'],
			refused: missing,
		},
	],
	[
		'a list that lacks a read: shown, and the writes are as they were',
		{ flags: { tools: neededTools.filter((name) => name !== 'list_issues') }, exact: true, drift: ['list_issues'] },
	],
	[
		'--read-only',
		{
			flags: { readOnly: true },
			exact: true,
			drift: ['add_issue_comment', 'issue_write', ...tenReads, '+9 more'],
			refused: missing,
		},
	],
	[
		'the exact list and --read-only',
		{ flags: { ...own, readOnly: true }, exact: true, drift: ['add_issue_comment', 'issue_write'], refused: missing },
	],
	[
		'--toolsets=issues',
		{
			flags: { toolsets: ['issues'] },
			exact: true,
			drift: ['get_me', ...unexpected('get_label', 'list_issue_types', 'sub_issue_write')],
			refused: tooMany(3),
		},
	],
	[
		'--toolsets of one that does not exist: it serves nothing',
		{ flags: { toolsets: ['isues'] }, exact: true, drift: neededTools, refused: missing },
	],
	['/readonly', { path: '/readonly', exact: false, drift: ['add_issue_comment', 'issue_write'], refused: missing }],
	[
		'/mcp/readonly: it falls into the catch-all, and writes are served',
		{ path: '/mcp/readonly', exact: false, drift: [...tenWrites, '+8 more'], refused: wrongPath },
	],
	[
		'/mcp/readonly with the exact list',
		{
			flags: own,
			path: '/mcp/readonly',
			exact: true,
			drift: unexpected('add_issue_comment', 'issue_write'),
			refused: wrongPath,
		},
	],
	['/x/issues: shown, and the writes are as they were', { path: '/x/issues', exact: false, drift: ['get_me'] }],
	[
		'/mcp/x/issues: it falls into the catch-all',
		{ path: '/mcp/x/issues', exact: false, drift: unexpected('get_me'), refused: wrongPath },
	],
	['/x/nope', { path: '/x/nope', exact: false, drift: neededTools, refused: missing }],
	[
		'/mcp/x/nope: it falls into the catch-all',
		{ path: '/mcp/x/nope', exact: false, drift: unexpected(...neededTools), refused: wrongPath },
	],
	['/x/all', { path: '/x/all', exact: false, drift: [] }],
];

describe.each(drivers)('[only-own-tools, fail-closed] the start-up check of $name', (driver) => {
	let stage: Stage;
	let caller: Caller;
	beforeAll(async () => {
		stage = await startStage(driver);
		caller = await demoCaller(stage.test.portal, 'admin@demo.local');
	});
	afterAll(() => stage.close());

	test.each(cases)('%s', async (what, { flags = {}, path = '', exact, drift, refused }) => {
		const sidecar = await driver.sidecar(stage.test.sandbox.apiUrl, flags);
		const deps = depsOn(`${sidecar.url}${path}`, { exact, driver, stage });
		try {
			await deps.upstream.checkTools('github');
			expect(await prereqs(deps, caller)).toMatchObject({
				ready: drift.length === 0,
				upstream: { ok: drift.length === 0, drift },
			});
			const writes = stage.github.writes();
			const body = await approved(deps, caller, issue(`Zq ${what}`));
			const told = await tellOf(deps, caller, body);
			if (refused === undefined) {
				expect(told).toMatchObject({ code: 'ok' });
			} else {
				expect(told).toMatchObject({ code: 'tool_definition_changed', status: 503, executionId: undefined });
				expect(told.detail).toMatch(refused);
				expect(told.detail).not.toContain(new URL(sidecar.url).host);
			}
			expect(stage.github.writes() - writes).toBe(refused === undefined ? 1 : 0);
			const rows = await attemptsOf(deps, caller.tenant.id, body.argsSha);
			expect(rows.map(({ ok, code }) => ({ ok, code }))).toEqual([
				refused === undefined ? { ok: true, code: undefined } : { ok: false, code: 'tool_definition_changed' },
			]);
		} finally {
			await deps.upstream.close();
			await sidecar.close();
		}
	});

	test.each<[string, (tool: Tool) => Tool, string[]]>([
		[
			'another word in a description',
			(tool) => ({ ...tool, description: `${tool.description} At once.` }),
			['issue_write'],
		],
		['another name', (tool) => ({ ...tool, name: 'create_issue' }), ['issue_write', 'unexpected:create_issue']],
		[
			'an argument more that is required',
			({ inputSchema, ...tool }) => ({
				...tool,
				inputSchema: { ...inputSchema, required: [...inputSchema.required, 'type'] },
			}),
			['issue_write'],
		],
		[
			'a hint that it only reads',
			(tool) => ({ ...tool, annotations: { ...tool.annotations, readOnlyHint: true } }),
			['issue_write'],
		],
	])('issue_write with %s', async (what, edit, drift) => {
		const sidecar = await driver.sidecar(stage.test.sandbox.apiUrl, own);
		const proxy = await startSidecarProxy(sidecar.url);
		const deps = depsOn(proxy.url, { exact: true, driver, stage });
		try {
			await deps.upstream.checkTools('github');
			expect(await prereqs(deps, caller)).toMatchObject({ ready: true, upstream: { drift: [] } });
			proxy.edit((tool: Tool) => (tool.name === 'issue_write' ? edit(tool) : tool));
			await deps.upstream.checkTools('github');
			expect(await prereqs(deps, caller)).toMatchObject({ ready: false, upstream: { ok: false, drift } });
			const body = await approved(deps, caller, issue(`Zq ${what}`));
			expect(await tellOf(deps, caller, body)).toMatchObject({ code: 'tool_definition_changed', status: 503 });
			expect(proxy.calls()).toBe(0);
		} finally {
			await deps.upstream.close();
			await proxy.close();
			await sidecar.close();
		}
	});

	test('one that is not there: prereqs say that it does not answer, an execute is 503 provider_unreachable', async () => {
		const gone = await driver.sidecar(stage.test.sandbox.apiUrl, own);
		await gone.close();
		const deps = depsOn(gone.url, { exact: true, driver, stage });
		await deps.upstream.checkTools('github');
		expect(await prereqs(deps, caller)).toMatchObject({ ready: false, upstream: { ok: false, drift: [] } });
		const body = await approved(deps, caller, issue('Zq not there'));
		expect(await tellOf(deps, caller, body)).toMatchObject({ code: 'provider_unreachable', status: 503 });
		await deps.upstream.close();
	});
});

if (realServerBin !== undefined) {
	const bin = realServerBin;
	describe('the real github-mcp-server exits, and so never serves the wrong tools, on', () => {
		test.each([
			['an argument that it does not know', '--nope'],
			['an argument of a later version', '--listen-host=127.0.0.1'],
			['a host without a scheme', '--gh-host=github-sandbox.test'],
		])('%s', async (_, argument) => {
			await expect(startRealServer(bin, 'http://127.0.0.1:9', { args: [argument] })).rejects.toThrow(/did not start/);
		});
	});
}

/** The portal, with its MCP server somewhere else. */
function depsOn(url: string, { exact, driver, stage }: { exact: boolean; driver: Driver; stage: Stage }): Deps {
	const { deps } = stage;
	const upstream = createUpstream({
		url,
		webUrl: deps.webUrl,
		timeoutMs: 10_000,
		acceptedRestDigests: driver.acceptedRestDigests,
		exactTools: exact,
		clock: deps.clock,
		log: deps.log,
		sha256: deps.sha256,
	});
	return { ...deps, upstream };
}
