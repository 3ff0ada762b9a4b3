import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAsDockerDoes } from './build-context.ts';
import { canContain, type ImageConfig, run } from './container.ts';
import { freePort, type Postgres, startPostgresOnTcp } from './postgres-on-tcp.ts';

const root = join(import.meta.dirname, '../..');
const LIMIT = 250_000_000;
const config = JSON.parse(
	execFileSync(process.execPath, [join(root, 'scripts/rootfs.ts'), '--config'], { encoding: 'utf8' }),
) as ImageConfig;

let directory: string;
let image: string;
let postgres: Postgres;
beforeAll(async () => {
	if (!canContain) console.warn('IMAGE RUN FROM ITS DIRECTORY ONLY: its own root, user and process 1 need root');
	directory = mkdtempSync(join(tmpdir(), 'portal-image-'));
	image = buildAsDockerDoes(directory);
	postgres = await startPostgresOnTcp();
}, 600_000);
afterAll(async () => {
	await postgres?.stop();
	rmSync(directory, { recursive: true, force: true });
});

/** Every file, folder and link, by its path in the image. */
function everything(folder = ''): string[] {
	return readdirSync(join(image, folder), { withFileTypes: true }).flatMap((entry) => {
		const path = `${folder}/${entry.name}`;
		return entry.isDirectory() ? [path, ...everything(path)] : [path];
	});
}

