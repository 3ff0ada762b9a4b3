import type { EntryDraft } from '#core/audit/entry';
import type { AuditPosition } from './audit.ts';
import type { CredentialInfo, SealedCredential } from './credentials.ts';

export interface SwitchInfo {
	readonly enabled: boolean;
	readonly by: string | null;
	readonly at: Date | null;
	readonly reason: string | null;
}

export type Flag = 'mcp.gateway' | 'mcp.execute-tokens';

/** As they were typed; compared without letter case. */
export interface AllowedTargets {
	readonly allow: readonly string[];
	readonly by: string | null;
	readonly at: Date | null;
}

export interface SettingsStore {
	flags(tenantId: string): Promise<{ flag: Flag; global: SwitchInfo; tenant: SwitchInfo }[]>;
	dispatch(tenantId: string): Promise<SwitchInfo>;
	/** Each setter changes the setting and appends `entry` in one transaction. Null tenant = global, on the platform log. */
	setFlag(input: {
		tenantId: string | null;
		flag: Flag;
		enabled: boolean;
		by: string;
		reason: string | null;
		entry: (old: boolean) => EntryDraft;
	}): Promise<AuditPosition>;
	setDispatch(input: {
		tenantId: string;
		enabled: boolean;
		by: string;
		reason: string | null;
		entry: (old: boolean) => EntryDraft;
	}): Promise<AuditPosition>;
	targets(tenantId: string): Promise<AllowedTargets>;
	/** Sets them and appends `entry` in one transaction. */
	setTargets(input: {
		tenantId: string;
		allow: readonly string[];
		by: string;
		entry: (old: readonly string[]) => EntryDraft;
	}): Promise<AuditPosition>;
	credential(tenantId: string, provider: string): Promise<SealedCredential | null>;
	credentials(tenantId: string): Promise<CredentialInfo[]>;
	/** Null when `onlyIfNone` is set and the tenant has one: nothing was changed. */
	putCredential(input: {
		tenantId: string;
		credential: SealedCredential;
		onlyIfNone?: boolean;
		entry: (old: CredentialInfo | null) => EntryDraft;
	}): Promise<AuditPosition | null>;
	/** Null when there was none. */
	deleteCredential(input: {
		tenantId: string;
		provider: string;
		entry: (old: CredentialInfo) => EntryDraft;
	}): Promise<AuditPosition | null>;
	noteCredentialTest(input: { tenantId: string; credentialId: string; login: string; at: Date }): Promise<void>;
}
