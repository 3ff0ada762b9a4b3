import type { EntryDraft } from '#core/audit/entry';
import type { SealedCredential } from '#gateway/ports/credentials';
import type { Appender } from './audit-append.ts';
import type { Query } from './database.ts';
import { CREDENTIAL_COLUMNS, type CredentialRow, credentialOf } from './rows.ts';

/** A sealed credential, and whose it is. */
export interface TenantCredential extends SealedCredential {
	readonly tenantId: string;
	readonly slug: string;
}

/** What turning keys needs: every sealed value of every tenant. */
export interface KeyStore {
	/** In the order of ids, `limit` at a time; `after` is the last one's id, exclusive. */
	sealedCredentials(after: string | null, limit: number): Promise<TenantCredential[]>;
	/**
	 * Puts another sealing of the same secret in the place of `was`, with its row in the tenant's log. False when `was` is
	 * not what stands there any more (replaced or deleted meanwhile): nothing was changed, no row was written.
	 */
	reseal(input: { was: TenantCredential; sealed: string; fingerprint: string; entry: EntryDraft }): Promise<boolean>;
}

const NO_ID = '00000000-0000-0000-0000-000000000000';

export function createKeyStore(query: Query, appender: Appender): KeyStore {
	return {
		sealedCredentials: async (after, limit) => {
			const rows = await query<CredentialRow & { tenant_id: string; slug: string }>(
				`SELECT ${CREDENTIAL_COLUMNS}, c.tenant_id, t.slug FROM credential c JOIN tenant t ON t.id = c.tenant_id
				WHERE c.id > $1::uuid ORDER BY c.id LIMIT $2`,
				[after ?? NO_ID, limit],
			);
			return rows.map((row) => ({ ...credentialOf(row), tenantId: row.tenant_id, slug: row.slug }));
		},
		reseal: ({ was, sealed, fingerprint, entry }) =>
			appender.changing(async ({ query: inside }, append) => {
				// Fenced by the sealed text itself: each sealing is unique, so nobody's newer secret can be overwritten. An ADMIN
				// who is replacing it right now holds the row, and then this finds another text.
				const changed = await inside(
					`UPDATE credential SET sealed = $4, fingerprint = $5 WHERE tenant_id = $1 AND id = $2 AND sealed = $3 RETURNING id`,
					[was.tenantId, was.id, was.sealed, sealed, fingerprint],
				);
				if (changed.length === 0) return false;
				await append(was.tenantId, entry);
				return true;
			}),
	};
}
