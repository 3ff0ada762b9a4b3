import type { Role } from '#core/access/roles';
import type { Query } from './database.ts';

/**
 * Waits for whoever is changing this tenant's people, and for reservations that are reading a role of it: all changes of
 * who is in a tenant, and as what, happen one after the other. Other locks are taken after this one.
 */
export async function lockTenant(query: Query, tenantId: string): Promise<void> {
	await query('SELECT id FROM tenant WHERE id = $1 FOR NO KEY UPDATE', [tenantId]);
}

/** As {@link lockTenant}; false when the person is no ADMIN (any more) of the tenant that is now locked. */
export async function lockAsAdmin(query: Query, tenantId: string, userId: string): Promise<boolean> {
	await lockTenant(query, tenantId);
	return (await roleOf(query, tenantId, userId)) === 'ADMIN';
}

export async function roleOf(query: Query, tenantId: string, userId: string): Promise<Role | null> {
	const [row] = await query<{ role: Role }>('SELECT role FROM membership WHERE tenant_id = $1 AND user_id = $2', [
		tenantId,
		userId,
	]);
	return row?.role ?? null;
}

/** Only under the tenant's lock does the answer hold. */
export async function hasOneAdmin(query: Query, tenantId: string): Promise<boolean> {
	const admins = await query("SELECT 1 FROM membership WHERE tenant_id = $1 AND role = 'ADMIN' LIMIT 2", [tenantId]);
	return admins.length === 1;
}

/**
 * A new member, under the tenant's lock. An invitation of the same address is settled by it. Tokens of an earlier time here
 * end, should any be left: one that was being minted while its owner was removed must not come alive again.
 */
export async function insertMember(
	query: Query,
	member: { id: string; tenantId: string; userId: string; role: Role; since: Date },
): Promise<void> {
	const { id, tenantId, userId, role, since } = member;
	await query('INSERT INTO membership (id, tenant_id, user_id, role, since) VALUES ($1, $2, $3, $4, $5)', [
		id,
		tenantId,
		userId,
		role,
		since,
	]);
	await query(
		'DELETE FROM invitation WHERE tenant_id = $1 AND email = (SELECT lower(email) FROM "user" WHERE id = $2)',
		[tenantId, userId],
	);
	await revokeTokens(query, { tenantId, userId, at: since });
}

/** How many live tokens of this person it has ended: in this tenant, or with null in all. */
export async function revokeTokens(
	query: Query,
	{ tenantId, userId, at }: { tenantId: string | null; userId: string; at: Date },
): Promise<number> {
	const revoked = await query<{ live: boolean }>(
		`UPDATE portal_token SET revoked_at = $3 WHERE ($1::uuid IS NULL OR tenant_id = $1) AND user_id = $2 AND revoked_at IS NULL
		RETURNING expires_at > $3::timestamptz AS live`,
		[tenantId, userId, at],
	);
	return revoked.filter(({ live }) => live).length;
}
