import type { Role } from '#core/access/roles';
import { err, ok, type Result } from '#core/result';
import type { Person } from '#gateway/ports/caller';
import type { Clock } from '#gateway/ports/clock';
import type {
	FoundInvitation,
	InvitationInfo,
	LetIn,
	Link,
	MemberChange,
	MemberState,
	Newcomer,
	PeopleStore,
} from '#gateway/ports/people';
import { insertAccount } from './account.ts';
import type { Appender } from './audit-append.ts';
import type { Query } from './database.ts';
import { insertMember, lockAsAdmin, lockTenant, roleOf } from './membership.ts';
import { insertTenant } from './tenancy.ts';

type InvitationStore = Pick<PeopleStore, 'letIn' | 'openTenant' | 'invitationByHash' | 'acceptInvitation'>;

interface Done {
	readonly letIn: LetIn;
	readonly action: string;
	readonly change: MemberChange;
}

/** Who is let into a tenant: at once, or by a link that is used once. */
export function createInvitationStore(
	query: Query,
	appender: Appender,
	clock: Clock,
	random: (bytes: number) => Uint8Array,
): InvitationStore {
	return {
		letIn: ({ tenantId, by, newcomer, link, entry }) =>
			appender.changing(async ({ query: inside }, append) => {
				if (!(await lockAsAdmin(inside, tenantId, by))) return err('role_required');
				const done = await letIn(inside, { tenantId, newcomer, link, by, byPlatform: false, now: clock.now() });
				if (!done.ok) return done;
				await append(tenantId, entry(done.value.action, done.value.change));
				return ok(done.value.letIn);
			}),

		openTenant: ({ tenant, by, admin, link, created, entry }) =>
			appender.changing(async ({ query: inside }, append) => {
				const now = clock.now();
				const isNew = await insertTenant(inside, tenant);
				const tenantId = isNew ? tenant.id : await lockDeserted(inside, tenant.slug, now);
				if (tenantId === null) return err('slug_taken');
				const done = await letIn(inside, { tenantId, newcomer: admin, link, by, byPlatform: true, now });
				if (!done.ok) throw new Error('a tenant without members has one');
				if (isNew) await append('platform', created(tenant));
				await append(tenantId, entry(done.value.action, done.value.change));
				return ok(done.value.letIn);
			}),

		invitationByHash: async (secretHash) => {
			const [row] = await query<InvitationRow>(`${INVITATION} WHERE ${HOLDS} AND i.secret_hash = $2`, [
				clock.now(),
				secretHash,
			]);
			return row === undefined ? null : invitationOf(row);
		},

		acceptInvitation: ({ tenantId, secretHash, who, entry }) =>
			appender.changing(async ({ query: inside }, append) => {
				const now = clock.now();
				// First, as everybody does who changes a tenant's people; so two uses of one link come one after the other.
				await lockTenant(inside, tenantId);
				const [row] = await inside<InvitationRow>(
					`${INVITATION} WHERE ${HOLDS} AND i.secret_hash = $2 AND i.tenant_id = $3`,
					[now, secretHash, tenantId],
				);
				if (row === undefined) return err('gone');
				const { id, role, email, account } = invitationOf(row);
				if ('account' in who) {
					if (account?.id !== who.account.id) return err('gone');
				} else {
					const rows = { ...who.make, email };
					// Waits for another tenant's link that is making an account of this address right now.
					if (!(await insertAccount(inside, rows))) return err('account_appeared');
					if (!row.by_platform) {
						await inside('INSERT INTO account_origin (user_id, tenant_id) VALUES ($1, $2)', [rows.userId, tenantId]);
					}
				}
				const person = 'account' in who ? who.account : { id: who.make.userId, name: who.make.name, email };
				// The row of the invitation goes with it: from here on its link is as unknown as any other.
				await insertMember(inside, { id, tenantId, userId: person.id, role, since: now });
				const salt = await directorySalt(inside, person, random);
				await append(tenantId, entry(person, salt, { invitation: id, role }));
				return ok({ email });
			}),
	};
}

/**
 * The tenant that nobody has entered and nobody can any more, since the link of its first ADMIN holds no more: only a platform
 * admin can hand out another. Null when the tenant is anybody's. Its dead link goes.
 */
async function lockDeserted(query: Query, slug: string, now: Date): Promise<string | null> {
	const [tenant] = await query<{ id: string }>('SELECT id FROM tenant WHERE slug = $1 FOR NO KEY UPDATE', [slug]);
	if (tenant === undefined) return null;
	const somebody = await query(
		`SELECT 1 FROM membership WHERE tenant_id = $2
		UNION ALL SELECT 1 FROM invitation i WHERE ${HOLDS} AND i.tenant_id = $2 LIMIT 1`,
		[now, tenant.id],
	);
	if (somebody.length > 0) return null;
	await query('DELETE FROM invitation WHERE tenant_id = $1', [tenant.id]);
	return tenant.id;
}

