import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Copies a program of this machine and the libraries that it loads, each to the place where it stands here. */
export function copyWithLibraries(root: string, program: string): void {
	for (const file of [program, ...librariesOf(program)]) {
		const target = join(root, file);
		mkdirSync(dirname(target), { recursive: true });
		// What is a link here becomes a file: a root file system has all of it in one place.
		copyFileSync(file, target);
	}
	chmodSync(join(root, program), 0o755);
}

/** ldd names each by its full path; the loader itself is among them. */
function librariesOf(program: string): string[] {
	const done = spawnSync('ldd', [program], { encoding: 'utf8' });
	// A static program has none; ldd says so and exits with 1.
	return [...done.stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path = '']) => path);
}

/** A folder as it stands here, without what `except` matches. */
export function copyFolder(root: string, folder: string, except?: RegExp): void {
	cpSync(folder, join(root, folder), {
		recursive: true,
		dereference: true,
		filter: (path) => except === undefined || !except.test(path),
	});
}

/** /etc as a program without privileges needs it: one user of that number, names by file and DNS; and an empty /tmp. */
export function writeUser(root: string, name: string, uid: number): void {
	mkdirSync(join(root, 'etc'), { recursive: true });
	mkdirSync(join(root, 'tmp'), { recursive: true });
	chmodSync(join(root, 'tmp'), 0o1777);
	writeFileSync(join(root, 'etc/passwd'), `root:x:0:0::/:/nologin\n${name}:x:${uid}:${uid}::/:/nologin\n`);
	writeFileSync(join(root, 'etc/group'), `root:x:0:\n${name}:x:${uid}:\n`);
	writeFileSync(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n');
}
