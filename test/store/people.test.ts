import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { testDatabases } from '#test/support/database';
import { type Bench, benchOver, draft, newOffice, newPerson, system, tokenCaller, verifyLog } from './fixture.ts';
import { DAY_MS, entry, invited, join, joined, letIn, newAccount, newEmail } from './people.ts';

const actions = async ({ store }: Bench, log: string): Promise<string[]> => {
	const { entries } = await store.page({ log, limit: 100, order: 'asc' });
	return entries.map((row) => String(JSON.parse(row.entry).action));
};

describe.each(testDatabases())('people over $name', ({ open }) => {
	let bench: Bench;
	beforeAll(async () => {
		bench = benchOver(await open());
	});
	it('an address that nobody has here is asked in; its link makes account and membership, once', async () => {
		const office = await newOffice(bench);
		const { tenant } = office;
		const asked = await invited(bench, office);
		const { members, invited: waiting } = await bench.store.members(tenant.id);
		expect(members.map(({ userId }) => userId)).toEqual([office.ada.id]);
		expect(waiting).toMatchObject([{ id: asked.id, email: asked.email, role: 'MEMBER', since: bench.now }]);
		expect(await bench.store.invitationByHash(asked.secretHash)).toMatchObject({ tenant, account: null });

		expect(await join(bench.store, tenant.id, asked.secretHash)).toEqual({ ok: true, value: { email: asked.email } });
		expect(await join(bench.store, tenant.id, asked.secretHash)).toEqual({ ok: false, error: 'gone' });
		const after = await bench.store.members(tenant.id);
		expect(after.invited).toEqual([]);
		expect(after.members).toMatchObject([{}, { id: asked.id, email: asked.email, role: 'MEMBER' }]);
		expect((await actions(bench, tenant.id)).slice(-2)).toEqual(['member.invited', 'member.joined']);
		expect(await verifyLog(bench.store, tenant.id)).toMatchObject({ ok: true });
	});

	it('asked again, the old link is dead, the id stays, and the later role counts', async () => {
		const office = await newOffice(bench);
		const first = await invited(bench, office);
		const second = await invited(bench, office, first.email, 'AUDITOR');
		expect(second.id).toBe(first.id);
		expect(await bench.store.invitationByHash(first.secretHash)).toBeNull();
		expect(await join(bench.store, office.tenant.id, first.secretHash)).toEqual({ ok: false, error: 'gone' });
		expect((await join(bench.store, office.tenant.id, second.secretHash)).ok).toBe(true);
		expect((await bench.store.members(office.tenant.id)).members[1]).toMatchObject({ id: first.id, role: 'AUDITOR' });
	});

	it('a link is dead at the moment of its expiry, also for a look-up from before; asked again, it works', async () => {
		const office = await newOffice(bench);
		const asked = await invited(bench, office);
		const began = bench.now.getTime();
		bench.now = new Date(began + 7 * DAY_MS - 1);
		expect(await bench.store.invitationByHash(asked.secretHash)).not.toBeNull();
		bench.now = new Date(began + 7 * DAY_MS);
		expect(await bench.store.invitationByHash(asked.secretHash)).toBeNull();
		expect(await join(bench.store, office.tenant.id, asked.secretHash)).toEqual({ ok: false, error: 'gone' });
		expect((await bench.store.members(office.tenant.id)).invited).toMatchObject([{ id: asked.id }]);
		const again = await invited(bench, office, asked.email);
		expect((await join(bench.store, office.tenant.id, again.secretHash)).ok).toBe(true);
	});

	it('[no-borrowed-account] only an account that the platform made is added at once', async () => {
		const [a, b] = [await newOffice(bench), await newOffice(bench)];
		const platforms = await newPerson(bench.database);
		expect((await letIn(bench, a, platforms.email)).result).toMatchObject({ value: { kind: 'added' } });

		// Made by a link of B: the address proves nothing.
		const theirs = await joined(bench, b);
		const person = { id: theirs.userId, name: theirs.name, email: theirs.email };
		const asked = await invited(bench, a, theirs.email, 'ADMIN');
		expect((await bench.store.invitationByHash(asked.secretHash))?.account).toEqual(person);
		// Neither a second account nor somebody else's password comes of the link.
		expect(await join(bench.store, a.tenant.id, asked.secretHash)).toEqual({ ok: false, error: 'account_appeared' });
		const stranger = { account: platforms };
		expect(await join(bench.store, a.tenant.id, asked.secretHash, stranger)).toEqual({ ok: false, error: 'gone' });
		expect((await join(bench.store, a.tenant.id, asked.secretHash, { account: person })).ok).toBe(true);

		const remove = { tenantId: b.tenant.id, by: b.ada.id, id: theirs.id, entry };
		expect((await bench.store.removeMember(remove)).ok).toBe(true);
		// To B neither: an ADMIN who is gone may have used that link.
		const again = await invited(bench, b, theirs.email);
		expect(await join(bench.store, b.tenant.id, again.secretHash)).toEqual({ ok: false, error: 'account_appeared' });
		expect((await join(bench.store, b.tenant.id, again.secretHash, { account: person })).ok).toBe(true);
	});

	it('a member is not asked in again, and one who came another way needs the open link no more', async () => {
		const office = await newOffice(bench);
		const { tenant } = office;
		expect((await letIn(bench, office, office.ada.email)).result).toEqual({ ok: false, error: 'already_member' });
		const asked = await invited(bench, office);
		await bench.database.query('INSERT INTO "user" (id, name, email) VALUES ($1, $1, $2)', [v7(), asked.email]);
		// The platform has made the account since: added at once, under the id that was given before.
		expect((await letIn(bench, office, asked.email)).result).toEqual({
			ok: true,
			value: { kind: 'added', id: asked.id },
		});
		expect((await bench.store.members(tenant.id)).invited).toEqual([]);
		expect(await bench.store.invitationByHash(asked.secretHash)).toBeNull();

		const other = await invited(bench, office);
		const userId = v7();
		await bench.database.query('INSERT INTO "user" (id, name, email) VALUES ($1, $1, $2)', [userId, other.email]);
		await bench.store.addMember({ id: v7(), tenantId: tenant.id, userId, role: 'MEMBER' }, system);
		expect((await bench.store.members(tenant.id)).invited).toEqual([]);
	});

	it('[last-admin] the last ADMIN can neither go nor be demoted; with another there, also by themselves', async () => {
		const office = await newOffice(bench);
		const place = { tenantId: office.tenant.id, by: office.ada.id, entry };
		const own = { ...place, id: office.caller.memberId };
		expect(await bench.store.removeMember(own)).toEqual({ ok: false, error: 'last_admin' });
		for (const role of ['MEMBER', 'AUDITOR'] as const)
			expect(await bench.store.setMemberRole({ ...own, role })).toEqual({ ok: false, error: 'last_admin' });
		expect((await bench.store.setMemberRole({ ...own, role: 'ADMIN' })).ok).toBe(true);
		// An invitation to be ADMIN is not yet one.
		const asked = await invited(bench, office, undefined, 'ADMIN');
		expect(await bench.store.removeMember(own)).toEqual({ ok: false, error: 'last_admin' });
		await join(bench.store, office.tenant.id, asked.secretHash);
		expect(await bench.store.removeMember(own)).toEqual({ ok: true, value: null });
		expect((await bench.store.members(office.tenant.id)).members.map(({ id }) => id)).toEqual([asked.id]);
	});

	it('who is no ADMIN (any more) changes nothing, whatever they were told at the door', async () => {
		const office = await newOffice(bench);
		const { tenant } = office;
		const ben = await joined(bench, office, 'MEMBER');
		const by = { tenantId: tenant.id, by: ben.userId, entry };
		const { size } = await bench.store.head(tenant.id);
		expect(await bench.store.setMemberRole({ ...by, id: ben.id, role: 'ADMIN' })).toEqual({
			ok: false,
			error: 'role_required',
		});
		expect(await bench.store.removeMember({ ...by, id: office.caller.memberId })).toMatchObject({
			error: 'role_required',
		});
		const asBen = { ...office, ada: { ...office.ada, id: ben.userId } };
		expect((await letIn(bench, asBen)).result).toEqual({ ok: false, error: 'role_required' });
		expect((await bench.store.head(tenant.id)).size).toBe(size);
	});

	it('[tenant-isolation] an id of another tenant, or none at all, is not found', async () => {
		const [a, b] = [await newOffice(bench), await newOffice(bench)];
		const asked = await invited(bench, b);
		const { size } = await bench.store.head(b.tenant.id);
		const place = { tenantId: a.tenant.id, by: a.ada.id, entry };
		for (const id of [b.caller.memberId, asked.id, v7(), 'x', '']) {
			expect(await bench.store.removeMember({ ...place, id })).toEqual({ ok: false, error: 'not_found' });
			expect(await bench.store.setMemberRole({ ...place, id, role: 'AUDITOR' })).toMatchObject({ error: 'not_found' });
		}
		expect(await join(bench.store, a.tenant.id, asked.secretHash)).toEqual({ ok: false, error: 'gone' });
		expect((await bench.store.head(b.tenant.id)).size).toBe(size);
		expect((await bench.store.members(b.tenant.id)).invited).toMatchObject([{ id: asked.id, role: 'MEMBER' }]);
	});

	it('[removal-ends-tokens] a removed member’s tokens end with the membership, and do not come back with them', async () => {
		const office = await newOffice(bench);
		const other = await newOffice(bench);
		await joined(bench, office, 'ADMIN');
		const here = await tokenCaller(bench, office);
		const elsewhere = await tokenCaller(bench, { ...other, ada: office.ada });
		const { memberId } = office.caller;
		const [boss] = (await bench.store.members(office.tenant.id)).members.filter(({ id }) => id !== memberId);
		const place = { tenantId: office.tenant.id, by: boss?.userId ?? '', entry };
		expect((await bench.store.removeMember({ ...place, id: memberId })).ok).toBe(true);
		expect(await bench.store.tokens(office.tenant.id)).toEqual([]);
		expect((await bench.store.tokens(other.tenant.id)).map(({ id }) => id)).toEqual([elsewhere.principal.tokenId]);
		const [row] = (await bench.store.page({ log: office.tenant.id, limit: 1, order: 'desc' })).entries;
		expect(JSON.parse(row?.entry ?? '{}')).toMatchObject({
			action: 'access.member.removed',
			detail: { old: { userId: office.ada.id, role: 'ADMIN' }, new: null, tokens: 1 },
		});
		// One that was being minted while its owner was removed is there again: coming back ends it too.
		await bench.database.query('UPDATE portal_token SET revoked_at = NULL WHERE id = $1', [here.principal.tokenId]);
		const asBoss = { ...office, ada: { ...office.ada, id: boss?.userId ?? '' } };
		expect((await letIn(bench, asBoss, office.ada.email)).result).toMatchObject({ value: { kind: 'added' } });
		expect(await bench.store.tokens(office.tenant.id)).toEqual([]);
	});

	it('an invitation can be changed and withdrawn like a member, each with its row', async () => {
		const office = await newOffice(bench);
		const { tenant } = office;
		const asked = await invited(bench, office);
		const place = { tenantId: tenant.id, by: office.ada.id, id: asked.id, entry };
		expect((await bench.store.setMemberRole({ ...place, role: 'AUDITOR' })).ok).toBe(true);
		expect((await bench.store.setMemberRole({ ...place, role: 'AUDITOR' })).ok).toBe(true);
		expect((await bench.store.members(tenant.id)).invited).toMatchObject([{ role: 'AUDITOR' }]);
		expect((await bench.store.removeMember(place)).ok).toBe(true);
		expect(await bench.store.removeMember(place)).toEqual({ ok: false, error: 'not_found' });
		expect(await join(bench.store, tenant.id, asked.secretHash)).toEqual({ ok: false, error: 'gone' });
		expect((await actions(bench, tenant.id)).slice(-3)).toEqual([
			'member.invited',
			'invitation.set',
			'invitation.withdrawn',
		]);
	});

	it('[append-only] without its row nothing of it happens: neither account, membership, removal nor tenant', async () => {
		const office = await newOffice(bench);
		const asked = await invited(bench, office);
		const broken = (): never => {
			throw new Error('no row');
		};
		const place = { tenantId: office.tenant.id, by: office.ada.id, id: asked.id, entry: broken };
		const make = newAccount();
		const { tenant } = office;
		const tried = [
			() => bench.store.acceptInvitation({ ...place, secretHash: asked.secretHash, who: { make } }),
			() => bench.store.removeMember(place),
			() => bench.store.setMemberRole({ ...place, role: 'ADMIN' }),
			() =>
				bench.store.letIn({
					...place,
					newcomer: { id: v7(), email: asked.email, name: 'x', role: 'ADMIN' },
					link: { secretHash: 'x', expiresAt: bench.now },
				}),
			() =>
				bench.store.openTenant({
					tenant: { id: v7(), slug: 'never', name: 'Never' },
					by: office.ada.id,
					admin: { id: v7(), email: newEmail(), name: 'x', role: 'ADMIN' },
					link: { secretHash: 'y', expiresAt: bench.now },
					created: () => draft(),
					entry: broken,
				}),
		];
		for (const attempt of tried) await expect(attempt()).rejects.toThrow('no row');
		expect(await bench.store.tenantBySlug('never')).toBeNull();
		expect(await bench.store.membership(tenant.id, make.userId)).toBeNull();
		const [left] = await bench.database.query<{ n: number }>(
			'SELECT count(*) AS n FROM "user" u FULL JOIN directory d ON d.user_id = u.id WHERE u.id = $1 OR d.user_id = $1',
			[make.userId],
		);
		expect(left?.n).toBe(0);
		expect((await bench.store.members(tenant.id)).invited).toMatchObject([{ id: asked.id, role: 'MEMBER' }]);
		expect((await join(bench.store, tenant.id, asked.secretHash)).ok).toBe(true);
	});

	it('a new tenant has its first ADMIN, or a link for them; a slug is taken once somebody could be there', async () => {
		const slug = `t-${randomBytes(6).toString('hex')}`;
		const { id: boss } = await newPerson(bench.database);
		await bench.database.query('INSERT INTO platform_admin (user_id) VALUES ($1)', [boss]);
		const openTenant = (email: string, tenant = { id: v7(), slug, name: 'New' }) => {
			const secretHash = randomBytes(32).toString('hex');
			const done = bench.store.openTenant({
				tenant,
				by: boss,
				admin: { id: v7(), email, name: 'First', role: 'ADMIN' },
				link: { secretHash, expiresAt: new Date(bench.now.getTime() + DAY_MS) },
				created: ({ id }) => draft({ action: 'tenant.created', detail: { id } }),
				entry,
			});
			return done.then((result) => ({ result, secretHash }));
		};
		const first = await openTenant(newEmail());
		expect(first.result).toMatchObject({ ok: true, value: { kind: 'invited' } });
		const tenant = await bench.store.tenantBySlug(slug);
		expect(await bench.store.flags(tenant?.id ?? '')).toHaveLength(2);
		expect((await openTenant(newEmail())).result).toEqual({ ok: false, error: 'slug_taken' });

		// Its only link has run out: nobody else could ever let somebody in.
		bench.now = new Date(bench.now.getTime() + DAY_MS);
		const email = newEmail();
		const second = await openTenant(email);
		expect(second.result).toMatchObject({ ok: true, value: { kind: 'invited' } });
		expect((await bench.store.members(tenant?.id ?? '')).invited).toMatchObject([{ email, role: 'ADMIN' }]);
		expect((await join(bench.store, tenant?.id ?? '', second.secretHash)).ok).toBe(true);
		bench.now = new Date(bench.now.getTime() + 9 * DAY_MS);
		expect((await openTenant(newEmail())).result).toEqual({ ok: false, error: 'slug_taken' });
		expect(await actions(bench, tenant?.id ?? '')).toEqual(['member.invited', 'member.invited', 'member.joined']);
		const { entries } = await bench.store.page({
			log: 'platform',
			limit: 100,
			order: 'desc',
			action: 'tenant.created',
		});
		expect(entries.filter((row) => row.entry.includes(tenant?.id ?? '')).length).toBe(1);

		// Its account is the platform's: any tenant takes it at once. That of a tenant's own link is not.
		const office = await newOffice(bench);
		expect((await letIn(bench, office, email)).result).toMatchObject({ value: { kind: 'added' } });
		const theirs = await joined(bench, office);
		const third = await openTenant(theirs.email, { id: v7(), slug: `${slug}-3`, name: 'Third' });
		expect(third.result).toMatchObject({ value: { kind: 'invited' } });
		const fourth = await openTenant(office.ada.email, { id: v7(), slug: `${slug}-4`, name: 'Fourth' });
		expect(fourth.result).toMatchObject({ value: { kind: 'added' } });
	});
});
