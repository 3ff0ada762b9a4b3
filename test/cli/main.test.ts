import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HELP } from '#cli/help';
import { portal } from './run.ts';

describe('portal', () => {
	it.each(['help', '--help', '-h'])('%s lists the commands', async (word) => {
		expect(await portal(word)).toEqual({ code: 0, out: HELP, err: '' });
	});

	it('without a command lists them too, and ends with 1', async () => {
		expect(await portal('')).toEqual({ code: 1, out: HELP, err: '' });
	});

	it('[secret-stays] refuses a command that there is not, and does not repeat it', async () => {
		const said = await portal('ghp_pasted0000');
		expect(said).toMatchObject({ code: 1, out: '', err: expect.stringContaining('There is no such command') });
		expect(said.err).not.toContain('ghp_pasted');
		expect((await portal('tenants')).code).toBe(1);
	});

	// A command that the help promises and nobody wrote, or the reverse.
	const promised = [...HELP.matchAll(/^ {2}portal ([a-z]+(?: [a-z]+)?) {2,}/gm)].map(([, words = '']) => words);
	it.each(promised.filter((words) => words !== 'help'))('%s --help says how it is used', async (words) => {
		const said = await portal(`${words} --help`);
		expect(said).toMatchObject({ code: 0, err: '' });
		expect(said.out).toMatch(new RegExp(`portal ${words.split(' ')[0]}`));
	});

	it('promises all of them', () => {
		expect(promised).toHaveLength(10);
	});

	it('is what package.json calls portal', () => {
		const root = join(import.meta.dirname, '../..');
		const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
		expect(readFileSync(join(root, bin.portal), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
	});
});