/** Gets a path of the portal until it answers as wanted, or the container has ended. */
async function untilReady(portal: ReturnType<typeof run>, url: string): Promise<void> {
	const deadline = Date.now() + 60_000;
	let over = false;
	void portal.ended.then(() => {
		over = true;
	});
	for (;;) {
		const status = await fetch(`${url}/readyz`).then(
			(answer) => answer.status,
			() => 0,
		);
		if (status === 200) return;
		if (over || Date.now() > deadline) throw new Error(`not ready (${status}): ${portal.output()}`);
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

function settings(database: string, port: number): Record<string, string> {
	return {
		PORT: String(port),
		PORTAL_URL: `http://localhost:${port}`,
		PORTAL_SECRET: 'image-test-image-test-image-test-image-test',
		DATABASE_URL: postgres.url(database),
	};
}

describe('the files of the image', () => {
	it('weigh less than 250 MB', () => {
		const bytes = everything().reduce((sum, path) => {
			const stat = lstatSync(join(image, path));
			return stat.isFile() ? sum + stat.size : sum;
		}, 0);
		console.log(`image: ${(bytes / 1e6).toFixed(0)} MB, ${(bytes / LIMIT).toFixed(2)} of the limit`);
		expect(bytes).toBeLessThan(LIMIT);
	});

	it('hold two programs, node and portal: no shell, no npm, no npx', () => {
		const programs = everything().filter((path) => {
			const stat = lstatSync(join(image, path));
			return stat.isFile() && (stat.mode & 0o111) !== 0 && !/^\/lib(?:64)?\//.test(path);
		});
		expect(programs).toEqual(['/app/dist/portal.mjs', '/usr/local/bin/node']);
		expect(readdirSync(join(image, 'usr/local/bin'))).toEqual(['node', 'portal']);
		expect(readlinkSync(join(image, 'usr/local/bin/portal'))).toBe('/app/dist/portal.mjs');
		const names = everything().map((path) => path.split('/').at(-1) ?? '');
		expect(names.filter((name) => /^(?:sh|bash|dash|busybox|npm|npx|corepack|yarn|pnpm|apt|dpkg)$/.test(name))).toEqual(
			[],
		);
	});

	it('are everybody’s to read, and nobody’s but root’s to write, but for /tmp', () => {
		const wrong = everything().filter((path) => {
			const stat = lstatSync(join(image, path));
			if (path === '/tmp' || stat.isSymbolicLink()) return false;
			return (stat.mode & 0o044) !== 0o044 || (stat.mode & 0o022) !== 0;
		});
		expect(wrong).toEqual([]);
		expect(lstatSync(join(image, 'tmp')).mode & 0o7777).toBe(0o1777);
	});

	it('hold nothing of the sandbox, no test and no source', () => {
		const ours = readdirSync(join(image, 'app/dist')).filter((name) => name.endsWith('.mjs'));
		const text = ours.map((name) => readFileSync(join(image, 'app/dist', name), 'utf8')).join('\n');
		expect(text).toContain('portal is running');
		for (const mark of ['acme-sarc-bot', 'pglite.wasm']) expect(text.includes(mark), mark).toBe(false);
		expect(everything().filter((path) => /\.(?:ts|tsx|map)$|\.test\.|\/@electric-sql\/|\/sharp\//.test(path))).toEqual(
			[],
		);
	});
});

describe('a build', () => {
	it('of the same sources in another folder gives the same files, byte for byte', { timeout: 120_000 }, () => {
		const first = join(directory, 'build');
		const other = join(directory, 'elsewhere', 'build');
		mkdirSync(join(directory, 'elsewhere'));
		execFileSync('cp', ['-al', first, other]);
		execFileSync(process.execPath, ['scripts/build.ts', '--out', 'again'], { cwd: other });
		const files = (folder: string) =>
			readdirSync(folder, { recursive: true, withFileTypes: true })
				.filter((entry) => entry.isFile())
				.map(({ parentPath, name }) => join(parentPath, name))
				.map((path) => [relative(folder, path), hash('sha256', readFileSync(path))])
				.sort();
		expect(files(join(other, 'again'))).toEqual(files(join(first, 'dist')));
	});
});

describe('the list of parts', () => {
	const parts = (): string[] => {
		const bom = JSON.parse(readFileSync(join(image, 'app/dist/sbom.cdx.json'), 'utf8'));
		expect(bom).toMatchObject({
			bomFormat: 'CycloneDX',
			metadata: { component: { name: 'sarc-portal', type: 'application' } },
		});
		return bom.components.map(({ name, version }: { name: string; version: string }) => `${name} ${version}`);
	};

	it('names Node and the production packages with the versions of the lock file, and no other', () => {
		const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
			packages: Record<string, { version: string; dev?: boolean; devDependencies?: Record<string, string> }>;
		};
		const named = parts();
		expect(named).toContain(`node ${process.versions.node}`);
		for (const name of ['hono', 'next', 'react', 'pg', 'better-auth', 'drizzle-orm', 'jose']) {
			expect(named).toContain(`${name} ${packages[`node_modules/${name}`]?.version}`);
		}
		const development = Object.keys(packages['']?.devDependencies ?? {}).filter((name) => name !== 'node');
		expect(development.length).toBeGreaterThan(10);
		expect(named.map((part) => part.split(' ')[0]).filter((name) => development.includes(name ?? ''))).toEqual([]);
	});

	it('comes with the licence text of Node, of every part that has one, and of the C libraries', () => {
		const licences = readFileSync(join(image, 'app/dist/LICENSES.txt'), 'utf8');
		const debian = readdirSync(join(image, 'usr/share/doc'));
		expect(debian).toContain('libc6');
		const names = parts()
			.filter((part) => !licences.includes(`${part}\n`))
			.map((part) => part.split(' ')[0] ?? '')
			.filter((name) => !debian.includes(name));
		const forgotten = names.filter((name) =>
			readdirSync(join(root, 'node_modules', name)).some((file) => /^licen[cs]e/i.test(file)),
		);
		expect(forgotten).toEqual([]);
		expect(names.length).toBeLessThan(10);
		expect(licences).toContain(`node ${process.versions.node}\n`);
	});

	it('tells of no machine, no registry and no time', () => {
		const text = readFileSync(join(image, 'app/dist/sbom.cdx.json'), 'utf8');
		for (const mark of [root, tmpdir(), 'registry', '"timestamp"', '"serialNumber"']) expect(text).not.toContain(mark);
	});
});

describe('[image-bare] the image as a container: read-only root, user 10001, no capability, process 1', {
	timeout: 120_000,
}, () => {
	it('serves a page with its styles, and the API; ends with 0 at SIGTERM', async () => {
		const port = await freePort();
		const portal = run(image, config, { env: settings(await postgres.database(), port) });
		const url = `http://localhost:${port}`;
		await untilReady(portal, url);

		const page = await fetch(`${url}/sign-in`);
		const html = await page.text();
		expect(page.status, html).toBe(200);
		const styles = [...html.matchAll(/href="(\/_next\/static\/[^"]+\.css[^"]*)"/g)].map(([, path]) => path);
		expect(styles.length).toBeGreaterThan(0);
		for (const path of styles) {
			const sheet = await fetch(`${url}${path}`);
			expect(sheet.status).toBe(200);
			expect(sheet.headers.get('content-type')).toContain('text/css');
		}
		expect((await fetch(`${url}/errors/args_sha_mismatch`)).status).toBe(200);
		// What Next would keep on disk, it must not try to: that is a line in the log, each time.
		expect((await fetch(`${url}/_next/image?url=%2Fa&w=64&q=75`)).status).toBe(404);

		const me = await fetch(`${url}/api/me`);
		expect(me.status).toBe(401);
		expect(me.headers.get('content-type')).toBe('application/problem+json');
		if (canContain) {
			const status = readFileSync(`/proc/${portal.pid()}/status`, 'utf8');
			expect(status).toMatch(/^Uid:\t10001\t10001\t10001\t10001$/m);
			expect(status).toMatch(/^NSpid:\t\d+\t1$/m);
			expect(status).toMatch(/^CapEff:\t0+$/m);
		}

		portal.signal('SIGTERM');
		expect(await portal.ended, portal.output()).toBe(0);
		const lines = portal.output().trim().split('\n');
		const warnings = lines.map((line) => JSON.parse(line)).filter(({ level }) => level !== 'info');
		// Both true of this start: one role for everything, and an empty database.
		expect(warnings.map(({ msg }) => msg)).toEqual([
			expect.stringMatching(/^the role of DATABASE_URL owns the tables/),
			expect.stringMatching(/^there is no platform admin yet/),
		]);
	});

	it('says what is missing when it is given no settings, and that it has no sandbox when asked for one', async () => {
		const bare = run(image, config);
		expect(await bare.ended).toBe(1);
		expect(bare.output()).toContain('DATABASE_URL is required in production');
		const sandbox = run(image, config, { command: [...config.entrypoint, '--sandbox'] });
		expect(await sandbox.ended).toBe(1);
		expect(sandbox.output()).toContain('This build has no sandbox');
	});

	it('has the command line: portal help, migrate as an init container runs it, and serve', async () => {
		const help = run(image, config, { command: ['portal', 'help'] });
		expect(await help.ended, help.output()).toBe(0);
		expect(help.output()).toContain('portal migrate');
		const port = await freePort();
		const env = settings(await postgres.database(), port);
		const migrate = run(image, config, { command: ['portal', 'migrate'], env });
		expect(await migrate.ended, migrate.output()).toBe(0);
		expect(migrate.output()).toContain('Applied: ');
		const serve = run(image, config, { command: ['portal', 'serve', '--headless'], env });
		await untilReady(serve, `http://localhost:${port}`);
		serve.signal('SIGTERM');
		expect(await serve.ended, serve.output()).toBe(0);
	});
});
