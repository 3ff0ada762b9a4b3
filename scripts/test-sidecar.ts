/**
 * Runs the journeys, fault tables and start-up checks through the real github-mcp-server v1.0.4 that GITHUB_MCP_SERVER_BIN
 * names, beside the sandbox's. `npm test` runs the same files; here the real one is what it is about, so that none of its
 * tests may be missing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const bin = process.env.GITHUB_MCP_SERVER_BIN ?? '';
if (bin === '') {
	console.log(
		'\n== REAL SIDECAR NOT RUN: set GITHUB_MCP_SERVER_BIN to the path of github-mcp-server v1.0.4 (docs/verification.md)\n',
	);
	process.exit(0);
}
if (!existsSync(bin)) {
	console.error('GITHUB_MCP_SERVER_BIN names no file.');
	process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'sarc-sidecar-'));
const report = join(folder, 'vitest.json');
const done = spawnSync(
	process.execPath,
	[
		'node_modules/vitest/vitest.mjs',
		'run',
		'--reporter=default',
		'--reporter=json',
		`--outputFile.json=${report}`,
		'test/sidecar',
		'test/sandbox',
		'test/transport',
	],
	{ stdio: 'inherit' },
);

interface Report {
	readonly testResults?: readonly { readonly assertionResults: readonly { fullName: string; status: string }[] }[];
}
const { testResults = [] }: Report = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
rmSync(folder, { recursive: true, force: true });
const all = testResults.flatMap(({ assertionResults }) => assertionResults);
const real = all.filter(({ fullName }) => fullName.includes('the real github-mcp-server'));
const count = (tests: typeof all, status: string) => tests.filter((each) => each.status === status).length;
const failed = count(all, 'failed');
console.log(
	`\n${count(all, 'passed')} passed, ${failed} failed; through the real github-mcp-server: ${count(real, 'passed')} of ${real.length}`,
);
process.exit(done.status === 0 && real.length > 0 && count(real, 'passed') === real.length ? 0 : 1);
