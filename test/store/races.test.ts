import { setTimeout as delay } from 'node:timers/promises';
import { v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { anotherPool, testDatabases } from '#test/support/database';
import {
	type Bench,
	benchOver,
	draft,
	mustReserve,
	newOffice,
	newPerson,
	putCredential,
	reservation,
	settlement,
	system,
	tokenCaller,
	verifyLog,
} from './fixture.ts';

const server = testDatabases().filter(({ name }) => name === 'PostgreSQL');

describe.runIf(server.length > 0).each(server)('races between connections on $name', ({ open }) => {
	const changes = {
		'a switch being thrown': ['UPDATE flag_setting SET enabled = false WHERE tenant_id = $1', 'feature-disabled'],
		'dispatch being switched off': [
			'UPDATE tenant SET agent_dispatch_enabled = false WHERE id = $1',
			'agent_dispatch_disabled',
		],
		'a target being taken away': [
			"UPDATE tenant SET allowed_targets = '{acme/ledger}' WHERE id = $1",
			'target_not_allowed',
		],
		'a role being taken': ["UPDATE membership SET role = 'MEMBER' WHERE tenant_id = $1", 'role_required'],
		'a credential being removed': ['DELETE FROM credential WHERE tenant_id = $1', 'credential_missing'],
	} as const;

	it.each(Object.entries(changes))('a reservation waits for %s, and then sees it', async (_, [sql, code]) => {
		const bench = benchOver(await open());
		const office = await newOffice(bench);
		let pending: Promise<unknown> = Promise.resolve();
		await bench.database.transaction(async ({ query }) => {
			await query(sql, [office.tenant.id]);
			pending = bench.store.reserve(reservation(office));
			await waiting(bench);
		});
		expect(await pending).toEqual({ kind: 'refused', code });
	});

	it('a reservation waits for its token being revoked, and then sees it', async () => {
		const bench = benchOver(await open());
		const office = await newOffice(bench);
		const caller = await tokenCaller(bench, office);
		await bench.database.query('UPDATE flag_setting SET enabled = true');
		let pending: Promise<unknown> = Promise.resolve();
		await bench.database.transaction(async ({ query }) => {
			await query('UPDATE portal_token SET revoked_at = now() WHERE tenant_id = $1', [office.tenant.id]);
			pending = bench.store.reserve(reservation(office, { caller }));
			await waiting(bench);
		});
		expect(await pending).toEqual({ kind: 'refused', code: 'unauthenticated' });
	});

	it('reservations, settlements, and changes of roles, credentials and switches at once never deadlock', async () => {
		const bench = benchOver(await open());
		const other = await anotherPool(bench.database);
		if (other === null) throw new Error('one pool only');
		const rival = benchOver(other).store;
		const office = await newOffice(bench);
		const ben = await newPerson(bench.database);
		const tenantId = office.tenant.id;
		const caller = await tokenCaller(bench, office);
		await bench.database.query('UPDATE flag_setting SET enabled = true');
		await bench.store.addMember({ id: v7(), tenantId, userId: ben.id, role: 'ADMIN' }, system);
		const work: Promise<unknown>[] = [];
		for (let i = 0; i < 40; i++) {
			const input = reservation(office, i % 2 === 0 ? { caller } : {});
			work.push(
				(i % 3 === 0 ? rival : bench.store).reserve(input).then(async (result) => {
					if (result.kind === 'reserved') await rival.settle(settlement(result.execution));
				}),
				rival.addMember({ id: v7(), tenantId, userId: office.ada.id, role: i % 2 ? 'ADMIN' : 'MEMBER' }, system),
				putCredential(bench, tenantId, v7()),
				rival.setDispatch({ tenantId, enabled: true, by: 'Ada', reason: 'x', entry: () => draft() }),
			);
		}
		await Promise.all(work);
		expect(await verifyLog(bench.store, tenantId)).toMatchObject({ ok: true });
	});

	it('a settlement whose rival rolls back still goes through, once', async () => {
		const bench = benchOver(await open());
		const office = await newOffice(bench);
		const execution = await mustReserve(bench, reservation(office));
		let pending: Promise<unknown> = Promise.resolve();
		const rival = bench.database.transaction(async ({ query }) => {
			await query("UPDATE execution SET state = 'REJECTED' WHERE id = $1", [execution.id]);
			pending = bench.store.settle(settlement(execution));
			await waiting(bench);
			throw new Error('rolled back');
		});
		await expect(rival).rejects.toThrow('rolled back');
		expect(await pending).not.toBeNull();
		expect(await verifyLog(bench.store, office.tenant.id)).toMatchObject({ ok: true });
	});
});

/** Until some statement of this database waits for a lock: the server says so, no clock does. */
async function waiting({ database }: Bench): Promise<void> {
	for (;;) {
		const [row] = await database.query<{ n: number }>(
			"SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
		);
		if ((row?.n ?? 0) > 0) return;
		await delay(5);
	}
}
