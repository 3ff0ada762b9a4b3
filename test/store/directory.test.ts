import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '#adapters/store/database';

const script = fileURLToPath(new URL('./hold-directory.ts', import.meta.url));

describe('an embedded data directory', () => {
	let root: string;
	let children: ChildProcess[];
	beforeEach(() => {
		root = mkdtempSync(join(tmpdir(), 'portal-dir-'));
		children = [];
	});
	afterEach(async () => {
		await Promise.all(children.map(kill));
		rmSync(root, { recursive: true, force: true });
	});

	/** Starts another process on the directory; gives what it said until `lines` lines were there. */
	async function another(dataDir: string, lines: number): Promise<{ child: ChildProcess; said: string[] }> {
		const child = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
		children.push(child);
		const said: string[] = [];
		for await (const line of createInterface({ input: child.stdout })) {
			said.push(line);
			if (said.length === lines) break;
		}
		return { child, said };
	}

	it('opened by one process is refused to a second, which is told what to do', async () => {
		const dataDir = join(root, 'a', 'database');
		const { said } = await another(dataDir, 2);
		expect(said).toEqual(['{"ok":true}', 'written']);
		const refused = { code: 'locked', detail: expect.stringMatching(/PORTAL_DATA_DIR.*DATABASE_URL/) };
		expect(await openDatabase({ dataDir })).toEqual({ ok: false, error: refused });
		// Another name of the same directory is no way round.
		symlinkSync(join(root, 'a'), join(root, 'b'));
		expect(await openDatabase({ dataDir: join(root, 'b', 'database') })).toEqual({ ok: false, error: refused });
		const second = await another(dataDir, 1);
		expect(JSON.parse(second.said[0] ?? '')).toMatchObject({ ok: false, error: { code: 'locked' } });
	});

	it('is free again at once after kill -9, with what was written', async () => {
		const dataDir = join(root, 'database');
		const { child } = await another(dataDir, 2);
		await kill(child);
		const opened = await openDatabase({ dataDir });
		if (!opened.ok) throw new Error(opened.error.detail);
		expect(await opened.value.query('SELECT n FROM kept')).toEqual([{ n: 1 }]);
		await opened.value.close();
	});

	it('is refused twice within one process too, and opens again after it was closed', async () => {
		const dataDir = join(root, 'database');
		const first = await openDatabase({ dataDir });
		if (!first.ok) throw new Error(first.error.detail);
		expect(await openDatabase({ dataDir })).toMatchObject({ ok: false, error: { code: 'locked' } });
		await first.value.close();
		const again = await openDatabase({ dataDir });
		if (!again.ok) throw new Error(again.error.detail);
		await again.value.close();
	});
});

function kill(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
	return new Promise((resolve) => {
		child.once('exit', () => resolve());
		child.kill('SIGKILL');
	});
}
