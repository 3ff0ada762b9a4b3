import { beforeAll, describe, expect, it } from 'vitest';
import { testDatabases } from '#test/support/database';
import { type Bench, benchOver, newOffice } from './fixture.ts';
import { entry, invited, join, joined } from './people.ts';

describe.each(testDatabases())('links and who made them, over $name', ({ open }) => {
	let bench: Bench;
	beforeAll(async () => {
		bench = benchOver(await open());
	});

	it('[link-once] the links of an ADMIN who is removed or demoted end with it, a row each; nobody else’s do', async () => {
		for (const how of ['removed', 'demoted'] as const) {
			const office = await newOffice(bench);
			const { tenant, ada } = office;
			const mal = await joined(bench, office, 'ADMIN');
			const asMal = { ...office, ada: { ...ada, id: mal.userId } };
			const own = [await invited(bench, asMal, undefined, 'ADMIN'), await invited(bench, asMal)];
			const others = await invited(bench, office);
			const replaced = await invited(bench, asMal);
			const byAda = await invited(bench, office, replaced.email);
			// Made by an earlier version, which did not note by whom: perhaps by them.
			const unknown = await invited(bench, office);
			await bench.database.query('UPDATE invitation SET invited_by = NULL WHERE id = $1', [unknown.id]);
			const { size } = await bench.store.head(tenant.id);
			const place = { tenantId: tenant.id, by: ada.id, id: mal.id, entry };
			const done =
				how === 'removed' ? bench.store.removeMember(place) : bench.store.setMemberRole({ ...place, role: 'AUDITOR' });
			expect((await done).ok).toBe(true);
			const { entries } = await bench.store.page({ log: tenant.id, limit: 100, order: 'asc' });
			expect(entries.slice(size).map((row) => JSON.parse(row.entry).action)).toEqual([
				how === 'removed' ? 'access.member.removed' : 'access.member.set',
				...Array(3).fill('invitation.withdrawn'),
			]);
			for (const { secretHash } of [...own, unknown]) {
				expect(await bench.store.invitationByHash(secretHash)).toBeNull();
				expect(await join(bench.store, tenant.id, secretHash)).toEqual({ ok: false, error: 'gone' });
			}
			for (const { secretHash } of [others, byAda])
				expect((await join(bench.store, tenant.id, secretHash)).ok).toBe(true);
		}
	});

	it('[link-once] a link holds only while whoever made it could make it again, however they ceased to be ADMIN', async () => {
		const office = await newOffice(bench);
		const { tenant } = office;
		const mal = await joined(bench, office, 'ADMIN');
		const asked = await invited(bench, { ...office, ada: { ...office.ada, id: mal.userId } });
		const [unknown, late] = [await invited(bench, office), await invited(bench, office)];
		const { query } = bench.database;
		await query('UPDATE invitation SET invited_by = NULL WHERE id = $1', [unknown.id]);
		// Past the store: by an earlier version, say, which leaves their links.
		await query("UPDATE membership SET role = 'MEMBER' WHERE id = $1", [mal.id]);
		await query('UPDATE invitation SET by_platform = true WHERE id = $1', [late.id]);
		for (const { secretHash } of [asked, late]) {
			expect(await bench.store.invitationByHash(secretHash)).toBeNull();
			expect(await join(bench.store, tenant.id, secretHash)).toEqual({ ok: false, error: 'gone' });
		}
		await query('INSERT INTO platform_admin (user_id) VALUES ($1)', [office.ada.id]);
		for (const { secretHash } of [unknown, late])
			expect((await join(bench.store, tenant.id, secretHash)).ok).toBe(true);
	});
});
