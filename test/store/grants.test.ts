import { describe, expect, it } from 'vitest';
import { grantServing } from '#adapters/store/grants';
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
		await grantServing(owner, 'serving-role');
		const database = await anotherPool(owner, 'serving-role');
		if (database === null) throw new Error('no server');

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

		for (const sql of [
			"UPDATE audit_entry SET entry = 'x'",
			'DELETE FROM audit_entry',
			'TRUNCATE audit_entry',
			'DELETE FROM audit_head',
			"UPDATE portal_meta SET mode = 'sandbox'",
			'DELETE FROM portal_migration',
		]) {
			await expect(database.query(sql)).rejects.toThrow(/permission denied/);
		}
		for (const sql of [
			'ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_append_only',
			'DROP TABLE audit_entry',
			'CREATE TABLE mine (n int)',
			"SET session_replication_role = 'replica'",
		]) {
			await expect(database.query(sql)).rejects.toThrow(/must be owner|permission denied/);
		}
	});
});
