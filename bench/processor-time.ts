import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const TICKS_PER_SECOND = 100;

/** Milliseconds of processor time that a process has used so far, its living children's too. NaN where there is no /proc. */
export function processorMs(pid: number): number {
	try {
		let ticks = 0;
		for (const entry of readdirSync('/proc')) {
			if (!/^\d+$/.test(entry)) continue;
			const stat = statOf(entry);
			if (stat !== null && (Number(entry) === pid || stat.parent === pid)) ticks += stat.ticks;
		}
		return (ticks / TICKS_PER_SECOND) * 1_000;
	} catch {
		return Number.NaN;
	}
}

function statOf(pid: string): { parent: number; ticks: number } | null {
	try {
		const text = readFileSync(join('/proc', pid, 'stat'), 'utf8');
		// After the name, which may hold spaces: state, parent, …; user and system time are the 12th and 13th of these.
		const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
		return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
	} catch {
		return null; // it has ended meanwhile
	}
}

/** The server's first process, from the folder of its socket, which holds its data too (test/support/postgres.ts). */
export function postgresPid(url: string): number {
	const folder = new URL(url).searchParams.get('host') ?? '';
	return Number(readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
}
