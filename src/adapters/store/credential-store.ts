import type { SettingsStore } from '#gateway/ports/settings';
import type { Appender } from './audit-append.ts';
import type { Query } from './database.ts';
import { CREDENTIAL_COLUMNS, type CredentialRow, credentialInfoOf, credentialOf } from './rows.ts';

type CredentialStore = Pick<
	SettingsStore,
	'credential' | 'credentials' | 'putCredential' | 'deleteCredential' | 'noteCredentialTest'
>;

const OF_PROVIDER = `SELECT ${CREDENTIAL_COLUMNS} FROM credential c WHERE c.tenant_id = $1 AND c.provider = $2`;

/** The sealed credentials: one per tenant and provider. */
export function createCredentialStore(query: Query, appender: Appender): CredentialStore {
	return {
		credential: async (tenantId, provider) => {
			const [row] = await query<CredentialRow>(OF_PROVIDER, [tenantId, provider], 'credential');
			return row === undefined ? null : credentialOf(row);
		},
		credentials: async (tenantId) => {
			const text = `SELECT ${CREDENTIAL_COLUMNS} FROM credential c WHERE c.tenant_id = $1 ORDER BY c.provider`;
			return (await query<CredentialRow>(text, [tenantId])).map(credentialInfoOf);
		},
		putCredential: ({ tenantId, credential, onlyIfNone, entry }) =>
			appender.changing(async ({ query: inside }, append) => {
				// The tenant's row stands in for a credential that is not there yet, which cannot be locked.
				await inside('SELECT id FROM tenant WHERE id = $1 FOR NO KEY UPDATE', [tenantId]);
				const [old] = await inside<CredentialRow>(`${OF_PROVIDER} FOR UPDATE`, [tenantId, credential.provider]);
				if (onlyIfNone === true && old !== undefined) return null;
				await inside(
					`INSERT INTO credential (id, tenant_id, provider, kind, fingerprint, login, sealed, set_by, set_at, tested_at)
					VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
					ON CONFLICT (tenant_id, provider) DO UPDATE SET id = excluded.id, kind = excluded.kind,
						fingerprint = excluded.fingerprint, login = excluded.login, sealed = excluded.sealed,
						set_by = excluded.set_by, set_at = excluded.set_at, tested_at = excluded.tested_at`,
					[
						credential.id,
						tenantId,
						credential.provider,
						credential.kind,
						credential.fingerprint,
						credential.login,
						credential.sealed,
						credential.setBy,
						credential.setAt,
						credential.testedAt,
					],
				);
				return append(tenantId, entry(old === undefined ? null : credentialInfoOf(old)));
			}),
		deleteCredential: ({ tenantId, provider, entry }) =>
			appender.changing(async ({ query: inside }, append) => {
				const [old] = await inside<CredentialRow>(`${OF_PROVIDER} FOR UPDATE`, [tenantId, provider]);
				if (old === undefined) return null;
				await inside('DELETE FROM credential WHERE tenant_id = $1 AND id = $2', [tenantId, old.c_id]);
				return append(tenantId, entry(credentialInfoOf(old)));
			}),
		noteCredentialTest: async ({ tenantId, credentialId, login, at }) => {
			// By id: a test of a credential that was replaced meanwhile says nothing about the new one.
			await query('UPDATE credential SET login = $3, tested_at = $4 WHERE tenant_id = $1 AND id = $2', [
				tenantId,
				credentialId,
				login,
				at,
			]);
		},
	};
}
