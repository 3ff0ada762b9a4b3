import type { Role } from '#core/access/roles';
import { err, ok } from '#core/result';
import type { Clock } from '#gateway/ports/clock';
import type { InvitationInfo, MemberInfo, PeopleStore } from '#gateway/ports/people';
import type { Appender } from './audit-append.ts';
import type { Query } from './database.ts';
import { hasOneAdmin, lockAsAdmin, revokeTokens } from './membership.ts';
import { isUuid } from './rows.ts';

type MemberStore = Pick<PeopleStore, 'members' | 'setMemberRole' | 'removeMember'>;

interface Found extends Record<string, unknown> {
	readonly user_id: string;
	readonly role: Role;
}

/** Members of a tenant and those who have been asked in: an id names one or the other. */
export function createMemberStore(query: Query, appender: Appender, clock: Clock): MemberStore {
	return {
		members: async (tenantId) => {
			const members = await query<MemberInfo & Record<string, unknown>>(
				`SELECT m.id, m.user_id AS "userId", u.email, u.name, m.role, m.since
				FROM membership m JOIN "user" u ON u.id = m.user_id WHERE m.tenant_id = $1 ORDER BY m.since, m.id`,
				[tenantId],
			);
			const invited = await query<InvitationInfo & Record<string, unknown>>(
				`SELECT id, email, name, role, since, expires_at AS "expiresAt" FROM invitation WHERE tenant_id = $1
				ORDER BY since, id`,
				[tenantId],
			);
			return { members, invited };
		},

		setMemberRole: ({ tenantId, by, id, role, entry }) =>
			appender.changing(async ({ query: inside }, append) => {
				if (!(await lockAsAdmin(inside, tenantId, by))) return err('role_required');
				const member = await memberOf(inside, tenantId, id);
				if (member !== null) {
					if (member.role === role) return ok(null);
					if (member.role === 'ADMIN' && (await hasOneAdmin(inside, tenantId))) return err('last_admin');
					await inside('UPDATE membership SET role = $2 WHERE id = $1', [id, role]);
					const { user_id: userId, role: old } = member;
					const ended = old === 'ADMIN' ? await endLinks(inside, tenantId, userId) : [];
					await append(tenantId, entry('access.member.set', { old: { userId, role: old }, new: { userId, role } }));
					for (const link of ended) await append(tenantId, entry('invitation.withdrawn', { old: link, new: null }));
					return ok(null);
				}
				const invited = await invitedAs(inside, tenantId, id);
				if (invited === null) return err('not_found');
				if (invited === role) return ok(null);
				await inside('UPDATE invitation SET role = $2 WHERE id = $1', [id, role]);
				const [old, now] = [
					{ invitation: id, role: invited },
					{ invitation: id, role },
				];
				await append(tenantId, entry('invitation.set', { old, new: now }));
				return ok(null);
			}),

		removeMember: ({ tenantId, by, id, entry }) =>
			appender.changing(async ({ query: inside }, append) => {
				if (!(await lockAsAdmin(inside, tenantId, by))) return err('role_required');
				const member = await memberOf(inside, tenantId, id);
				if (member !== null) {
					if (member.role === 'ADMIN' && (await hasOneAdmin(inside, tenantId))) return err('last_admin');
					const { user_id: userId, role } = member;
					await inside('DELETE FROM membership WHERE id = $1', [id]);
					const tokens = await revokeTokens(inside, { tenantId, userId, at: clock.now() });
					const ended = role === 'ADMIN' ? await endLinks(inside, tenantId, userId) : [];
					await append(tenantId, entry('access.member.removed', { old: { userId, role }, new: null, tokens }));
					for (const link of ended) await append(tenantId, entry('invitation.withdrawn', { old: link, new: null }));
					return ok(null);
				}
				const invited = await invitedAs(inside, tenantId, id);
				if (invited === null) return err('not_found');
				await inside('DELETE FROM invitation WHERE id = $1', [id]);
				await append(tenantId, entry('invitation.withdrawn', { old: { invitation: id, role: invited }, new: null }));
				return ok(null);
			}),
	};
}

/**
 * Withdraws the open links of one who is ADMIN no more: they know the secrets, and could come back by one. So could be said
 * of a link that an earlier version made, which did not note by whom.
 */
function endLinks(query: Query, tenantId: string, userId: string): Promise<{ invitation: string; role: Role }[]> {
	return query<{ invitation: string; role: Role }>(
		`DELETE FROM invitation WHERE tenant_id = $1 AND NOT by_platform AND (invited_by = $2 OR invited_by IS NULL)
		RETURNING id AS invitation, role`,
		[tenantId, userId],
	);
}

async function memberOf(query: Query, tenantId: string, id: string): Promise<Found | null> {
	if (!isUuid(id)) return null;
	const [row] = await query<Found>('SELECT user_id, role FROM membership WHERE id = $1 AND tenant_id = $2 FOR UPDATE', [
		id,
		tenantId,
	]);
	return row ?? null;
}

async function invitedAs(query: Query, tenantId: string, id: string): Promise<Role | null> {
	if (!isUuid(id)) return null;
	const [row] = await query<{ role: Role }>('SELECT role FROM invitation WHERE id = $1 AND tenant_id = $2 FOR UPDATE', [
		id,
		tenantId,
	]);
	return row?.role ?? null;
}
