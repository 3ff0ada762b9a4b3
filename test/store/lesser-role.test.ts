import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { migrateAsOwner, openServing } from '#adapters/store/open-serving';
import { twoRoles } from '#test/cli/two-roles';
import { newDatabase } from '#test/gateway/rig';
import { type Cluster, findPostgres, startPostgres } from '#test/support/postgres';

const bin = findPostgres();
if (bin === null && process.env.CI === 'true') throw new Error('no PostgreSQL: this suite needs it in CI');
let cluster: Promise<Cluster> | undefined;
afterAll(async () => (await cluster)?.stop());

const ENTRY = `INSERT INTO audit_entry VALUES ('platform', 0, 'honest', 'l', 'h', now(), 'x', true, null)`;
const FORGE = `ALTER TABLE public.audit_entry DISABLE TRIGGER ALL; UPDATE public.audit_entry SET entry = 'forged'`;

/** A fresh database with an owner, a serving role and a group, and a superuser to arrange things with. */
async function world() {
	cluster ??= startPostgres(bin ?? '', { durable: false });
	const url = await newDatabase(await cluster);
	const two = await twoRoles(url);
	const asAdmin = async (sql: string) => {
		const client = new pg.Client({ connectionString: url });
		await client.connect();
		try {
			return (await client.query(sql)).rows;
		} finally {
			await client.end();
		}
	};
	const [owner, serving, group] = [two.roles.owner, two.roles.serving, `group ${two.roles.owner}`].map(
		pg.escapeIdentifier,
	) as [string, string, string];
	await asAdmin(`CREATE ROLE ${group}`);
	const database = pg.escapeIdentifier(new URL(url).pathname.slice(1));
	const said: string[] = [];
	const note = (_fields: unknown, message: string): void => void said.push(message);
	const start = async (databaseUrl: string): Promise<string> => {
		const where = { databaseUrl, migrationUrl: null, dataDir: '/nowhere' };
		const opened = await openServing(where, { info: note, warn: note, error: note });
		if (!opened.ok) return opened.error;
		await opened.value.close();
		return 'started';
	};
	const migrateAs = async (migrationUrl: string, lockWaitMs?: number) => {
		const done = await migrateAsOwner({ databaseUrl: two.serving, migrationUrl, dataDir: '/nowhere' }, lockWaitMs);
		return done.ok ? { ok: done.value.notes.join('\n') } : { refused: done.error };
	};
	return {
		url,
		names: { owner, serving, group, database },
		two,
		said,
		asAdmin,
		asServing: (sql: string) => two.query(two.roles.serving, sql),
		migrate: (lockWaitMs?: number) => migrateAs(two.owner, lockWaitMs),
		migrateAs,
		startServing: () => start(two.serving),
		startAsOwner: () => start(two.owner),
	};
}

type World = Awaited<ReturnType<typeof world>>;

