/**
 * npm run test:cluster [PATTERN]: the chart on a real Kubernetes, from images to a killed pod (docs/verification.md).
 * With KUBECONFIG set: on that cluster. Otherwise on one that the kit in CLUSTER_KIT brings up and takes away again.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeImages, sidecarKind } from '../test/cluster/images/make.ts';
import { postgresMissing } from '../test/cluster/images/postgres.ts';
import { IMAGES } from '../test/cluster/settings.ts';

const root = join(import.meta.dirname, '..');
const began = performance.now();
const tests = [process.execPath, join(root, 'test/cluster/run.ts'), ...process.argv.slice(2)];
let current: ChildProcess | null = null;
let stopped = false;
/** From here on nothing is ended early: the cluster is being taken down. */
let ending = false;

function say(line: string): void {
	console.log(`== ${line} (${((performance.now() - began) / 1000).toFixed(0)} s)`);
}

/** Runs a program to its end, its output being ours. Gives the exit code. */
function run([command = '', ...args]: readonly string[]): Promise<number> {
	return new Promise((done, reject) => {
		if (stopped && !ending) return reject(new Error('it was ended from outside'));
		current = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], cwd: root });
		current.once('error', reject);
		current.once('close', (code) => {
			current = null;
			done(code ?? 1);
		});
	});
}

async function must(words: readonly string[]): Promise<void> {
	const code = await run(words);
	if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code}`);
}

async function prepare(load: string): Promise<void> {
	const missing = postgresMissing();
	if (missing !== null) throw new Error(missing);
	say('Building the portal');
	await must([process.execPath, join(root, 'scripts/build.ts')]);
	say(`Making images; the sidecar is ${sidecarKind() === 'real' ? 'GITHUB_MCP_SERVER_BIN' : 'the sandbox’s'}`);
	await makeImages(load);
}

/** On somebody's own cluster: its images come by a command of theirs, or are there already. */
async function onOwnCluster(): Promise<number> {
	const load = process.env.CLUSTER_IMAGE_LOAD;
	if (load === undefined) say(`Images that the cluster must have: ${Object.values(IMAGES).join(', ')}`);
	else await prepare(load);
	return run(tests);
}

async function onKit(kit: string): Promise<number> {
	const command = (name: string) => join(kit, name);
	await must([command('install')]);
	await prepare(command('image'));
	say('Starting the cluster');
	try {
		await must([command('up')]);
		say('Testing');
		return await run([command('run-in'), ...tests]);
	} finally {
		ending = true;
		await run([command('down')]);
		// The kit would give them to every later cluster too.
		const home = process.env.CLUSTER_HOME ?? '/var/cache/karc-cluster';
		for (const name of Object.values(IMAGES)) {
			rmSync(join(home, 'images', `${name.replaceAll(/[/:]/g, '_')}.tar`), { force: true });
		}
	}
}

/** Ends what is running; the cluster is taken down after it, as after any other end. */
function stop(): void {
	stopped = true;
	if (!ending) current?.kill('SIGTERM');
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
// npm's shell does not pass a signal on: that it has died is all there is to see of it.
const parent = process.ppid;
setInterval(() => {
	if (process.ppid !== parent) stop();
}, 1_000).unref();

const kit = resolve(root, process.env.CLUSTER_KIT ?? '../shared/cluster');
let code: number;
try {
	if ((process.env.KUBECONFIG ?? '') !== '') code = await onOwnCluster();
	else if (existsSync(join(kit, 'up'))) code = await onKit(kit);
	else {
		console.log(
			'\n== CLUSTER NOT RUN: set KUBECONFIG, or CLUSTER_KIT to the folder of the cluster kit (docs/verification.md)',
		);
		code = 0;
	}
} catch (cause) {
	console.error(`\n== CLUSTER TEST BROKEN: ${cause instanceof Error ? cause.message : String(cause)}`);
	code = 1;
}
say(code === 0 ? 'Done' : 'Failed');
process.exit(code);
