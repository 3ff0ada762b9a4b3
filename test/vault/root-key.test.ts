import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rootKeyFromSecret, sandboxRootKey } from '#adapters/vault/root-key';

let parent = '';
let dataDir = '';
beforeEach(async () => {
	parent = await mkdtemp(join(tmpdir(), 'root-key-'));
	dataDir = join(parent, 'data');
});
afterEach(() => rm(parent, { recursive: true }));

describe('PORTAL_SECRET as the root key', () => {
	it('is taken from 32 bytes on, counted as UTF-8', () => {
		expect(rootKeyFromSecret('x'.repeat(32))).toMatchObject({ ok: true });
		expect(rootKeyFromSecret('é'.repeat(16))).toMatchObject({ ok: true });
	});

	it('is refused below, saying what to do and not the secret', () => {
		const refused = rootKeyFromSecret('canary-secret');
		expect(refused).toMatchObject({ ok: false, error: { code: 'too_short' } });
		expect(JSON.stringify(refused)).toContain('openssl rand');
		expect(JSON.stringify(refused)).not.toContain('canary-secret');
	});
});

describe('the sandbox root key', () => {
	it('is made once, for its owner alone, and read again', async () => {
		const first = await sandboxRootKey(dataDir);
		expect(first).toMatchObject({ ok: true });
		expect(first.ok && first.value.byteLength).toBe(32);
		expect((await stat(join(dataDir, 'root-key'))).mode & 0o777).toBe(0o600);
		expect(await sandboxRootKey(dataDir)).toEqual(first);
		expect(await readdir(dataDir)).toEqual(['root-key']);
	});

	it('is one key for several processes that start at once', async () => {
		const all = await Promise.all(Array.from({ length: 8 }, () => sandboxRootKey(dataDir)));
		const keys = all.map((key) => (key.ok ? Buffer.from(key.value).toString('hex') : 'refused'));
		expect(new Set(keys).size).toBe(1);
		expect(await readFile(join(dataDir, 'root-key'), 'utf8')).toBe(`${keys[0]}\n`);
		expect(await readdir(dataDir)).toEqual(['root-key']);
	});

	it.each([0o644, 0o640, 0o604, 0o666])('is refused when others may read or write it (%o)', async (mode) => {
		await sandboxRootKey(dataDir);
		await chmod(join(dataDir, 'root-key'), mode);
		const refused = await sandboxRootKey(dataDir);
		expect(refused).toMatchObject({ ok: false, error: { code: 'unsafe_permissions' } });
		expect(refused.ok || refused.error.message).toContain('chmod 600');
	});

	it.each(['', 'abc', `${'0'.repeat(63)}\n`, `${'G'.repeat(64)}\n`])(
		'is refused, and not replaced, when damaged (%j)',
		async (text) => {
			await sandboxRootKey(dataDir);
			await writeFile(join(dataDir, 'root-key'), text);
			expect(await sandboxRootKey(dataDir)).toMatchObject({ ok: false, error: { code: 'damaged' } });
			expect(await readFile(join(dataDir, 'root-key'), 'utf8')).toBe(text);
		},
	);

	it('is refused with what to do when the data folder cannot be made', async () => {
		await writeFile(dataDir, 'a file in its place');
		expect(await sandboxRootKey(dataDir)).toMatchObject({ ok: false, error: { code: 'unreadable' } });
	});
});
