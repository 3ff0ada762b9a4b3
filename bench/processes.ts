import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SandboxUpstream } from '#src/compose';
import { startServer } from './server-process.ts';

export interface BenchPortal {
	readonly origin: string;
	readonly pid: number;
	stop(): Promise<void>;
}

/** One sandbox as a process, and portals as processes of their own that write to it. */
export async function startUpstream() {
	const server = await startServer(['bench/run.ts', 'upstream'], {}, /^upstream (\{.*\})$/m);
	const upstream = JSON.parse(server.origin) as SandboxUpstream;
	const folders: string[] = [];
	return {
		sidecarUrl: upstream.sidecarUrl,
		pid: server.pid,
		startPortal: async (databaseUrl: string): Promise<BenchPortal> => {
			const dataDir = mkdtempSync(join(tmpdir(), 'portal-bench-'));
			folders.push(dataDir);
			// BENCH_NODE_FLAGS="--cpu-prof --cpu-prof-dir=…" shows where a portal's time goes.
			const flags = (process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter((flag) => flag !== '');
			return startServer(
				[...flags, 'bench/run.ts', 'portal', server.origin],
				{
					PORTAL_DATA_DIR: dataDir,
					DATABASE_URL: databaseUrl,
					PORTAL_SECRET: 'the bench has one secret for all its portals',
					PORTAL_RATE_PER_MINUTE: '1000000',
					PORTAL_WRITE_BUDGET: 'off',
				},
				/portal at (\S+)/,
			);
		},
		stop: async () => {
			await server.stop();
			for (const folder of folders) rmSync(folder, { recursive: true, force: true });
		},
	};
}
