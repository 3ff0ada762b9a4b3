import { randomBytes } from 'node:crypto';
import { type FileHandle, link, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { err, ok, type Result } from '#core/result';

/** Why there is no root key; `message` says what to do and holds no secret. */
export interface RootKeyProblem {
	readonly code: 'too_short' | 'unsafe_permissions' | 'damaged' | 'unreadable';
	readonly message: string;
}

/** The root of every key, from PORTAL_SECRET: its UTF-8 bytes, at least 32 of them. */
export function rootKeyFromSecret(secret: string): Result<Uint8Array, RootKeyProblem> {
	const bytes = new TextEncoder().encode(secret);
	if (bytes.byteLength >= 32) return ok(bytes);
	const message = `PORTAL_SECRET has ${bytes.byteLength} bytes and needs at least 32. Make one with: openssl rand -base64 48`;
	return err({ code: 'too_short', message });
}

/**
 * The sandbox's root key: 32 random bytes in `<dataDir>/root-key`, as hex, readable by its owner alone; made at the
 * first start. Refuses a file that others may read (its sealed secrets would be theirs) and one of another shape.
 */
export async function sandboxRootKey(
	dataDir: string,
	random: (size: number) => Uint8Array = randomBytes,
): Promise<Result<Uint8Array, RootKeyProblem>> {
	const path = join(dataDir, 'root-key');
	try {
		await mkdir(dataDir, { recursive: true, mode: 0o700 });
		const existing = await readKey(path);
		if (existing !== null) return existing;
		await createKey(path, random);
		return (await readKey(path)) ?? err({ code: 'unreadable', message: `${path} vanished while it was being read.` });
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
		return err({ code: 'unreadable', message: `${path} cannot be read or made (${code}). Check the folder's owner.` });
	}
}

/**
 * The whole key is written beside and then linked to its name: `link` fails when the name is taken, so of two
 * processes that start at once one wins and both read the winner's key, and a crash at any point leaves
 * either no key or a complete one (and perhaps a temporary file that nothing reads).
 */
async function createKey(path: string, random: (size: number) => Uint8Array): Promise<void> {
	const temporary = `${path}.${Buffer.from(random(8)).toString('hex')}`;
	const file = await open(temporary, 'wx', 0o600);
	try {
		await file.writeFile(`${Buffer.from(random(32)).toString('hex')}\n`);
		await file.sync();
	} finally {
		await file.close();
	}
	try {
		await link(temporary, path);
	} catch (error) {
		if (!hasCode(error, 'EEXIST')) throw error;
	} finally {
		await unlink(temporary);
	}
}

async function readKey(path: string): Promise<Result<Uint8Array, RootKeyProblem> | null> {
	let file: FileHandle;
	try {
		file = await open(path, 'r');
	} catch (error) {
		if (hasCode(error, 'ENOENT')) return null;
		throw error;
	}
	try {
		// The open handle is what is checked and read: the name could point elsewhere a moment later.
		const { mode } = await file.stat();
		// Windows has no such bits: Node shows 0666 for every file there.
		if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
			const shown = (mode & 0o777).toString(8).padStart(4, '0');
			const message = `${path} has mode ${shown}: others can read the key. Run: chmod 600 ${path} (or delete the data folder to start afresh).`;
			return err({ code: 'unsafe_permissions', message });
		}
		const text = await file.readFile('utf8');
		if (!/^[0-9a-f]{64}\n?$/.test(text)) {
			const message = `${path} is not a root key (64 hex digits). Restore it from a backup, or delete the data folder to start afresh.`;
			return err({ code: 'damaged', message });
		}
		return ok(new Uint8Array(Buffer.from(text.trim(), 'hex')));
	} finally {
		await file.close();
	}
}

function hasCode(error: unknown, code: string): boolean {
	return error instanceof Error && 'code' in error && error.code === code;
}