describe.runIf(bin !== null)('the owner’s statements', { timeout: 60_000 }, () => {
	it('[lesser-role] never run a function that the serving role has put into public, and the next migrate closes that door', async () => {
		const { asAdmin, asServing, migrate } = await world();
		expect(await migrate()).toEqual({ ok: '' });
		await asServing(ENTRY);
		await asAdmin('GRANT CREATE ON SCHEMA public TO PUBLIC');
		await asServing(`CREATE FUNCTION public.format(text, name) RETURNS text LANGUAGE plpgsql AS $f$ BEGIN
			${FORGE}; RETURN 'x'; END $f$`);
		const refused = await migrate();
		expect(refused.refused).toMatch(/function (?:public\.)?format\(text,name\) \(of the role serving@role/);
		expect(await asAdmin('SELECT entry FROM audit_entry')).toEqual([{ entry: 'honest' }]);
		await asServing('DROP FUNCTION public.format(text, name)');
		expect((await migrate()).ok).toMatch(/right to create in SCHEMA "public" was taken/);
		await expect(asServing('CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql RETURN 1')).rejects.toThrow(
			/permission denied/,
		);
	});

	it.each([
		[
			'a view in place of a table',
			`CREATE VIEW portal_migration AS SELECT public.evil()::bigint AS id`,
			/view portal_migration|view public.portal_migration/,
		],
		['a table of the same name', 'CREATE TABLE tenant (id uuid)', /Somebody else owns tenant \(serving@role/],
		[
			'an operator that fits better',
			'CREATE FUNCTION public.yes(text[], text[]) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN PERFORM public.evil(); RETURN true; END $$; CREATE OPERATOR public.<@ (LEFTARG = text[], RIGHTARG = text[], FUNCTION = public.yes)',
			/operator (?:public\.)?<@/,
		],
	])('[lesser-role] refuse a database where the serving role came first with %s', async (_what, sql, named) => {
		const { asAdmin, asServing, migrate } = await world();
		await asAdmin('GRANT CREATE ON SCHEMA public TO PUBLIC; CREATE TABLE seen (by text)');
		await asAdmin('GRANT ALL ON seen TO PUBLIC');
		await asServing(`CREATE FUNCTION public.evil() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
			INSERT INTO public.seen VALUES (current_user); RETURN 1; END $$; ${sql}`);
		expect((await migrate()).refused).toMatch(named);
		expect(await asAdmin('SELECT * FROM seen')).toEqual([]);
		expect(await asAdmin("SELECT to_regclass('public.audit_entry') AS made")).toEqual([{ made: null }]);
	});

	it('[lesser-role] refuse a function behind a trigger that somebody else could plant', async () => {
		const { asAdmin, asServing, migrate, names } = await world();
		await migrate();
		await asAdmin(`GRANT CREATE ON SCHEMA public TO PUBLIC; GRANT TRIGGER ON portal_migration TO ${names.serving}`);
		await asServing(`CREATE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
			CREATE TRIGGER mine BEFORE INSERT ON portal_migration EXECUTE FUNCTION mine()`);
		expect((await migrate()).refused).toMatch(/function (?:public\.)?mine\(\)/);
	});

	it('[lesser-role] find PostgreSQL’s own functions and operators, even where public has ones that fit better', async () => {
		const { asAdmin, migrate } = await world();
		// A superuser's are not refused: they might be an extension's. Each would end the migration.
		await asAdmin(`CREATE FUNCTION public.raise() RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE 'planted'; END $$;
			CREATE FUNCTION public.scopes(text[], text[]) RETURNS bool LANGUAGE sql RETURN public.raise();
			CREATE OPERATOR public.<@ (LEFTARG = text[], RIGHTARG = text[], FUNCTION = public.scopes);
			CREATE FUNCTION public.same(oid, regnamespace) RETURNS bool LANGUAGE sql RETURN public.raise();
			CREATE OPERATOR public.= (LEFTARG = oid, RIGHTARG = regnamespace, FUNCTION = public.same);
			CREATE FUNCTION public.format(text, name) RETURNS text LANGUAGE sql RETURN public.raise()`);
		expect(await migrate()).toEqual({ ok: '' });
		expect(await migrate()).toEqual({ ok: '' });
		const foreign = await asAdmin(`SELECT pg_describe_object(classid, objid, objsubid) AS what FROM pg_depend
			WHERE classid = 'pg_constraint'::regclass AND refclassid IN ('pg_operator'::regclass, 'pg_proc'::regclass)`);
		expect(foreign).toEqual([]);
	});

	it('[lesser-role] may be a superuser’s, over tables that another role owns', async () => {
		const { migrateAs, migrate, startServing, url } = await world();
		await migrate();
		expect(await migrateAs(url)).toEqual({ ok: '' });
		expect(await startServing()).toBe('started');
	});

	it('[lesser-role] do not wait in the dark for the migration lock: whoever holds it is named', async () => {
		const { asAdmin, two, migrate } = await world();
		await migrate();
		const holder = new pg.Client({ connectionString: two.serving });
		holder.on('error', () => {});
		await holder.connect();
		await holder.query('SELECT pg_advisory_lock(7272001)');
		const [backend] = (await holder.query('SELECT pg_backend_pid() AS pid')).rows;
		expect((await migrate(300)).refused).toContain(
			`Another process holds the migration lock: the role ${two.roles.serving}, PostgreSQL’s process ${backend.pid}.`,
		);
		await asAdmin(`SELECT pg_terminate_backend(${backend.pid})`);
		await holder.end().catch(() => {});
		expect(await migrate(10_000)).toEqual({ ok: '' });
	});
});

type Names = World['names'];

const MIGHTY: [what: string, sql: (names: Names) => string, said: RegExp][] = [
	['is a superuser', ({ serving }) => `ALTER ROLE ${serving} SUPERUSER`, /It has SUPERUSER/],
	['may make roles', ({ serving }) => `ALTER ROLE ${serving} CREATEROLE`, /It has CREATEROLE/],
	['may replicate', ({ serving }) => `ALTER ROLE ${serving} REPLICATION`, /It has REPLICATION/],
	['passes by row security', ({ serving }) => `ALTER ROLE ${serving} BYPASSRLS`, /It has BYPASSRLS/],
	[
		'may become a role that may make roles',
		({ serving, group }) => `ALTER ROLE ${group} CREATEROLE; GRANT ${group} TO ${serving}`,
		/group .* has CREATEROLE/,
	],
	['reaches the server’s files', ({ serving }) => `GRANT pg_write_server_files TO ${serving}`, /the server’s files/],
	[
		'owns the database',
		({ serving, database }) => `ALTER DATABASE ${database} OWNER TO ${serving}`,
		/It owns database/,
	],
	['owns the schema', ({ serving }) => `ALTER SCHEMA public OWNER TO ${serving}`, /It owns schema public/],
	['is a member of the owner', ({ serving, owner }) => `GRANT ${owner} TO ${serving}`, /It owns .*database/],
	[
		'is a member of the owner, not inheriting',
		({ serving, owner }) => `ALTER ROLE ${serving} NOINHERIT; GRANT ${owner} TO ${serving}`,
		/It owns .*database/,
	],
	['owns what a trigger runs', ({ serving }) => `ALTER FUNCTION audit_refuse() OWNER TO ${serving}`, /audit_refuse/],
	[
		'has rights by a group',
		({ serving, group }) => `GRANT ALL ON ALL TABLES IN SCHEMA public TO ${group}; GRANT ${group} TO ${serving}`,
		/It may [A-Z]+ account.*REVOKE ALL ON .*public\."audit_entry".* FROM PUBLIC, /,
	],
	[
		'has rights by a group that it does not inherit from',
		({ serving, group }) =>
			`ALTER ROLE ${serving} NOINHERIT; GRANT UPDATE ON audit_entry TO ${group}; GRANT ${group} TO ${serving}`,
		/It may UPDATE audit_entry\./,
	],
	[
		'may change one column by a group',
		({ serving, group }) => `GRANT UPDATE (entry) ON audit_entry TO ${group}; GRANT ${group} TO ${serving}`,
		/It may UPDATE audit_entry\./,
	],
	['writes everywhere', ({ serving }) => `GRANT pg_write_all_data TO ${serving}`, /UPDATE audit_entry/],
	['may add triggers, as everybody', () => 'GRANT TRIGGER ON tenant TO PUBLIC', /It may TRIGGER tenant\./],
	[
		'may create in public by a group',
		({ serving, group }) => `GRANT CREATE ON SCHEMA public TO ${group}; GRANT ${group} TO ${serving}`,
		/create in SCHEMA public.*REVOKE CREATE ON SCHEMA public FROM PUBLIC, /,
	],
	[
		'may create in another schema',
		({ serving }) => `CREATE SCHEMA other; GRANT CREATE ON SCHEMA other TO ${serving}`,
		/create in SCHEMA other/,
	],
];

describe.runIf(bin !== null)('a serving role that is no lesser one', { timeout: 60_000 }, () => {
	it.each(MIGHTY)('[lesser-role] neither a migration nor a start accepts one that %s', async (what, sql, said) => {
		const { asAdmin, migrate, startServing, names } = await world();
		expect(await migrate()).toEqual({ ok: '' });
		expect(await startServing()).toBe('started');
		await asAdmin(sql(names));
		expect(await startServing()).toMatch(said);
		// Who has lost the database or its schema is no owner any more, and says that.
		expect((await migrate()).refused).toMatch(/owns the (database|schema)/.test(what) ? /owner|It owns/ : said);
	});

	it.each([
		['CREATE on public', () => 'GRANT CREATE ON SCHEMA public TO PUBLIC'],
		['CREATE on the database', ({ serving, database }) => `GRANT CREATE ON DATABASE ${database} TO ${serving}`],
		['too much on a table', ({ serving }) => `GRANT ALL ON audit_entry TO ${serving} WITH GRANT OPTION`],
	] as [string, (names: Names) => string][])(
		'[lesser-role] a start refuses %s, and migrate takes it away',
		async (_what, sql) => {
			const { asAdmin, migrate, startServing, names } = await world();
			await migrate();
			await asAdmin(sql(names));
			expect(await startServing()).toMatch(/could do more than serve/);
			expect(await migrate()).toHaveProperty('ok');
			expect(await startServing()).toBe('started');
		},
	);

	it('[lesser-role] what the owner may not take away is said with the SQL that does, and after that it migrates', async () => {
		const { asAdmin, migrate, startServing } = await world();
		// As a database of PostgreSQL 14 or earlier comes here.
		await asAdmin('ALTER SCHEMA public OWNER TO postgres; GRANT CREATE ON SCHEMA public TO PUBLIC');
		const { refused } = await migrate();
		expect(refused).toMatch(/It may create in SCHEMA public/);
		expect(await asAdmin("SELECT to_regclass('public.tenant') AS made")).toEqual([{ made: null }]);
		await asAdmin(/or as a superuser: (.*;) Give/.exec(refused ?? '')?.[1] ?? 'no SQL');
		expect(await migrate()).toHaveProperty('ok');
		expect(await startServing()).toBe('started');
	});

	it('[lesser-role] one role for both starts, and its log says what then guards the audit log', async () => {
		const { migrate, startAsOwner, startServing, said } = await world();
		await migrate();
		expect(await startServing()).toBe('started');
		expect(said).toEqual([]);
		expect(await startAsOwner()).toBe('started');
		expect(said).toEqual([expect.stringMatching(/only their triggers and the chain guard the audit log/)]);
	});
});
