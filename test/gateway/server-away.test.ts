import { beforeAll, describe, expect, it } from 'vitest';
import { createUpstream } from '#adapters/transport/upstream';
import { err } from '#core/result';
import type { Deps } from '#gateway/deps';
import type { Caller } from '#gateway/ports/caller';
import { prereqs } from '#gateway/prereqs';
import { propose } from '#gateway/propose';
import { demoCaller } from '#test/support/caller';
import { issue, startPortal, type TestPortal } from '#test/support/portal';
import { labelledIssue } from './labels-rig.ts';
import { approved, bytes, tellOf } from './rig.ts';
import { startSidecarProxy } from './sidecar-proxy.ts';

describe('while the MCP server is away', () => {
	let test: TestPortal;
	let caller: Caller;
	let deps: Deps;
	beforeAll(async () => {
		test = await startPortal();
		caller = await demoCaller(test.portal, 'admin@demo.local');
		deps = test.portal.gateway;
		return () => test.close();
	});

	/** A portal that has found its tools in order; its server is away from `close()` on. */
	async function ready(): Promise<{ through: Deps; close: () => Promise<void> }> {
		const { upstream } = test.sandbox;
		const proxy = await startSidecarProxy(upstream.sidecarUrl);
		const proxied = createUpstream({
			url: proxy.url,
			webUrl: upstream.webUrl,
			timeoutMs: 10_000,
			acceptedRestDigests: upstream.acceptedRestDigests,
			clock: deps.clock,
			log: deps.log,
			sha256: deps.sha256,
		});
		await proxied.checkTools('github');
		const through = { ...deps, upstream: proxied };
		expect(await prereqs(through, caller)).toMatchObject({ ready: true, upstream: { ok: true } });
		return { through, close: proxy.close };
	}

	it('prereqs says so as soon as an execute was answered provider_unreachable, not a minute later', async () => {
		const { through, close } = await ready();
		const body = await approved(deps, caller, issue('Away'));
		await close();
		expect(await tellOf(through, caller, body)).toMatchObject({ code: 'provider_unreachable' });
		expect(await prereqs(through, caller)).toMatchObject({ ready: false, upstream: { ok: false } });
		await through.upstream.close();
	});

	it('also when it was the reading of the labels, ahead of the write, that found it away', async () => {
		const { through, close } = await ready();
		const labelled = labelledIssue(test, ['bug']);
		const request = { provider: 'github', tool: 'issue_write', args: labelled.args(['bug', 'triage']) };
		const proposed = await propose(deps, caller, bytes(request));
		if (!proposed.ok) throw new Error(proposed.error.detail);
		const { argsSha, beforeSha } = proposed.value;
		await close();
		const told = await tellOf(through, caller, { ...request, argsSha, beforeSha });
		expect(told).toMatchObject({ code: 'provider_unreachable' });
		await expect.poll(async () => (await prereqs(through, caller)).upstream.ok).toBe(false);
		await through.upstream.close();
	});

	it.each(['The MCP server cannot be reached. Nothing was sent.', 'HTTP 502.', 'HTTP 502'])(
		'a preview of labels says once that nothing was sent: %s',
		async (why) => {
			const labels = async () => err({ kind: 'unreachable', why } as const);
			const through = { ...deps, upstream: { ...deps.upstream, labels } };
			const request = {
				provider: 'github',
				tool: 'issue_write',
				args: labelledIssue(test, ['bug']).args(['bug', 'triage']),
			};
			const proposed = await propose(through, caller, bytes(request));
			if (proposed.ok) throw new Error('it was read');
			expect(proposed.error.code).toBe('provider_unreachable');
			expect(proposed.error.detail).toMatch(/\. Nothing was sent\.$/);
			expect(proposed.error.detail.match(/Nothing was sent/g)).toHaveLength(1);
		},
	);
});
