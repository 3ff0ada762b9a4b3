import type { Role } from '#core/access/roles';
import type { Tenant } from '#gateway/ports/caller';
import type { Clock } from '#gateway/ports/clock';
import type { IdentityStore } from '#gateway/ports/identity';
import type { Appender } from './audit-append.ts';
import type { Query } from './database.ts';
import { isUuid } from './rows.ts';
import { createTokenStore } from './token-store.ts';

type TenantRow = Tenant & Record<string, unknown>;

/** Tenants, memberships, tokens, and the directory of names behind the audit logs. */
export function createIdentityStore(
	query: Query,
	appender: Appender,
	clock: Clock,
	random: (bytes: number) => Uint8Array,
): IdentityStore {
	const salt = async (person: { id: string; name: string; email: string }): Promise<Uint8Array | null> => {
		const [row] = await query<{ salt: Uint8Array }>(
			'SELECT salt FROM directory WHERE user_id = $1 AND name = $2 AND email = $3',
			[person.id, person.name, person.email],
			'salt',
		);
		return row === undefined ? null : new Uint8Array(row.salt);
	};

	return {
		...createTokenStore(query, appender, clock),
		tenantBySlug: async (slug) => {
			const [row] = await query<TenantRow>('SELECT id, slug, name FROM tenant WHERE slug = $1', [slug], 'slug');
			return row ?? null;
		},
		memberBySlug: async (slug, userId) => {
			const [row] = await query<TenantRow & { memberId: string; role: Role }>(
				`SELECT t.id, t.slug, t.name, m.id AS "memberId", m.role FROM tenant t JOIN membership m ON m.tenant_id = t.id
				WHERE t.slug = $1 AND m.user_id = $2`,
				[slug, userId],
				'member',
			);
			if (row === undefined) return null;
			const { id, name, memberId, role } = row;
			return { tenant: { id, slug, name }, memberId, role };
		},
		tenant: async (id) => {
			if (!isUuid(id)) return null;
			const [row] = await query<TenantRow>('SELECT id, slug, name FROM tenant WHERE id = $1', [id], 'tenant');
			return row ?? null;
		},
		membership: async (tenantId, userId) => {
			const [row] = await query<{ memberId: string; role: Role }>(
				'SELECT id AS "memberId", role FROM membership WHERE tenant_id = $1 AND user_id = $2',
				[tenantId, userId],
				'membership',
			);
			return row ?? null;
		},
		memberships: async (userId) => {
			const rows = await query<TenantRow & { memberId: string; role: Role }>(
				`SELECT t.id, t.slug, t.name, m.id AS "memberId", m.role FROM membership m JOIN tenant t ON t.id = m.tenant_id
				WHERE m.user_id = $1 ORDER BY t.slug`,
				[userId],
			);
			return rows.map(({ id, slug, name, memberId, role }) => ({ tenant: { id, slug, name }, memberId, role }));
		},
		directoryNames: async (userIds) => {
			const rows = await query<{ user_id: string; name: string }>(
				`SELECT d.user_id, coalesce(u.name, min(d.name)) AS name FROM directory d LEFT JOIN "user" u ON u.id = d.user_id
				WHERE d.user_id = ANY ($1::text[]) GROUP BY d.user_id, u.name`,
				[[...userIds]],
			);
			return Object.fromEntries(rows.map(({ user_id, name }) => [user_id, name]));
		},
		directorySalt: async (person) => {
			const known = await salt(person);
			if (known !== null) return known;
			await query('INSERT INTO directory (user_id, name, email, salt) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', [
				person.id,
				person.name,
				person.email,
				random(16),
			]);
			// Read again: of two first meetings at once, the salt that stands is the one to commit with.
			const kept = await salt(person);
			if (kept === null) throw new Error('a directory row vanished');
			return kept;
		},
	};
}
