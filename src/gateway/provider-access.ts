import { err, ok, type Result } from '#core/result';
import type { Deps } from './deps.ts';
import type { SealedCredential } from './ports/credentials.ts';
import type { Execution } from './ports/executions.ts';

/** What it takes to read as the tenant's present credential may. */
export interface Access {
	readonly provider: string;
	readonly credential: SealedCredential;
	/** The PAT itself: it goes to the provider and nowhere else. */
	readonly secret: string;
}

export type NoAccess = 'provider_not_configured' | 'credential_missing' | 'credential_unreadable';

/** Opens the tenant's present credential for the provider of an execution, or says what is missing. */
export async function accessFor(
	deps: Deps,
	{ tenantId, provider }: Pick<Execution, 'tenantId' | 'provider'>,
): Promise<Result<Access, NoAccess>> {
	if (!deps.upstream.configured(provider)) return err('provider_not_configured');
	const credential = await deps.store.credential(tenantId, provider);
	if (credential === null) return err('credential_missing');
	const secret = await deps.vault.open(credential.sealed, { tenantId, provider, credentialId: credential.id });
	return secret.ok ? ok({ provider, credential, secret: secret.value }) : err('credential_unreadable');
}
