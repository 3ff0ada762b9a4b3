import { afterAll, beforeAll, expect, it } from 'vitest';
import { smoke } from '#cli/smoke/smoke';
import { startSandboxSidecar } from '#sandbox/sidecar/server';
import { startSidecarProxy } from '#test/gateway/sidecar-proxy';
import { PASSWORD } from '#test/support/portal';
import { runCommand, type ServedPortal, servePortal } from './rig.ts';

let served: ServedPortal;
let proxy: Awaited<ReturnType<typeof startSidecarProxy>>;
beforeAll(async () => {
	const sidecar = await startSandboxSidecar({ githubUrl: 'http://127.0.0.1:9' });
	proxy = await startSidecarProxy(sidecar.url);
	served = await servePortal({ env: { MCP_GITHUB_SERVER_URL: proxy.url } });
	afterAll(async () => {
		await served.close();
		await proxy.close();
		await sidecar.close();
	});
});

const run = (more: string[] = []) => {
	const place = [
		'--url',
		served.origin,
		'--connect',
		served.address,
		'--tenant',
		'demo',
		'--owner',
		'acme',
		'--repo',
		'ledger',
	];
	return runCommand(smoke, [...place, '--email', 'admin@demo.local', ...more], { PORTAL_SMOKE_PASSWORD: PASSWORD });
};

it('the MCP server of another sandbox: its words are the sandbox’s own, and no drift', async () => {
	const ran = await run();
	expect(ran.out).toMatch(/ok +prerequisites.*the MCP server answers, no drift/);
});

it('an MCP server whose tools are not the pinned ones: each is named, with what to do, and nothing is proposed', async () => {
	proxy.edit((tool: { description: string }) => ({ ...tool, description: `${tool.description} At once.` }));
	await served.portal.portal.gateway.upstream.checkTools('github');
	const ran = await run(['--wait', '5']);
	expect(ran.exit).toBe(1);
	expect(ran.out).toMatch(
		/FAILED +prerequisites.*\[tool_definition_changed\].*issue_write.*github-mcp-server v1\.0\.4/,
	);
	expect(ran.out).toMatch(/NOT RUN propose/);
	// Waiting does not mend it.
	expect(ran.err).toBe('');
});
