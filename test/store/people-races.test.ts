import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { PeopleStore } from '#gateway/ports/people';
import { anotherPool, testDatabases } from '#test/support/database';
import { type Bench, benchOver, draft, newOffice, reservation, tokenCaller, verifyLog } from './fixture.ts';
import { DAY_MS, entry, invited, join, joined, letIn, newEmail } from './people.ts';

const server = testDatabases().filter(({ name }) => name === 'PostgreSQL');

describe.runIf(server.length > 0).each(server)('races about people between two processes on $name', ({ open }) => {
	async function twoProcesses() {
		const bench = benchOver(await open());
		const other = await anotherPool(bench.database);
		if (other === null) throw new Error('one pool only');
		const rival = benchOver(other);
		return { bench, rival, office: await newOffice(bench) };
	}

	it('many uses of one link at once make one account and one membership', async () => {
		const { bench, rival, office } = await twoProcesses();
		const asked = await invited(bench, office);
		const tried = await Promise.all(
			[...Array(10).keys()].map((i) => join((i % 2 ? bench : rival).store, office.tenant.id, asked.secretHash)),
		);
		expect(tried.filter(({ ok }) => ok)).toHaveLength(1);
		expect((await bench.store.members(office.tenant.id)).members).toHaveLength(2);
		const [accounts] = await bench.database.query<{ n: number }>('SELECT count(*) AS n FROM "user" WHERE email = $1', [
			asked.email,
		]);
		expect(accounts?.n).toBe(1);
		expect(await verifyLog(bench.store, office.tenant.id)).toMatchObject({ ok: true });
	});

	it('links of two tenants for one address, used at once: one makes the account, the other needs its password', async () => {
		const { bench, rival, office } = await twoProcesses();
		const second = await newOffice(bench);
		const email = newEmail();
		const [one, two] = [await invited(bench, office, email), await invited(bench, second, email)];
		const results = await Promise.all([
			join(bench.store, office.tenant.id, one.secretHash),
			join(rival.store, second.tenant.id, two.secretHash),
		]);
		expect(results.map((result) => (result.ok ? 'ok' : result.error)).sort()).toEqual(['account_appeared', 'ok']);
	});

	it('[last-admin] two ADMINs who demote or remove each other at once: one stays', async () => {
		for (const how of ['demote', 'remove', 'both'] as const) {
			const { bench, rival, office } = await twoProcesses();
			const ben = await joined(bench, office, 'ADMIN');
			const { tenant, ada, caller } = office;
			const change = (store: PeopleStore, by: string, id: string, demote: boolean) =>
				demote
					? store.setMemberRole({ tenantId: tenant.id, by, id, role: 'MEMBER', entry })
					: store.removeMember({ tenantId: tenant.id, by, id, entry });
			const results = await Promise.all([
				change(bench.store, ada.id, ben.id, how !== 'remove'),
				change(rival.store, ben.userId, caller.memberId, how === 'demote'),
			]);
			// Whoever came second had just ceased to be ADMIN.
			expect(results.map((result) => (result.ok ? 'ok' : result.error)).sort()).toEqual(['ok', 'role_required']);
			const { members } = await bench.store.members(tenant.id);
			expect(members.filter(({ role }) => role === 'ADMIN')).toHaveLength(1);
		}
	});

	it('[last-admin] two ADMINs who leave at once: one stays', async () => {
		const { bench, rival, office } = await twoProcesses();
		const ben = await joined(bench, office, 'ADMIN');
		const { tenant, ada, caller } = office;
		const results = await Promise.all([
			bench.store.removeMember({ tenantId: tenant.id, by: ada.id, id: caller.memberId, entry }),
			rival.store.removeMember({ tenantId: tenant.id, by: ben.userId, id: ben.id, entry }),
		]);
		expect(results.map((result) => (result.ok ? 'ok' : result.error)).sort()).toEqual(['last_admin', 'ok']);
		expect((await bench.store.members(tenant.id)).members).toMatchObject([{ role: 'ADMIN' }]);
	});

	it('a link used while it is withdrawn, replaced or changed: either it was used, or nothing came of it', async () => {
		const { bench, rival, office } = await twoProcesses();
		const { tenant, ada } = office;
		for (let i = 0; i < 12; i++) {
			const asked = await invited(bench, office);
			const place = { tenantId: tenant.id, by: ada.id, id: asked.id, entry };
			const rivals = [
				() => rival.store.removeMember(place),
				() => letIn(bench, office, asked.email, 'MEMBER', rival.store).then(({ result }) => result),
				() => rival.store.setMemberRole({ ...place, role: 'AUDITOR' }),
			];
			const [use, change] = await Promise.all([
				join(bench.store, tenant.id, asked.secretHash),
				rivals[i % 3]?.() ?? Promise.reject(new Error('none')),
			]);
			const { members, invited: waiting } = await bench.store.members(tenant.id);
			const isMember = members.some(({ id }) => id === asked.id);
			const isWaiting = waiting.some(({ id }) => id === asked.id);
			expect([isMember, isWaiting].filter(Boolean).length).toBeLessThanOrEqual(1);
			// Withdrawn or removed right after, the id names nobody; else it was used, or waits with the newer link.
			if (i % 3 === 0) expect([isMember, isWaiting, change.ok]).toEqual([false, false, true]);
			if (i % 3 === 1) expect([isMember, isWaiting]).toEqual([use.ok, !use.ok]);
			if (i % 3 === 2) expect(members.find(({ id }) => id === asked.id)?.role).toBe('AUDITOR');
		}
		expect(await verifyLog(bench.store, tenant.id)).toMatchObject({ ok: true });
	});

	it('[link-once] a link used while its maker is demoted or removed: either it was used, or its withdrawal has a row', async () => {
		const { bench, rival, office } = await twoProcesses();
		const { tenant, ada } = office;
		for (let i = 0; i < 8; i++) {
			const mal = await joined(bench, office, 'ADMIN');
			const asked = await invited(bench, { ...office, ada: { ...ada, id: mal.userId } });
			const place = { tenantId: tenant.id, by: ada.id, id: mal.id, entry };
			const [use, end] = await Promise.all([
				join(bench.store, tenant.id, asked.secretHash),
				i % 2 ? rival.store.removeMember(place) : rival.store.setMemberRole({ ...place, role: 'MEMBER' }),
			]);
			expect(end.ok).toBe(true);
			const { members, invited: open } = await bench.store.members(tenant.id);
			expect(members.some(({ id }) => id === asked.id)).toBe(use.ok);
			expect(open).toEqual([]);
			const { entries } = await bench.store.page({ log: tenant.id, limit: 3, order: 'desc' });
			expect(entries.some((row) => row.entry.includes('invitation.withdrawn'))).toBe(!use.ok);
		}
	});

	it('many who ask in the same address at once: one invitation, one live link', async () => {
		const { bench, rival, office } = await twoProcesses();
		const email = newEmail();
		const asked = await Promise.all(
			[...Array(8).keys()].map((i) => letIn(bench, office, email, 'MEMBER', (i % 2 ? bench : rival).store)),
		);
		const ids = new Set(asked.map(({ result }) => (result.ok ? result.value.id : result.error)));
		expect(ids.size).toBe(1);
		const live = await Promise.all(asked.map(({ secretHash }) => bench.store.invitationByHash(secretHash)));
		expect(live.filter((one) => one !== null)).toHaveLength(1);
	});

	it('two who open the same tenant at once: one does', async () => {
		const { bench, rival, office } = await twoProcesses();
		await bench.database.query('INSERT INTO platform_admin (user_id) VALUES ($1)', [office.ada.id]);
		const slug = `t-${randomBytes(6).toString('hex')}`;
		const openTenant = (store: PeopleStore) =>
			store.openTenant({
				tenant: { id: v7(), slug, name: 'New' },
				by: office.ada.id,
				admin: { id: v7(), email: newEmail(), name: 'First', role: 'ADMIN' },
				link: { secretHash: randomBytes(32).toString('hex'), expiresAt: new Date(bench.now.getTime() + DAY_MS) },
				created: () => draft({ action: 'tenant.created' }),
				entry,
			});
		const results = await Promise.all([bench.store, rival.store].map(openTenant));
		expect(results.map((result) => (result.ok ? 'ok' : result.error)).sort()).toEqual(['ok', 'slug_taken']);
	});

	it.each(['demoted', 'removed'] as const)(
		'[role-under-lock] an execute that waits while its approver is %s is not reserved',
		async (how) => {
			const { bench, rival, office } = await twoProcesses();
			const { tenant, caller } = office;
			const boss = await joined(bench, office, 'ADMIN');
			const place = { tenantId: tenant.id, by: boss.userId, id: caller.memberId, entry };
			let change: Promise<unknown> = Promise.resolve();
			let execute: Promise<unknown> = Promise.resolve();
			await bench.database.transaction(async ({ query }) => {
				// Holds up the row of the change, and with it its commit.
				await query('SELECT 1 FROM audit_head WHERE log = $1 FOR UPDATE', [tenant.id]);
				change =
					how === 'demoted' ? rival.store.setMemberRole({ ...place, role: 'MEMBER' }) : rival.store.removeMember(place);
				await waiting(bench, 1);
				execute = bench.store.reserve(reservation(office));
				await waiting(bench, 2);
			});
			expect(await change).toEqual({ ok: true, value: null });
			expect(await execute).toEqual({ kind: 'refused', code: 'role_required' });
		},
	);

	it('reservations, tokens and changes of people at once never deadlock', async () => {
		const { bench, rival, office } = await twoProcesses();
		const { tenant } = office;
		const boss = await joined(bench, office, 'ADMIN');
		const place = { tenantId: tenant.id, by: boss.userId, entry };
		const caller = await tokenCaller(bench, office);
		const asBoss = { ...office, ada: { ...office.ada, id: boss.userId } };
		const work: Promise<unknown>[] = [];
		for (let i = 0; i < 30; i++) {
			const asked = await invited(bench, asBoss);
			work.push(
				(i % 2 ? rival : bench).store.reserve(reservation(office, i % 3 ? {} : { caller })),
				rival.store.setMemberRole({ ...place, id: office.caller.memberId, role: i % 2 ? 'ADMIN' : 'MEMBER' }),
				join(bench.store, tenant.id, asked.secretHash).then(() => rival.store.removeMember({ ...place, id: asked.id })),
				tokenCaller(bench, office),
			);
			if (i % 10 === 9) await Promise.all(work);
			await rival.store.setMemberRole({ ...place, id: office.caller.memberId, role: 'ADMIN' });
		}
		await Promise.all(work);
		expect((await bench.store.members(tenant.id)).members).toHaveLength(2);
		expect(await verifyLog(bench.store, tenant.id)).toMatchObject({ ok: true });
	});
});

/** Until this many statements of this database wait for a lock: the server says so, no clock does. */
async function waiting({ database }: Bench, many: number): Promise<void> {
	for (;;) {
		const [row] = await database.query<{ n: number }>(
			"SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
		);
		if ((row?.n ?? 0) >= many) return;
		await delay(5);
	}
}
