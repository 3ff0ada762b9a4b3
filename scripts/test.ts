/** Runs every suite, unit to browser, and ends with one line of counts. Any failure, or with CI=true any skip, fails. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Counts {
	passed: number;
	failed: number;
	skipped: number;
}

const reports = mkdtempSync(join(tmpdir(), 'sarc-test-'));
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
let broken = false;

/** @param absent it may say by itself that it did not run, with exit code 0 */
function run(title: string, args: string[], env: Record<string, string>, read: () => Counts, absent = false): void {
	console.log(`\n== ${title}`);
	const done = spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } });
	const counts = read();
	total.passed += counts.passed;
	total.failed += counts.failed;
	total.skipped += counts.skipped;
	if (done.status !== 0 || (counts.passed === 0 && !absent)) broken = true;
}

function json(path: string): Record<string, unknown> {
	return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}

if (process.env.GITHUB_MCP_SERVER_BIN === undefined) {
	console.log(
		'\n== REAL SIDECAR NOT RUN: set GITHUB_MCP_SERVER_BIN to the path of github-mcp-server v1.0.4 (docs/verification.md)',
	);
}

function vitest(title: string, command: readonly string[], absent = false): void {
	const file = join(reports, `${title}.json`);
	const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
	const read = () => {
		const report = json(file);
		const count = (name: string) => Number(report[name] ?? 0);
		return { passed: count('numPassedTests'), failed: count('numFailedTests'), skipped: count('numPendingTests') };
	};
	run(title, [...command, ...reporters], {}, read, absent);
}

vitest('Unit, property, contract and API tests', ['node_modules/vitest/vitest.mjs', 'run']);
vitest('The earlier version on the present schema', ['scripts/test-upgrade.ts'], true);

const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
	existsSync(path),
);
if (chromium === undefined) {
	console.log('\n== BROWSER JOURNEYS NOT RUN: there is no Chromium on this machine (Debian: apt-get install chromium)');
	if (process.env.CI === 'true') broken = true;
} else {
	const playwright = join(reports, 'playwright.json');
	run(
		'Browser journeys in Chromium',
		['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json'],
		{ PLAYWRIGHT_JSON_OUTPUT_FILE: playwright, CHROMIUM: chromium },
		() => {
			const stats = (json(playwright).stats ?? {}) as Record<string, number>;
			return {
				passed: stats.expected ?? 0,
				failed: (stats.unexpected ?? 0) + (stats.flaky ?? 0),
				skipped: stats.skipped ?? 0,
			};
		},
	);
}

rmSync(reports, { recursive: true, force: true });
if (process.env.CI === 'true' && total.skipped > 0) broken = true;
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(broken || total.failed > 0 ? 1 : 0);
