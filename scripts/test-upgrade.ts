/**
 * Shows that an earlier version's code works on the present schema (docs/contracts.md §7), so that a rolling update and a
 * rollback are safe: lays that version out beside this tree, with its own packages, and runs test/upgrade over both.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The last commit before targets, budgets, label writes and looks under lease: it runs beside this code during an upgrade. */
const EARLIER = '13dcd5069c60747e9ef05a44facf5702eb7cb7a1';
const root = join(import.meta.dirname, '..');

if (!hasCommit()) {
	const shallow = run('git', ['rev-parse', '--is-shallow-repository'], root).stdout.trim() !== 'false';
	console.log(
		`\n== UPGRADE NOT RUN: this checkout does not hold commit ${EARLIER} (a shallow clone: git fetch --unshallow)`,
	);
	// A clone that is whole and lacks it has lost it: then nothing would ever check this again.
	process.exit(shallow ? 0 : 1);
}

const earlier = mkdtempSync(join(tmpdir(), 'sarc-earlier-'));
try {
	const archive = join(earlier, 'earlier.tar');
	must('git', ['archive', '--output', archive, EARLIER], root);
	must('tar', ['-xf', archive, '-C', earlier], root);
	givePackages(earlier);
	const vitest = join(root, 'node_modules/vitest/vitest.mjs');
	const done = spawnSync(
		process.execPath,
		[vitest, 'run', '--config', 'test/upgrade/vitest.config.ts', ...process.argv.slice(2)],
		{ cwd: root, stdio: 'inherit', env: { ...process.env, PORTAL_EARLIER: earlier } },
	);
	process.exitCode = done.status ?? 1;
} finally {
	rmSync(earlier, { recursive: true, force: true });
}

function hasCommit(): boolean {
	const found = () => run('git', ['cat-file', '-e', `${EARLIER}^{commit}`], root).status === 0;
	if (found()) return true;
	run('git', ['fetch', '--depth=1', 'origin', EARLIER], root);
	return found();
}

/** Its lock file decides: ours are lent when they hold each of its packages in its version, else it gets its own. */
function givePackages(folder: string): void {
	if (holdsAll(locked(root), locked(folder))) {
		symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
		return;
	}
	console.log('• Installing the earlier version’s packages …');
	must('npm', ['ci', '--no-audit', '--no-fund'], folder);
}

function locked(folder: string): Map<string, string> {
	const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as {
		packages: Record<string, { version?: string }>;
	};
	const named = Object.entries(packages).filter(([path]) => path !== '');
	return new Map(named.map(([path, { version = '' }]) => [path, version]));
}

function holdsAll(ours: ReadonlyMap<string, string>, theirs: ReadonlyMap<string, string>): boolean {
	return existsSync(join(root, 'node_modules')) && [...theirs].every(([path, version]) => ours.get(path) === version);
}

function run(command: string, args: string[], cwd: string) {
	return spawnSync(command, args, { cwd, encoding: 'utf8' });
}

function must(command: string, args: string[], cwd: string): void {
	const done = run(command, args, cwd);
	if (done.status !== 0) throw new Error(`${command} ${args[0]} failed: ${done.stderr}`);
}
