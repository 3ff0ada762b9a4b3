import { execFileSync, spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildEntry } from '#core/audit/entry';
import { EMPTY_HEAD } from '#core/audit/hash';
import { formatMicros } from '#core/audit/timestamp';
import type { Sha256 } from '#core/sha256';

const sha256: Sha256 = (data) => hash('sha256', data, 'buffer');
const folder = mkdtempSync(join(tmpdir(), 'sarc-readme-'));
afterAll(() => rmSync(folder, { recursive: true }));

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const script = join(folder, 'verify-log.mjs');
writeFileSync(script, /^```js\n([\s\S]*?)^```$/m.exec(readme)?.[1] ?? 'throw new Error("README has no script")');

let head = EMPTY_HEAD;
const lines = ['ä', 'b', 'c', 'd'].map((reason, seq) => {
	const draft = { action: 'mcp.tool.unknown', actor: { kind: 'system' }, ok: seq !== 2, reason } as const;
	const built = buildEntry(draft, { log: 'demo', seq, prev: head, at: formatMicros(1000, seq) }, sha256);
	head = built.entryHash;
	return built.entry;
});

function fileOf(entries: readonly string[]): string {
	const file = join(folder, 'export.ndjson');
	writeFileSync(file, entries.map((entry) => `${entry}\n`).join(''));
	return file;
}

describe('[chain-detects] the script in README', () => {
	it('prints the head that the portal’s own code gives', () => {
		expect(execFileSync(process.execPath, [script, fileOf(lines)], { encoding: 'utf8' })).toBe(`${head}\n`);
	});

	it.each([
		['a changed entry', lines.with(1, (lines[1] ?? '').replace('"b"', '"x"')), 2],
		['a removed entry', lines.toSpliced(1, 1), 1],
		['two entries that have changed places', [lines[0], lines[2], lines[1], lines[3]] as string[], 1],
		['an entry that comes twice', lines.toSpliced(1, 0, lines[0] ?? ''), 1],
	])('names the place of %s', (_what, entries, seq) => {
		const run = spawnSync(process.execPath, [script, fileOf(entries)], { encoding: 'utf8' });
		expect(run.status).not.toBe(0);
		expect(run.stderr).toContain(`the chain breaks at entry ${seq}`);
	});

	it.each([
		['an empty file', ''],
		['one that was cut off in its last line', `${lines[0]}\n${lines[1]}`],
		['one whose only line does not end', lines[0] ?? ''],
		['text that is no export', 'hello\n'],
		['JSON that is no entry', '{"seq":0}\n'],
		['JSON null', 'null\n'],
	])('complains about %s and prints no head', (_what, text) => {
		const file = join(folder, 'foreign.ndjson');
		writeFileSync(file, text);
		const run = spawnSync(process.execPath, [script, file], { encoding: 'utf8' });
		expect([run.status === 0, run.stdout]).toEqual([false, '']);
	});

	it('prints another head when the last entry is changed or cut off', () => {
		const changed = lines.with(3, (lines[3] ?? '').replace('"d"', '"x"'));
		for (const entries of [changed, lines.slice(0, 3)]) {
			const run = spawnSync(process.execPath, [script, fileOf(entries)], { encoding: 'utf8' });
			expect([run.status, run.stdout === `${head}\n`]).toEqual([0, false]);
		}
	});
});
