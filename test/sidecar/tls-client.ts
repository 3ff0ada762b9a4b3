/*
 * What the portal does with an MCP server behind TLS, in a process of its own: Node reads NODE_EXTRA_CA_CERTS at its start.
 * Arguments: the server's address, or `sandbox` and the address of a GitHub to start one over. Prints what came of a write.
 */
import { hash } from 'node:crypto';
import { createUpstream } from '#adapters/transport/upstream';
import { startSandboxSidecar } from '#sandbox/sidecar/server';
import { sandbox } from './drivers.ts';

const [address = '', githubUrl] = process.argv.slice(2);
const sidecar = githubUrl === undefined ? null : await startSandboxSidecar({ githubUrl });
const upstream = createUpstream({
	url: sidecar?.url ?? address,
	webUrl: 'https://github.test',
	timeoutMs: 10_000,
	acceptedRestDigests: sandbox.acceptedRestDigests,
	clock: { now: () => new Date() },
	log: { info() {}, warn() {}, error() {} },
	sha256: (data) => hash('sha256', data, 'buffer'),
});
await upstream.checkTools('github');
const { ok } = upstream.drift('github');
const who = await upstream.whoAmI('github', 'ghp_good');
await upstream.close();
await sidecar?.close();
process.stdout.write(JSON.stringify({ ok, who }));
