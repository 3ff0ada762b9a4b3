// Adds to package-lock.json the optional platform packages that it names but does not hold. A registry mirror that lacks
// some platforms makes npm leave them out, and `npm ci` then refuses the lock everywhere. Run after `npm install`.
import { readFileSync, writeFileSync } from 'node:fs';

const OS = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'aix', 'win32'];
const CPU = ['arm64', 'x64', 'ia32', 'arm', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el', 'wasm32'];

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const added = [];
for (const parent of Object.values(lock.packages)) {
	for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
		const path = `node_modules/${name}`;
		const parts = name.split('/').pop().split('-');
		const os = OS.filter((each) => parts.includes(each));
		const cpu = CPU.filter((each) => parts.includes(each));
		if (lock.packages[path] !== undefined || os.length !== 1 || cpu.length !== 1 || !/^\d/.test(version)) continue;
		const libc = parts.some((part) => part.startsWith('musl'))
			? { libc: ['musl'] }
			: parts.includes('gnu') && os[0] === 'linux'
				? { libc: ['glibc'] }
				: {};
		lock.packages[path] = { version, cpu, ...(parent.dev ? { dev: true } : {}), ...libc, optional: true, os };
		added.push(`${name}@${version}`);
	}
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, '\t')}\n`);
console.log(added.length === 0 ? 'The lock file is complete.' : `Added: ${added.join(', ')}`);
