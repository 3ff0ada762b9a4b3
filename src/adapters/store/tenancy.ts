import type { Role } from '#core/access/roles';
import type { Actor, EntryDraft } from '#core/audit/entry';
import type { JsonObject } from '#core/canonical-json';
import { err, ok, type Result } from '#core/result';
import type { AuditPosition } from '#gateway/ports/audit';
import type { Tenant } from '#gateway/ports/caller';
import type { Clock } from '#gateway/ports/clock';
import type { Appender } from './audit-append.ts';
import type { Query } from './database.ts';
import { hasOneAdmin, insertMember, lockTenant, roleOf } from './membership.ts';

/** Who does it, for the row: a person, or the system when the portal seeds itself (then without a request). */
export interface Doer {
	readonly actor: Actor;
	readonly requestId?: string;
}

export interface TenancyStore {
	/** Makes the tenant with its rows in the kill-switch matrix, each at its flag's default. Row: `tenant.created`, platform log. */
	createTenant(tenant: Tenant, by: Doer): Promise<Result<AuditPosition, 'slug_taken'>>;
	/** Gives a person this role here; null when that is so already. Row: `access.member.set`, in the tenant's log. */
	addMember(
		member: { id: string; tenantId: string; userId: string; role: Role },
		by: Doer,
	): Promise<Result<AuditPosition | null, 'last_admin'>>;
	/** Null when the person is one already. Row: `access.platform-admin.set`, platform log. */
	setPlatformAdmin(userId: string, by: Doer): Promise<AuditPosition | null>;
}

/** The defaults of contracts §1: a tenant starts where the global row does, so both must be turned on for the second. */
const FLAG_DEFAULTS = { 'mcp.gateway': true, 'mcp.execute-tokens': false } as const;

/** What may exist above and inside tenants, each change with its audit row in the same transaction. */
export function createTenancyStore(appender: Appender, clock: Clock): TenancyStore {
	return {
		createTenant: (tenant, by) =>
			appender.changing(async ({ query }, append) => {
				if (!(await insertTenant(query, tenant))) return err('slug_taken');
				return ok(await append('platform', changed('tenant.created', by, null, { id: tenant.id, slug: tenant.slug })));
			}),
		addMember: ({ id, tenantId, userId, role }, by) =>
			appender.changing(async ({ query }, append) => {
				// One at a time per tenant: two admins who demote each other at once must not both succeed.
				await lockTenant(query, tenantId);
				const old = await roleOf(query, tenantId, userId);
				if (old === role) return ok(null);
				if (old === 'ADMIN' && (await hasOneAdmin(query, tenantId))) return err('last_admin');
				if (old === null) await insertMember(query, { id, tenantId, userId, role, since: clock.now() });
				else
					await query('UPDATE membership SET role = $3 WHERE tenant_id = $1 AND user_id = $2', [
						tenantId,
						userId,
						role,
					]);
				const before = old === null ? null : { userId, role: old };
				return ok(await append(tenantId, changed('access.member.set', by, before, { userId, role })));
			}),
		setPlatformAdmin: (userId, by) =>
			appender.changing(async ({ query }, append) => {
				const made = await query(
					'INSERT INTO platform_admin (user_id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING user_id',
					[userId],
				);
				if (made.length === 0) return null;
				return append('platform', changed('access.platform-admin.set', by, null, { userId }));
			}),
	};
}

/** A tenant with its rows in the kill-switch matrix. False when the slug is taken: then nothing was done. */
export async function insertTenant(query: Query, tenant: Tenant): Promise<boolean> {
	const made = await query(
		'INSERT INTO tenant (id, slug, name) VALUES ($1, $2, $3) ON CONFLICT (slug) DO NOTHING RETURNING id',
		[tenant.id, tenant.slug, tenant.name],
	);
	if (made.length === 0) return false;
	for (const [flag, enabled] of Object.entries(FLAG_DEFAULTS)) {
		await query('INSERT INTO flag_setting (flag, tenant_id, enabled) VALUES ($1, $2, $3)', [flag, tenant.id, enabled]);
	}
	return true;
}

/** Ids only: a name or an address in the hashed bytes could never be erased. */
function changed(action: string, by: Doer, before: JsonObject | null, after: JsonObject): EntryDraft {
	return { action, ...by, ok: true, detail: { old: before, new: after } };
}
