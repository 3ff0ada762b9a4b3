import { startSandboxGitHub } from '#sandbox/github/server';
import { startSandboxSidecar } from '#sandbox/sidecar/server';
import type { SandboxUpstream } from '#src/compose';
import { sandboxDigests } from '#src/start-sandbox';

export const BENCH_TOKEN = `ghp_${'b'.repeat(36)}`;
export const BENCH_LOGIN = 'bench-bot';

/**
 * The sandbox GitHub and its sidecar as a process of their own, so that no portal shares their event loop. In memory: the
 * sandbox's state file is written whole for each issue, and would be what is measured.
 */
export async function serveUpstream(): Promise<void> {
	const github = await startSandboxGitHub();
	github.state.addToken({ token: BENCH_TOKEN, login: BENCH_LOGIN, scopes: ['repo'] });
	const sidecar = await startSandboxSidecar({ githubUrl: github.apiUrl });
	const upstream: SandboxUpstream = {
		sidecarUrl: sidecar.url,
		webUrl: github.webUrl,
		acceptedRestDigests: sandboxDigests(),
	};
	process.stdout.write(`upstream ${JSON.stringify(upstream)}\n`);
	process.once('SIGTERM', () => process.exit(0));
}
