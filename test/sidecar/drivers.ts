import { hash } from 'node:crypto';
import type { JsonValue } from '#core/canonical-json';
import { restDigestOf } from '#core/registry/tool-definition';
import type { StaticFlags } from '#sandbox/sidecar/inventory';
import { startSandboxSidecar } from '#sandbox/sidecar/server';
import { listed, toolDefinitions } from '#sandbox/sidecar/tools';
import { realServerBin, startRealServer } from '#test/sandbox/real-server';
import { startPortal, type TestPortal } from '#test/support/portal';
import { startDetour } from './detour.ts';

/** One of the two MCP servers that everything here has to come out the same with. */
export interface Driver {
	readonly name: string;
	/** A whole portal on it. */
	portal(env?: Record<string, string>): Promise<TestPortal>;
	/** It alone, over the sandbox GitHub at `apiUrl`. */
	sidecar(apiUrl: string, flags?: StaticFlags): Promise<{ url: string; close(): Promise<void> }>;
	/** Digests of tool prose that are not the pinned ones and accepted: the sandbox's words are its own. */
	readonly acceptedRestDigests: Readonly<Record<string, readonly string[]>>;
}

export const sandbox: Driver = {
	name: 'the sandbox sidecar',
	portal: (env = {}) => startPortal({ env }),
	sidecar: (githubUrl, flags = {}) => startSandboxSidecar({ githubUrl, flags }),
	acceptedRestDigests: Object.fromEntries(
		toolDefinitions.map((tool) => [
			tool.name,
			[restDigestOf(listed(tool) as JsonValue, (data) => hash('sha256', data, 'buffer')) ?? ''],
		]),
	),
};

function realServer(bin: string): Driver {
	return {
		name: 'the real github-mcp-server',
		acceptedRestDigests: {},
		sidecar: (apiUrl, flags = {}) => startRealServer(bin, apiUrl, { args: commandLine(flags) }),
		async portal(env = {}) {
			const detour = await startDetour();
			const server = await startRealServer(bin, detour.url);
			const portal = await startPortal({ env: { ...env, MCP_GITHUB_SERVER_URL: server.url } });
			detour.leadTo(portal.sandbox.apiUrl);
			return {
				...portal,
				async close() {
					await portal.close();
					await server.close();
					await detour.close();
				},
			};
		},
	};
}

function commandLine({ tools, toolsets, excludeTools, readOnly }: StaticFlags): string[] {
	return [
		...(tools === undefined ? [] : [`--tools=${tools.join(',')}`]),
		...(toolsets === undefined ? [] : [`--toolsets=${toolsets.join(',')}`]),
		...(excludeTools === undefined ? [] : [`--exclude-tools=${excludeTools.join(',')}`]),
		...(readOnly === true ? ['--read-only'] : []),
	];
}

/** Both when GITHUB_MCP_SERVER_BIN names the real one, else the sandbox's alone; scripts say so. */
export const drivers: readonly Driver[] = [sandbox, ...(realServerBin ? [realServer(realServerBin)] : [])];
