import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { config } from './layout.ts';
import type { Component } from './sbom.ts';

const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/**
 * Node and what it needs of a system: its C libraries, a user, a name service, certificates. The Node program is the one
 * that runs this: what built the image runs it. No shell and no package manager.
 */
export function layBase(dir: string): void {
	for (const folder of ['usr/local/bin', 'etc', 'dev', 'proc', 'sys', 'app']) {
		mkdirSync(join(dir, folder), { recursive: true });
	}
	mkdirSync(join(dir, 'tmp'));
	chmodSync(join(dir, 'tmp'), 0o1777);

	put(realpathSync(process.execPath), join(dir, 'usr/local/bin/node'), 0o755);
	for (const library of libraries()) put(library, join(dir, library), 0o755);
	for (const name of libraryPackages()) {
		const licence = `/usr/share/doc/${name.split(':')[0]}/copyright`;
		if (existsSync(licence)) put(licence, join(dir, licence), 0o644);
	}
	if (existsSync(CERTIFICATES)) put(CERTIFICATES, join(dir, CERTIFICATES), 0o644);

	const [uid, gid] = config.user.split(':');
	const etc = {
		passwd: `root:x:0:0::/:/nologin\nportal:x:${uid}:${gid}::${config.workdir}:/nologin\n`,
		group: `root:x:0:\nportal:x:${gid}:\n`,
		// Files first, then DNS. Container engines put a hosts file of their own over this one.
		'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
		hosts: '127.0.0.1 localhost\n::1 localhost\n',
	};
	for (const [name, text] of Object.entries(etc)) writeFileSync(join(dir, 'etc', name), text);
}

/** The C libraries as parts: an image without a package database tells a scanner nothing of them. Empty but on Debian. */
export function libraryComponents(): Component[] {
	const packages = libraryPackages();
	if (packages.length === 0) return [];
	// biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own way to name a field
	const format = '${Package}\t${Version}\t${Architecture}\n';
	return execFileSync('dpkg-query', ['-W', '-f', format, ...packages], { encoding: 'utf8' })
		.trim()
		.split('\n')
		.map((line) => {
			const [name = '', version = '', arch = ''] = line.split('\t');
			const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${arch}`;
			return { 'bom-ref': purl, type: 'library', name, version, purl };
		});
}

/** Debian packages of the C libraries. dpkg knows a path as it was before, or as it is since /lib is a link to /usr/lib. */
function libraryPackages(): string[] {
	const owners = libraries().flatMap((path) =>
		ownersOf([path, realpathSync(path), path.replace(/^\/lib/, '/usr/lib')]),
	);
	return [...new Set(owners)].sort();
}

/** Packages that own one of these paths; the first path that dpkg knows decides. */
function ownersOf(paths: readonly string[]): string[] {
	for (const path of paths) {
		try {
			const found = execFileSync('dpkg-query', ['-S', path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
			return found
				.trim()
				.split('\n')
				.map((line) => line.split(': ')[0] ?? '');
		} catch {}
	}
	return [];
}

/** Paths of the libraries that Node loads, the loader among them, as the loader looks for them. */
function libraries(): string[] {
	const listed = execFileSync('ldd', [process.execPath], { encoding: 'utf8' });
	if (listed.includes('not found')) throw new Error(`Node lacks a library:\n${listed}`);
	return [...listed.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)].map(([, path = '']) => path);
}

function put(from: string, to: string, mode: number): void {
	mkdirSync(dirname(to), { recursive: true });
	copyFileSync(from, to);
	chmodSync(to, mode);
}
