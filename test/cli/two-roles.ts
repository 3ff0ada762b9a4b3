import pg from 'pg';

const PASSWORD = "p@ss:w/o'rd%";

export interface TwoRoles {
	readonly roles: { readonly owner: string; readonly serving: string };
	/** Connection strings of the same database. */
	readonly owner: string;
	readonly serving: string;
	query(role: string, sql: string): Promise<Record<string, unknown>[]>;
}

/**
 * Makes an owner of the database and a role that serves. Both names need quoting in SQL and escaping in an address, as does
 * their password: whoever names roles does not ask us.
 */
export async function twoRoles(databaseUrl: string): Promise<TwoRoles> {
	const url = new URL(databaseUrl);
	const tag = url.pathname.slice(-6);
	const roles = { owner: `the "owner" ${tag}`, serving: `serving@role /é% ${tag}` };
	const admin = new pg.Client({ connectionString: databaseUrl });
	await admin.connect();
	for (const role of Object.values(roles)) {
		await admin.query(`CREATE ROLE ${pg.escapeIdentifier(role)} LOGIN PASSWORD ${pg.escapeLiteral(PASSWORD)}`);
	}
	await admin.query(`ALTER DATABASE "${url.pathname.slice(1)}" OWNER TO ${pg.escapeIdentifier(roles.owner)}`);
	await admin.end();
	const as = (role: string): string => {
		const own = new URL(url);
		own.username = encodeURIComponent(role);
		own.password = encodeURIComponent(PASSWORD);
		return own.href;
	};
	return {
		roles,
		owner: as(roles.owner),
		serving: as(roles.serving),
		query: async (role, sql) => {
			const client = new pg.Client({ connectionString: as(role) });
			await client.connect();
			try {
				return (await client.query(sql)).rows;
			} finally {
				await client.end();
			}
		},
	};
}
