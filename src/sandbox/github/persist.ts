import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Data } from './model.ts';

/** Reads a saved state; undefined when there is none. Throws on one that this version cannot read: a portal may hold links into it. */
export function readState(file: string): Data | undefined {
	if (!existsSync(file)) return undefined;
	const data = JSON.parse(readFileSync(file, 'utf8')) as Data;
	if (data.version !== 1 || !Array.isArray(data.repositories))
		throw new Error(`${file} is not a sandbox GitHub state of version 1`);
	return data;
}

/**
 * Replaces the saved state whole. Written beside, synced, then renamed: a crash leaves the old state or the new one.
 * It is called before a write is answered, so an answered issue is on disk. Tokens are never part of it.
 */
export function writeState(file: string, data: Data): void {
	mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
	const beside = `${file}.${process.pid}.tmp`;
	const handle = openSync(beside, 'w', 0o600);
	try {
		writeSync(handle, JSON.stringify(data));
		fsyncSync(handle);
	} finally {
		closeSync(handle);
	}
	renameSync(beside, file);
}
