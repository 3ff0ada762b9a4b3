import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { migrate as migrateStore, schemaState } from '#adapters/store/migrate';
import { newDatabase } from '#test/gateway/rig';
import { type Cluster, findPostgres, startPostgres } from '#test/support/postgres';
import { places } from './places.ts';
import { portal } from './run.ts';
import { twoRoles } from './two-roles.ts';

describe.each(places())('portal migrate on $name', { timeout: 60_000 }, ({ make }) => {
	it('says what it applied, then that nothing is to do', async () => {
		const place = await make();
		// The embedded one has to be there: a forgotten DATABASE_URL must not end in a fresh, empty database.
		await (await place.open()).close();
		const first = await portal('migrate', place.env);
		expect(first).toMatchObject({ code: 0, err: '' });
		expect(first.out).toMatch(/^Applied: 0000_portal, 0001_append_only/);
		expect(await portal('migrate', place.env)).toMatchObject({
			code: 0,
			out: 'Nothing to do: the schema has all of this version.',
		});
		const database = await place.open();
		expect(await schemaState(database)).toEqual({ missing: [], unknown: 0 });
		await database.close();
	});

	it('[rollback-safe] leaves a schema alone that a later version has migrated, and says so', async () => {
		const place = await make();
		const database = await place.open();
		const later = withOneMore();
		expect(await migrateStore(database, later)).toContain('9999_later');
		await database.close();
		rmSync(later, { recursive: true });
		const said = await portal('migrate', place.env);
		expect(said).toMatchObject({ code: 0, err: '' });
		expect(said.out).toContain('Nothing to do');
		expect(said.out).toContain('A later version was here: 1 of its migrations');
	});
});

it('portal migrate makes no embedded database where there is none', async () => {
	const said = await portal('migrate', { PORTAL_DATA_DIR: '/nowhere/at-all' });
	expect(said).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/There is no database.*DATABASE_URL/) });
});

const bin = findPostgres();
let cluster: Promise<Cluster> | undefined;
afterAll(async () => (await cluster)?.stop());

