import type { Scope } from '#core/access/roles';
import type { Clock } from '#gateway/ports/clock';
import type { IdentityStore, TokenInfo } from '#gateway/ports/identity';
import type { Appender } from './audit-append.ts';
import type { Query } from './database.ts';
import { isUuid } from './rows.ts';

type TokenStore = Pick<IdentityStore, 'createToken' | 'tokens' | 'revokeToken' | 'tokenByHash'>;

interface TokenRow extends Record<string, unknown> {
	readonly id: string;
	readonly tenant_id: string;
	readonly user_id: string;
	readonly name: string;
	readonly scopes: Scope[];
	readonly created_at: Date;
	readonly expires_at: Date;
	readonly last_used_at: Date | null;
	readonly owner: string;
	readonly email: string;
}

const COLUMNS = `k.id, k.tenant_id, k.user_id, k.name, k.scopes, k.created_at, k.expires_at, k.last_used_at,
	u.name AS owner, u.email`;

function tokenOf(row: TokenRow): TokenInfo {
	return {
		id: row.id,
		name: row.name,
		scopes: row.scopes,
		ownerId: row.user_id,
		owner: row.owner,
		createdAt: row.created_at,
		expiresAt: row.expires_at,
		lastUsedAt: row.last_used_at,
	};
}

/** Reads the live token and notes its use in one statement; a busy token is written to once a minute, not per request. */
const BY_HASH = `
WITH found AS (
	SELECT ${COLUMNS} FROM portal_token k JOIN "user" u ON u.id = k.user_id
	WHERE k.hash = $1 AND k.revoked_at IS NULL AND k.expires_at > $2::timestamptz
), noted AS (
	UPDATE portal_token SET last_used_at = $2::timestamptz WHERE id IN (
		SELECT id FROM found WHERE last_used_at IS NULL OR last_used_at <= $2::timestamptz - interval '1 minute')
)
SELECT * FROM found`;

/** Portal tokens, by the hash of their secret. */
export function createTokenStore(query: Query, appender: Appender, clock: Clock): TokenStore {
	return {
		createToken: ({ tenantId, token, hash, entry }) =>
			appender.changing(async ({ query: inside }, append) => {
				await inside(
					`INSERT INTO portal_token (id, tenant_id, user_id, name, hash, scopes, created_at, expires_at)
					VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
					[token.id, tenantId, token.ownerId, token.name, hash, [...token.scopes], token.createdAt, token.expiresAt],
				);
				return append(tenantId, entry);
			}),
		tokens: async (tenantId, ownerId) => {
			const rows = await query<TokenRow>(
				`SELECT ${COLUMNS} FROM portal_token k JOIN "user" u ON u.id = k.user_id
				WHERE k.tenant_id = $1 AND ($2::text IS NULL OR k.user_id = $2) AND k.revoked_at IS NULL AND k.expires_at > $3
				ORDER BY k.created_at DESC, k.id DESC`,
				[tenantId, ownerId ?? null, clock.now()],
			);
			return rows.map(tokenOf);
		},
		revokeToken: ({ tenantId, tokenId, ownerId, entry }) =>
			appender.changing(async ({ query: inside }, append) => {
				if (!isUuid(tokenId)) return false;
				const revoked = await inside(
					`UPDATE portal_token SET revoked_at = $4 WHERE id = $1 AND tenant_id = $2
					AND ($3::text IS NULL OR user_id = $3) AND revoked_at IS NULL AND expires_at > $4::timestamptz RETURNING id`,
					[tokenId, tenantId, ownerId ?? null, clock.now()],
				);
				if (revoked.length === 0) return false;
				await append(tenantId, entry);
				return true;
			}),
		tokenByHash: async (hash, now) => {
			const [row] = await query<TokenRow>(BY_HASH, [hash, now], 'token');
			if (row === undefined) return null;
			const person = { id: row.user_id, name: row.owner, email: row.email };
			return { token: tokenOf(row), tenantId: row.tenant_id, person };
		},
	};
}
