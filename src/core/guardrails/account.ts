const MOST = 100;

/**
 * Whose quota at the provider something counts against. The provider counts by account, so two PATs of one login share.
 * Without a known login it is the tenant's, whose ADMIN could otherwise have a fresh one by setting the credential anew.
 * The write budget has the same rule in SQL (`src/adapters/store/write-slots.ts`), where the credential is read under lock.
 */
export function accountOf(of: {
	readonly provider: string;
	readonly login: string | null;
	readonly tenantId: string;
}): string {
	if (of.login === null) return `tenant:${of.tenantId}:${of.provider}`;
	const lower = of.login.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
	return `${of.provider}:${[...lower].slice(0, MOST).join('')}`;
}
