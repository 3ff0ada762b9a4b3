import { describe, expect, it } from 'vitest';
import { grantServing, missingRights } from '#adapters/store/grants';
import { migrate } from '#adapters/store/migrate';
import { stamp } from '#adapters/store/stamp';
import { anotherPool, testDatabases } from '#test/support/database';
import {
	benchOver,
	draft,
	mustReserve,
	newOffice,
	reservation,
	settlement,
	tokenCaller,
	verifyLog,
} from './fixture.ts';

const server = testDatabases().filter(({ name }) => name === 'PostgreSQL');

describe.runIf(server.length > 0).each(server)('the serving role on $name', ({ open }) => {
	it('can do all the portal’s work, but not change an audit entry, switch a trigger off or touch the schema', async () => {
		const owner = await open();
		await owner.query('CREATE ROLE "serving-role" LOGIN');
		const database = await anotherPool(owner, 'serving-role');
		if (database === null) throw new Error('no server');
		// It may connect, and no more: a start with it says so instead of failing at the first request.
		expect(await missingRights(database)).toContain('INSERT on audit_entry');
		expect(await grantServing(owner, 'serving-role')).toEqual({ ok: true, value: [] });
		expect(await missingRights(database)).toEqual([]);

		// A start of the portal: nothing to migrate, then the stamp.
		await migrate(database);
		expect(await stamp(database, 'production')).toMatchObject({ ok: true });
		const bench = benchOver(database);
		const office = await newOffice(bench);
		await tokenCaller(bench, office);
		await bench.store.directorySalt(office.ada);
		const execution = await mustReserve(bench, reservation(office));
		expect(await bench.store.settle(settlement(execution))).not.toBeNull();
		await bench.store.deleteCredential({ tenantId: office.tenant.id, provider: 'github', entry: () => draft() });
		expect(await verifyLog(bench.store, office.tenant.id)).toMatchObject({ ok: true });

		// A warning to PostgreSQL, not an error: what counts is that it gives nothing.
		await database.query('GRANT ALL ON audit_entry TO "serving-role"');
		for (const sql of [
			"UPDATE audit_entry SET entry = 'x'",
			'DELETE FROM audit_entry',
			'TRUNCATE audit_entry',
			'DELETE FROM audit_head',
			'TRUNCATE audit_head',
			"UPDATE portal_meta SET mode = 'sandbox'",
			'DELETE FROM portal_migration',
		]) {
			await expect(database.query(sql)).rejects.toThrow(/permission denied/);
		}
		for (const sql of [
			'ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_append_only',
			'DROP TRIGGER audit_entry_append_only ON audit_entry',
			'ALTER TABLE audit_entry DROP COLUMN leaf',
			'CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$',
			'CREATE TRIGGER mine BEFORE INSERT ON audit_entry EXECUTE FUNCTION audit_refuse()',
			'DROP TABLE audit_entry',
			'SET ROLE postgres',
			'CREATE TABLE mine (n int)',
			"SET session_replication_role = 'replica'",
		]) {
			await expect(database.query(sql)).rejects.toThrow(/must be (?:table )?owner|permission denied/);
		}
	});
});