/**
 * Under the tenant's lock. An account counts as the person when the platform made it. One that a tenant's link made does
 * not, not even in that tenant: an ADMIN who has been removed since may have used the link.
 */
async function letIn(
	query: Query,
	input: { tenantId: string; newcomer: Newcomer; link: Link; by: string; byPlatform: boolean; now: Date },
): Promise<Result<Done, 'already_member'>> {
	const { tenantId, newcomer, link, by, byPlatform, now } = input;
	const { email, name, role } = newcomer;
	const [old] = await query<{ id: string; role: Role }>(
		'SELECT id, role FROM invitation WHERE tenant_id = $1 AND email = $2',
		[tenantId, email],
	);
	const id = old?.id ?? newcomer.id;
	const [account] = await query<{ id: string; platforms: boolean }>(
		`SELECT u.id, o.user_id IS NULL AS platforms FROM "user" u LEFT JOIN account_origin o ON o.user_id = u.id
		WHERE u.email = $1`,
		[email],
	);
	if (account !== undefined && (await roleOf(query, tenantId, account.id)) !== null) return err('already_member');
	if (account?.platforms === true) {
		await insertMember(query, { id, tenantId, userId: account.id, role, since: now });
		const change = { old: null, new: { userId: account.id, role } };
		return ok({ letIn: { kind: 'added', id }, action: 'access.member.set', change });
	}
	await query(
		`INSERT INTO invitation (id, tenant_id, email, name, role, secret_hash, by_platform, invited_by, since, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (tenant_id, email) DO UPDATE SET name = excluded.name, role = excluded.role,
			secret_hash = excluded.secret_hash, by_platform = excluded.by_platform, invited_by = excluded.invited_by,
			expires_at = excluded.expires_at`,
		[id, tenantId, email, name, role, link.secretHash, byPlatform, by, now, link.expiresAt],
	);
	const state: MemberState = { invitation: id, role, expiresAt: link.expiresAt.toISOString() };
	const before = old === undefined ? null : { invitation: id, role: old.role };
	return ok({ letIn: { kind: 'invited', id }, action: 'member.invited', change: { old: before, new: state } });
}

const INVITATION = `SELECT i.id, i.email, i.name, i.role, i.since, i.expires_at AS "expiresAt", i.by_platform,
	t.id AS t_id, t.slug AS t_slug, t.name AS t_name, u.id AS u_id, u.name AS u_name
	FROM invitation i JOIN tenant t ON t.id = i.tenant_id LEFT JOIN "user" u ON u.email = i.email`;

/**
 * Of an invitation `i`, now being $1: it has not run out, and whoever made its link could make it again. Members of the
 * tenant change under its lock, so that under that lock the answer stays true.
 */
const HOLDS = `i.expires_at > $1 AND (i.invited_by IS NULL OR CASE WHEN i.by_platform
	THEN EXISTS (SELECT 1 FROM platform_admin p WHERE p.user_id = i.invited_by)
	ELSE EXISTS (SELECT 1 FROM membership m
		WHERE m.tenant_id = i.tenant_id AND m.user_id = i.invited_by AND m.role = 'ADMIN') END)`;

interface InvitationRow extends InvitationInfo, Record<string, unknown> {
	readonly by_platform: boolean;
	readonly t_id: string;
	readonly t_slug: string;
	readonly t_name: string;
	readonly u_id: string | null;
	readonly u_name: string | null;
}

function invitationOf(row: InvitationRow): FoundInvitation {
	const { id, email, name, role, since, expiresAt } = row;
	return {
		...{ id, email, name, role, since, expiresAt },
		tenant: { id: row.t_id, slug: row.t_slug, name: row.t_name },
		account: row.u_id === null ? null : { id: row.u_id, name: row.u_name ?? '', email },
	};
}

/** In the transaction, so that a join that comes to nothing leaves no name behind in the directory. */
async function directorySalt(query: Query, person: Person, random: (bytes: number) => Uint8Array): Promise<Uint8Array> {
	const key = [person.id, person.name, person.email];
	await query('INSERT INTO directory (user_id, name, email, salt) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', [
		...key,
		random(16),
	]);
	const [row] = await query<{ salt: Uint8Array }>(
		'SELECT salt FROM directory WHERE user_id = $1 AND name = $2 AND email = $3',
		key,
	);
	if (row === undefined) throw new Error('a directory row vanished');
	return new Uint8Array(row.salt);
}