describe.runIf(bin !== null)('portal migrate with an owner and a serving role', { timeout: 60_000 }, () => {
	async function two() {
		cluster ??= startPostgres(bin ?? '', { durable: false });
		return twoRoles(await newDatabase(await cluster));
	}

	it('[lesser-role] applies as the owner and grants the role that DATABASE_URL names, whatever characters the names hold', async () => {
		const { roles, owner, serving, query } = await two();
		const said = await portal('migrate', { DATABASE_MIGRATION_URL: owner, DATABASE_URL: serving });
		expect(said).toMatchObject({ code: 0, err: '' });
		expect(said.out).toMatch(/^Applied: 0000_portal/);
		expect(said.out).toContain(`The role ${roles.serving} has what serving needs.`);
		expect(await query(roles.serving, 'SELECT count(*) AS n FROM tenant')).toEqual([{ n: '0' }]);
		await expect(query(roles.serving, 'DELETE FROM audit_entry')).rejects.toThrow(/permission denied/);
		expect(await query(roles.owner, "SELECT tableowner FROM pg_tables WHERE tablename = 'tenant'")).toEqual([
			{ tableowner: roles.owner },
		]);
		expect(said.out + said.err).not.toContain('p@ss');
	});

	it('is safe when several run at once: one applies, all succeed, and the role is granted', async () => {
		const { roles, owner, serving, query } = await two();
		const env = { DATABASE_MIGRATION_URL: owner, DATABASE_URL: serving };
		const all = await Promise.all(Array.from({ length: 6 }, () => portal('migrate', env)));
		for (const said of all) expect(said).toMatchObject({ code: 0, err: '' });
		expect(all.filter(({ out }) => out.startsWith('Applied'))).toHaveLength(1);
		expect(await query(roles.serving, 'SELECT count(*) AS n FROM tenant')).toEqual([{ n: '0' }]);
	});

	it('[lesser-role] takes back what the role had too much, and touches no other table', async () => {
		const { roles, owner, serving, query } = await two();
		const env = { DATABASE_MIGRATION_URL: owner, DATABASE_URL: serving };
		await portal('migrate', env);
		await query(
			roles.owner,
			`CREATE TABLE theirs (n int); GRANT ALL ON audit_entry TO ${pg.escapeIdentifier(roles.serving)}`,
		);
		expect(await portal('migrate', env)).toMatchObject({ code: 0, err: '' });
		await expect(query(roles.serving, 'TRUNCATE audit_entry')).rejects.toThrow(/permission denied/);
		await expect(query(roles.serving, 'SELECT * FROM theirs')).rejects.toThrow(/permission denied/);
	});

	it('a serving role alone is told to bring the owner, and touches nothing', async () => {
		const { roles, serving, query } = await two();
		const said = await portal('migrate', { DATABASE_URL: serving });
		expect(said).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/DATABASE_MIGRATION_URL/) });
		expect(await query(roles.owner, "SELECT count(*) AS n FROM pg_tables WHERE schemaname = 'public'")).toEqual([
			{ n: '0' },
		]);
	});

	it('[lesser-role] says which role is not there, and refuses one role for both', async () => {
		const { roles, owner, serving, query } = await two();
		const nobody = new URL(serving);
		nobody.username = 'nobody';
		const missing = await portal('migrate', { DATABASE_MIGRATION_URL: owner, DATABASE_URL: nobody.href });
		expect(missing).toMatchObject({ code: 1, err: expect.stringMatching(/There is no role nobody/) });

		const same = await portal('migrate', { DATABASE_MIGRATION_URL: owner, DATABASE_URL: owner });
		expect(same).toMatchObject({
			code: 1,
			err: expect.stringMatching(/name the same role.*could switch off what protects/),
		});
		// The owner keeps its rights: the next version needs them.
		expect(await portal('migrate', { DATABASE_MIGRATION_URL: owner, DATABASE_URL: serving })).toMatchObject({
			code: 0,
		});
		expect(await query(roles.owner, 'INSERT INTO portal_migration VALUES (1, $$x$$) RETURNING id')).toHaveLength(1);
	});

	it('names of roles reach the terminal as text only', async () => {
		const { owner, serving } = await two();
		const hostile = new URL(serving);
		hostile.username = encodeURIComponent('\u001b[2Jnobody\u202e');
		const said = await portal('migrate', { DATABASE_MIGRATION_URL: owner, DATABASE_URL: hostile.href });
		expect(said).toMatchObject({ code: 1, err: expect.stringContaining('\\u{1b}[2Jnobody\\u{202e}') });
		expect(said.err).not.toContain('\u001b');
	});

	it('[secret-stays] a wrong password is said without it', async () => {
		const said = await portal('migrate', { DATABASE_MIGRATION_URL: 'postgres://portal:pa55word@127.0.0.1:1/portal' });
		expect(said).toMatchObject({ code: 1, err: expect.stringMatching(/As the owner.*cannot be reached/) });
		expect(said.err).not.toContain('pa55word');
	});
});

/** This version's migrations and one that a later version would bring. */
function withOneMore(): string {
	const folder = mkdtempSync(join(tmpdir(), 'portal-later-'));
	cpSync(join(import.meta.dirname, '../../src/adapters/store/migrations'), folder, { recursive: true });
	const path = join(folder, 'meta/_journal.json');
	const journal = JSON.parse(readFileSync(path, 'utf8'));
	journal.entries.push({ idx: 99, version: '7', when: 9_999_999_999_999, tag: '9999_later', breakpoints: true });
	writeFileSync(path, JSON.stringify(journal));
	writeFileSync(join(folder, '9999_later.sql'), 'ALTER TABLE tenant ADD COLUMN later text;');
	return folder;
}
