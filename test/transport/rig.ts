import { hash } from 'node:crypto';
import { createUpstream, type UpstreamConfig } from '#adapters/transport/upstream';
import type { JsonObject } from '#core/canonical-json';
import { restDigestOf } from '#core/registry/tool-definition';
import { pinnedDefinitions } from './scripted-server.ts';

export const sha256 = (data: Uint8Array) => hash('sha256', data, 'buffer');

/** A token of the right shape that opens nothing. */
export const PAT = 'github_pat_TEST_ONLY_NOT_A_TOKEN';

export const acceptedRestDigests: Record<string, string[]> = Object.fromEntries(
	pinnedDefinitions().map((tool) => [(tool as JsonObject).name as string, [restDigestOf(tool, sha256) ?? '']]),
);

export interface TestClock {
	now(): Date;
	pass(ms: number): void;
}

export function testClock(): TestClock {
	let at = Date.UTC(2026, 0, 1);
	return {
		now: () => new Date(at),
		pass: (ms) => {
			at += ms;
		},
	};
}

export const silent = { info() {}, warn() {}, error() {} };

export function upstreamFor(url: string, more: Partial<UpstreamConfig> = {}) {
	return createUpstream({
		url,
		webUrl: 'https://github.com',
		timeoutMs: 3000,
		acceptedRestDigests,
		clock: testClock(),
		log: silent,
		sha256,
		...more,
	});
}

export const target = { owner: 'acme', repo: 'ledger' };

export const createIssue = {
	provider: 'github',
	tool: 'issue_write',
	args: { method: 'create', owner: 'acme', repo: 'ledger', title: 'Totals differ by one cent', body: 'Since Monday.' },
	secret: PAT,
	expect: { creates: 'issue' as const, target },
};
