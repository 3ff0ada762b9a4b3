import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seedDemo } from '#adapters/identity/demo';
import { deriveKey } from '#adapters/vault/derive-key';
import type { JsonValue } from '#core/canonical-json';
import { restDigestOf } from '#core/registry/tool-definition';
import type { CredentialInfo } from '#gateway/ports/credentials';
import { type SandboxGitHub, startSandboxGitHub } from '#sandbox/github/server';
import { startSandboxSidecar } from '#sandbox/sidecar/server';
import { listed, toolDefinitions } from '#sandbox/sidecar/tools';
import { type Portal, type SandboxUpstream, sha256 } from './compose.ts';

export interface RunningSandbox {
	readonly upstream: SandboxUpstream;
	readonly apiUrl: string;
	readonly github: SandboxGitHub;
	close(): Promise<void>;
}

const BOT = 'acme-sarc-bot';

/**
 * Starts the sandbox GitHub and, unless another one is configured, its MCP sidecar. The ports are those of last time,
 * else the two after the portal's, else free ones: links in the audit log should still open after a restart.
 */
export async function startSandbox(options: {
	dataDir: string;
	portalPort: number;
	sidecar: boolean;
}): Promise<RunningSandbox> {
	const file = join(options.dataDir, 'sandbox-ports.json');
	const wanted = await rememberedPorts(file, options.portalPort);
	const stateFile = join(options.dataDir, 'sandbox-github.json');
	let github: SandboxGitHub;
	try {
		github = await startSandboxGitHub({ ...wanted, stateFile });
	} catch {
		github = await startSandboxGitHub({ stateFile });
	}
	const ports = { webPort: portOf(github.webUrl), apiPort: portOf(github.apiUrl) };
	await writeFile(file, JSON.stringify(ports));
	const sidecar = options.sidecar ? await startSandboxSidecar({ githubUrl: github.apiUrl }) : null;
	return {
		upstream: {
			sidecarUrl: sidecar?.url ?? '',
			webUrl: github.webUrl,
			// Also for another server: it may be the sidecar of another sandbox, of several that share a database.
			acceptedRestDigests: sandboxDigests(),
		},
		apiUrl: github.apiUrl,
		github,
		close: async () => {
			await sidecar?.close();
			await github.close();
		},
	};
}

/**
 * Demo tenant and accounts, and the sandbox's PAT: derived from the root key, so that it is the same after a restart.
 * The credential is set, with its audit row, when there is none: whoever deleted it gets it back by a restart. One that
 * an ADMIN put in its place stays.
 */
export async function seedSandbox(portal: Portal, sandbox: RunningSandbox, password: string): Promise<void> {
	const { gateway } = portal;
	const token = `ghp_${Buffer.from(deriveKey(portal.rootKey, 'sandbox-pat', 1))
		.toString('hex')
		.slice(0, 36)}`;
	sandbox.github.state.addToken({ token, login: BOT, scopes: ['repo'] });
	const { tenantId } = await seedDemo(portal.identity, portal.store, { password });
	if ((await gateway.store.credential(tenantId, 'github')) !== null) return;
	const id = gateway.ids.uuid();
	const now = gateway.clock.now();
	const info: CredentialInfo = {
		id,
		provider: 'github',
		kind: 'pat',
		fingerprint: gateway.vault.fingerprint(token),
		login: BOT,
		setBy: 'the sandbox',
		setAt: now,
		testedAt: now,
	};
	await gateway.store.putCredential({
		tenantId,
		credential: {
			...info,
			sealed: await gateway.vault.seal(token, { tenantId, provider: 'github', credentialId: id }),
		},
		entry: () => ({
			action: 'credential.set',
			actor: { kind: 'system' },
			ok: true,
			detail: { provider: 'github', old: null, new: info.fingerprint },
		}),
	});
}

async function rememberedPorts(file: string, portalPort: number): Promise<{ webPort: number; apiPort: number }> {
	try {
		const { webPort, apiPort } = JSON.parse(await readFile(file, 'utf8')) as { webPort: number; apiPort: number };
		return { webPort, apiPort };
	} catch {
		return portalPort === 0 ? { webPort: 0, apiPort: 0 } : { webPort: portalPort + 1, apiPort: portalPort + 2 };
	}
}

function portOf(url: string): number {
	return Number(new URL(url).port);
}

/** The sandbox sidecar serves the pinned structure under its own prose: these are the digests of that prose. */
export function sandboxDigests(): Record<string, string[]> {
	return Object.fromEntries(
		toolDefinitions.map((tool) => {
			const digest = restDigestOf(listed(tool) as JsonValue, sha256);
			return [tool.name, digest === null ? [] : [digest]];
		}),
	);
}
