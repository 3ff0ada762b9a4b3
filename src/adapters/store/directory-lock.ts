import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { err, ok, type Result } from '#core/result';

export interface DirectoryLock {
	release(): void;
}

/**
 * Takes the one lock on an embedded data directory: PGlite takes none, and a second opener's writes vanish silently.
 * An exclusive SQLite transaction on a file *beside* the directory holds a kernel lock, which the kernel frees when the
 * process ends, however it ends. So there is never a stale lock, and never a reason to steal one.
 */
export function lockDirectory(dataDir: string): Result<DirectoryLock, 'locked'> {
	mkdirSync(dirname(dataDir), { recursive: true });
	const holder = new DatabaseSync(`${dataDir}.lock`, { timeout: 0 });
	try {
		holder.exec('BEGIN EXCLUSIVE');
	} catch (error) {
		holder.close();
		// SQLITE_BUSY. Anything else (a full disk, a read-only directory) is not somebody else's lock.
		if (error instanceof Error && 'errcode' in error && error.errcode === 5) return err('locked');
		throw error;
	}
	return ok({ release: () => holder.close() });
}
