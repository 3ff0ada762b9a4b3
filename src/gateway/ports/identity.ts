import type { Role, Scope } from '#core/access/roles';
import type { EntryDraft } from '#core/audit/entry';
import type { AuditPosition } from './audit.ts';
import type { Person, Tenant } from './caller.ts';

export interface TokenInfo {
	readonly id: string;
	readonly name: string;
	readonly scopes: readonly Scope[];
	readonly ownerId: string;
	readonly owner: string;
	readonly createdAt: Date;
	readonly expiresAt: Date;
	readonly lastUsedAt: Date | null;
}

export interface IdentityStore {
	tenantBySlug(slug: string): Promise<Tenant | null>;
	/** Tenant and membership in one look-up; null when either is not there. */
	memberBySlug(slug: string, userId: string): Promise<{ tenant: Tenant; memberId: string; role: Role } | null>;
	tenant(id: string): Promise<Tenant | null>;
	/** The person's membership in the tenant, read now. */
	membership(tenantId: string, userId: string): Promise<{ memberId: string; role: Role } | null>;
	memberships(userId: string): Promise<{ tenant: Tenant; memberId: string; role: Role }[]>;
	/** The audit directory's row for this person as named now; made when missing. Gives the salt of `actor.commit`. */
	directorySalt(person: Person): Promise<Uint8Array>;
	/** The names that the directory last had for these people; one that was erased is absent. */
	directoryNames(userIds: readonly string[]): Promise<Record<string, string>>;
	createToken(input: { tenantId: string; token: TokenInfo; hash: string; entry: EntryDraft }): Promise<AuditPosition>;
	/** Live tokens of the tenant (of one owner), newest first. */
	tokens(tenantId: string, ownerId?: string): Promise<TokenInfo[]>;
	/** False when there is none to revoke (for this owner). */
	revokeToken(input: { tenantId: string; tokenId: string; ownerId?: string; entry: EntryDraft }): Promise<boolean>;
	/** The live token with this hash, its owner, and `lastUsedAt` noted (at most once a minute). */
	tokenByHash(hash: string, now: Date): Promise<{ token: TokenInfo; tenantId: string; person: Person } | null>;
}
