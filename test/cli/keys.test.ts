import { v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { createAppender } from '#adapters/store/audit-append';
import { createKeyStore } from '#adapters/store/key-store';
import { migrate } from '#adapters/store/migrate';
import { createVault, kidOfSealed } from '#adapters/vault/vault';
import { benchOver, draft, newTenant, verifyLog } from '#test/store/fixture';
import { type Place, places } from './places.ts';
import { portal } from './run.ts';

const OLD = 'the-old-secret-of-more-than-32-bytes-for-tests';
const NEW = 'the-new-secret-of-more-than-32-bytes-for-tests';
const OTHER = 'quite-another-secret-of-more-than-32-bytes-too';

const rootOf = (secret: string) => new TextEncoder().encode(secret);
const vaultOf = (secret: string, keyVersion = 1) => createVault({ rootKey: rootOf(secret), keyVersion });

/** One tenant per given vault, with a PAT sealed by it. */
async function furnish(place: Place, vaults: readonly ReturnType<typeof createVault>[]) {
	const database = await place.open();
	await migrate(database);
	const bench = benchOver(database);
	const made = [];
	for (const [n, vault] of vaults.entries()) {
		const tenant = await newTenant(bench);
		const secret = `ghp_canary${n}`;
		const row = { tenantId: tenant.id, provider: 'github', credentialId: v7() };
		await bench.store.putCredential({
			tenantId: tenant.id,
			credential: {
				id: row.credentialId,
				provider: 'github',
				kind: 'pat',
				fingerprint: vault.fingerprint(secret),
				login: 'acme-bot',
				sealed: await vault.seal(secret, row),
				setBy: 'Ada',
				setAt: bench.now,
				testedAt: bench.now,
			},
			entry: () => draft({ action: 'credential.set' }),
		});
		made.push({ tenant, secret, row });
	}
	await database.close();
	return made;
}

type Furnished = Awaited<ReturnType<typeof furnish>>;

/** What each tenant's credential and the last row of its log are now; every log still verifies. */
async function look(place: Place, made: Furnished, vault: ReturnType<typeof createVault>) {
	const database = await place.open();
	const { store } = benchOver(database);
	const found = [];
	for (const { tenant, row } of made) {
		const credential = await store.credential(tenant.id, 'github');
		const { entries, head } = await store.page({ log: tenant.id, limit: 100, order: 'asc' });
		expect(await verifyLog(store, tenant.id)).toMatchObject({ ok: true });
		if (credential === null) throw new Error('the credential is gone');
		const { sealed, ...info } = credential;
		const opened = await vault.open(sealed, row);
		const last = JSON.parse(entries.at(-1)?.entry ?? 'null');
		found.push({ info, sealed, kid: kidOfSealed(sealed), opened, last, size: head.size });
	}
	await database.close();
	return found;
}

const databases = places();

describe.each(databases)('portal keys on $name', { timeout: 60_000 }, ({ make }) => {
	it('[keys-turn] rewrap moves each credential to the new secret, with a new fingerprint and one audit row, and then says that nothing is left', async () => {
		const place = await make();
		const made = await furnish(place, [vaultOf(OLD), vaultOf(OLD), vaultOf(NEW)]);
		const env = { ...place.env, PORTAL_SECRET: NEW, PORTAL_SECRET_PREVIOUS: OLD };
		const before = await look(place, made, vaultOf(OLD));

		const said = await portal('keys rewrap', env);
		expect(said).toMatchObject({ code: 0, err: '' });
		expect(said.out).toContain('2 sealed anew with PORTAL_SECRET, 1 were already, 0 left.');
		const after = await look(place, made, vaultOf(NEW));
		for (const [n, { info, opened, last, size, sealed }] of after.entries()) {
			const secret = made[n]?.secret ?? '';
			expect(opened).toEqual({ ok: true, value: secret });
			const fingerprint = vaultOf(NEW).fingerprint(secret);
			// Nothing but sealing and fingerprint is another: whose it is, who set it and when it was tested stays.
			expect(info).toEqual({ ...before[n]?.info, fingerprint });
			if (n === 2) expect({ sealed, size }).toEqual({ sealed: before[2]?.sealed, size: before[2]?.size });
			else {
				expect(size).toBe((before[n]?.size ?? 0) + 1);
				expect(last).toMatchObject({
					action: 'credential.rewrapped',
					actor: { kind: 'system' },
					ok: true,
					detail: { provider: 'github', old: before[n]?.info.fingerprint, new: fingerprint },
				});
			}
		}
		expect(said.out).toContain(`${made[0]?.tenant.slug} github`);

		const again = await portal('keys rewrap', env);
		expect(again).toMatchObject({ code: 0, err: '' });
		expect(again.out).toContain('Nothing to do: all 3 credentials are sealed with PORTAL_SECRET.');
		expect(await look(place, made, vaultOf(NEW))).toEqual(after);
	});

	it('[keys-turn] rewrap names what opens with neither secret, does the others, and ends with 1', async () => {
		const place = await make();
		const made = await furnish(place, [vaultOf(OTHER), vaultOf(OLD)]);
		const before = await look(place, made, vaultOf(OTHER));
		const said = await portal('keys rewrap', { ...place.env, PORTAL_SECRET: NEW, PORTAL_SECRET_PREVIOUS: OLD });
		expect(said.code).toBe(1);
		expect(said.err).toContain(`${made[0]?.tenant.slug} github`);
		expect(said.err).not.toContain(made[1]?.tenant.slug);
		const after = await look(place, made, vaultOf(NEW));
		expect(after[0]?.sealed).toBe(before[0]?.sealed);
		expect(after[1]?.opened).toEqual({ ok: true, value: 'ghp_canary1' });
	});

	it('[keys-turn] reencrypt seals under the raised version, keeps fingerprints, writes a row each, and goes back too', async () => {
		const place = await make();
		const made = await furnish(place, [vaultOf(NEW), vaultOf(NEW, 3)]);
		const before = await look(place, made, vaultOf(NEW));
		const said = await portal('keys reencrypt', { ...place.env, PORTAL_SECRET: NEW, PORTAL_KEY_VERSION: '3' });
		expect(said).toMatchObject({ code: 0, err: '' });
		expect(said.out).toContain('1 sealed anew with seal-v3, 1 were already, 0 left.');
		const after = await look(place, made, vaultOf(NEW));
		expect(after.map(({ kid }) => kid)).toEqual(['seal-v3', 'seal-v3']);
		expect(after.map(({ info }) => info)).toEqual(before.map(({ info }) => info));
		expect(after.map(({ opened }) => opened.ok)).toEqual([true, true]);
		expect(after[0]?.last).toMatchObject({
			action: 'credential.reencrypted',
			detail: { key: { old: 'seal-v1', new: 'seal-v3' } },
		});
		expect(after[1]?.size).toBe(before[1]?.size);

		const back = await portal('keys reencrypt', { ...place.env, PORTAL_SECRET: NEW });
		expect(back.out).toContain('2 sealed anew with seal-v1');
		expect((await look(place, made, vaultOf(NEW))).map(({ kid }) => kid)).toEqual(['seal-v1', 'seal-v1']);
	});
});

// What does not depend on the database is tried on the faster one.
describe.each(databases.slice(-1))('portal keys, on $name', { timeout: 60_000 }, ({ make }) => {
	it('reencrypt leaves what the present secret does not open, and says that it is for rewrap', async () => {
		const place = await make();
		const made = await furnish(place, [vaultOf(OLD)]);
		const before = await look(place, made, vaultOf(OLD));
		const said = await portal('keys reencrypt', {
			...place.env,
			PORTAL_SECRET: NEW,
			PORTAL_SECRET_PREVIOUS: OLD,
			PORTAL_KEY_VERSION: '2',
		});
		expect(said.code).toBe(1);
		expect(said.err).toContain('portal keys rewrap');
		expect(await look(place, made, vaultOf(OLD))).toEqual(before);
	});

	it('status counts by root and key, changes nothing, and ends with 1 when something does not open', async () => {
		const place = await make();
		const made = await furnish(place, [vaultOf(NEW), vaultOf(NEW), vaultOf(NEW, 2), vaultOf(OLD)]);
		const env = { ...place.env, PORTAL_SECRET: NEW, PORTAL_SECRET_PREVIOUS: OLD };
		const before = await look(place, made, vaultOf(NEW));
		const said = await portal('keys status', env);
		expect(said).toMatchObject({ code: 0, err: '' });
		const lines = said.out.split('\n').map((line) => line.trim().replace(/ +/g, ' '));
		expect(lines).toEqual([
			'2 PORTAL_SECRET seal-v1',
			'1 PORTAL_SECRET seal-v2',
			'1 PORTAL_SECRET_PREVIOUS seal-v1',
			'New ones are sealed with PORTAL_SECRET, seal-v1.',
		]);
		const without = await portal('keys status', { ...place.env, PORTAL_SECRET: NEW });
		expect(without.code).toBe(1);
		expect(without.err).toContain(made[3]?.tenant.slug);
		expect(await look(place, made, vaultOf(NEW))).toEqual(before);
	});

	it('[keys-turn] a credential that is replaced while rewrap runs is not overwritten', async () => {
		const place = await make();
		await furnish(place, [vaultOf(OLD)]);
		const database = await place.open();
		const bench = benchOver(database);
		const silent = { info: () => {}, warn: () => {}, error: () => {} };
		const appender = createAppender(database, { clock: { now: () => bench.now }, log: silent });
		const store = createKeyStore(database.query, appender);
		const [was] = await store.sealedCredentials(null, 10);
		if (was === undefined) throw new Error('no credential');
		// Here only the sealing is another; an ADMIN's new token has a new id besides.
		await database.query("UPDATE credential SET sealed = 'newer' WHERE tenant_id = $1", [was.tenantId]);
		const size = (await bench.store.head(was.tenantId)).size;
		const entry = draft({ action: 'credential.rewrapped' });
		expect(await store.reseal({ was, sealed: 'mine', fingerprint: 'x', entry })).toBe(false);
		expect((await bench.store.credential(was.tenantId, 'github'))?.sealed).toBe('newer');
		expect((await bench.store.head(was.tenantId)).size).toBe(size);
		await database.close();
	});

	it('what the database holds reaches the terminal as text only, whoever wrote it there', async () => {
		const place = await make();
		const made = await furnish(place, [vaultOf(OLD), vaultOf(OTHER)]);
		const database = await place.open();
		await database.query('UPDATE credential SET fingerprint = $1', ['\u001b]0;x\u0007\u001b[2J\u202eALL IS WELL']);
		await database.close();
		const env = { ...place.env, PORTAL_SECRET: NEW, PORTAL_SECRET_PREVIOUS: OLD };
		for (const command of ['keys status', 'keys rewrap']) {
			const said = await portal(command, env);
			expect(said.err).toContain(`${made[1]?.tenant.slug} github (\\u{1b}]0;x\\u{7}\\u{1b}[2J\\u{202e}ALL IS WELL)`);
			expect(said.out + said.err).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
		}
	});

	it('[keys-turn] a row whose audit row cannot be written is left and named, and the others are turned', async () => {
		const place = await make();
		const made = await furnish(place, [vaultOf(OLD), vaultOf(OLD), vaultOf(OLD)]);
		const database = await place.open();
		await database.query('UPDATE credential SET fingerprint = $2 WHERE id = $1', [
			made[1]?.row.credentialId,
			'f'.repeat(70_000),
		]);
		await database.close();
		const said = await portal('keys rewrap', { ...place.env, PORTAL_SECRET: NEW, PORTAL_SECRET_PREVIOUS: OLD });
		expect(said.code).toBe(1);
		expect(said.out).toContain('2 sealed anew with PORTAL_SECRET, 0 were already, 1 left.');
		expect(said.err).toMatch(new RegExp(`^${made[1]?.tenant.slug} github \\(f{64}\\) was left as it is: .*audit row`));
		const after = await look(place, made, vaultOf(NEW));
		expect(after.map(({ opened }) => opened.ok)).toEqual([true, false, true]);
	});

	it('refuses clearly without a secret, without the previous one, and with twice the same', async () => {
		const place = await make();
		await furnish(place, []);
		expect((await portal('keys status', place.env)).err).toContain('PORTAL_SECRET is not set');
		const env = { ...place.env, PORTAL_SECRET: NEW };
		expect((await portal('keys rewrap', env)).err).toContain('PORTAL_SECRET_PREVIOUS is not set');
		const same = await portal('keys rewrap', { ...env, PORTAL_SECRET_PREVIOUS: NEW });
		expect(same).toMatchObject({ code: 1 });
		expect(same.err).toContain('the same as PORTAL_SECRET');
		for (const said of [
			await portal('keys', env),
			await portal('keys turn', env),
			await portal('keys status all', env),
		]) {
			expect(said.code).toBe(1);
			expect(said.err).toContain('portal keys --help');
		}
		expect((await portal('keys status', env)).out).toContain('There are no credentials.');
	});

	it('refuses a database that is behind, and makes none', async () => {
		const place = await make();
		const env = { ...place.env, PORTAL_SECRET: NEW };
		const database = await place.open();
		await database.close();
		expect(await portal('keys status', env)).toMatchObject({
			code: 1,
			err: expect.stringMatching(/Run: portal migrate/),
		});
		const nowhere = await portal('keys status', { PORTAL_DATA_DIR: '/nowhere/at-all', PORTAL_SECRET: NEW });
		expect(nowhere).toMatchObject({ code: 1, err: expect.stringMatching(/There is no database/) });
	});
});

it('[one-opener] portal keys and portal migrate refuse an embedded database that a portal has open', async () => {
	const place = await databases[0]?.make();
	if (place === undefined) throw new Error('no place');
	await furnish(place, [vaultOf(OLD)]);
	const held = await place.open();
	for (const command of ['keys status', 'migrate']) {
		const said = await portal(command, { ...place.env, PORTAL_SECRET: OLD });
		expect(said).toMatchObject({ code: 1, out: '' });
		expect(said.err).toMatch(/Another portal process has the database .* open/);
	}
	await held.close();
	expect((await portal('keys status', { ...place.env, PORTAL_SECRET: OLD })).code).toBe(0);
});
