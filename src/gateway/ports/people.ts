import type { Role } from '#core/access/roles';
import type { EntryDraft } from '#core/audit/entry';
import type { RefusalCode } from '#core/refusals';
import type { Result } from '#core/result';
import type { Person, Tenant } from './caller.ts';

/** A member of a tenant, as its readers see them. */
export interface MemberInfo {
	readonly id: string;
	readonly userId: string;
	readonly email: string;
	readonly name: string;
	readonly role: Role;
	readonly since: Date;
}

/** Somebody who has a link and has not used it; also one whose link has expired. */
export interface InvitationInfo {
	readonly id: string;
	readonly email: string;
	readonly name: string;
	readonly role: Role;
	readonly since: Date;
	readonly expiresAt: Date;
}

/** What a link is: nobody can read its secret here, only its hash. */
export interface Link {
	readonly secretHash: string;
	readonly expiresAt: Date;
}

/** Somebody to be let in. `id` is of the membership to be, unless the address was asked in before: then the old one stays. */
export interface Newcomer {
	readonly id: string;
	readonly email: string;
	readonly name: string;
	readonly role: Role;
}

/** What became of them: `added` has an account that the platform made, `invited` has to use the link. */
export type LetIn = { readonly kind: 'added' | 'invited'; readonly id: string };

/** A change of one person's place in a tenant, for its audit row: ids and roles only, since rows cannot be erased. */
export type MemberChange = {
	readonly old: MemberState | null;
	readonly new: MemberState | null;
	readonly tokens?: number;
};

export type MemberState =
	| { readonly userId: string; readonly role: Role }
	/** Of an invitation: there is no user yet. */
	| { readonly invitation: string; readonly role: Role; readonly expiresAt?: string };

/** Writes the row of a change; the store has found out which of the actions it was. */
export type MemberEntry = (action: string, change: MemberChange) => EntryDraft;

export interface FoundInvitation extends InvitationInfo {
	readonly tenant: Tenant;
	/** The account that has the address now; its owner has to prove the password. */
	readonly account: Person | null;
}

/** An account to be made with the membership: hash of its password, which takes too long to be made in a transaction. */
export interface NewAccount {
	readonly userId: string;
	readonly accountId: string;
	readonly name: string;
	readonly passwordHash: string;
}

/**
 * Each change of who belongs where, with its row in the same transaction. One at a time per tenant; `by` is the ADMIN whose
 * role is read again under the lock (`role_required`), so that one who has just been demoted changes nothing any more.
 */
export interface PeopleStore {
	members(tenantId: string): Promise<{ members: MemberInfo[]; invited: InvitationInfo[] }>;
	letIn(input: {
		tenantId: string;
		by: string;
		newcomer: Newcomer;
		link: Link;
		entry: MemberEntry;
	}): Promise<Result<LetIn, Extract<RefusalCode, 'role_required' | 'already_member'>>>;
	/**
	 * Also of an invitation. Without a row when that is the role already. Whoever ceases to be ADMIN loses the open links that
	 * they made here, a row each.
	 */
	setMemberRole(input: {
		tenantId: string;
		by: string;
		id: string;
		role: Role;
		entry: MemberEntry;
	}): Promise<Result<null, Extract<RefusalCode, 'role_required' | 'not_found' | 'last_admin'>>>;
	/** Also of an invitation. A member's tokens of this tenant are revoked with it, an ADMIN's open links too, a row each. */
	removeMember(input: {
		tenantId: string;
		by: string;
		id: string;
		entry: MemberEntry;
	}): Promise<Result<null, Extract<RefusalCode, 'role_required' | 'not_found' | 'last_admin'>>>;
	/**
	 * A tenant with its first ADMIN, made by the platform admin `by`. Rows: `tenant.created` in the platform log, the ADMIN's in the tenant's own. A slug whose
	 * tenant nobody has entered before its only link ended is not taken: that tenant gets the new ADMIN.
	 */
	openTenant(input: {
		tenant: Tenant;
		by: string;
		admin: Newcomer;
		link: Link;
		created: (tenant: Tenant) => EntryDraft;
		entry: MemberEntry;
	}): Promise<Result<LetIn, 'slug_taken'>>;
	/** The invitation whose link has this hash, unless it has expired or its maker may make none here any more. */
	invitationByHash(secretHash: string): Promise<FoundInvitation | null>;
	/**
	 * Uses a link, once: membership and, if it is to be made, the account. `gone`: used, replaced, withdrawn, expired or its maker no longer
	 * ADMIN since it was looked up. `account_appeared`: the address has an account now. Nothing was done then.
	 */
	acceptInvitation(input: {
		tenantId: string;
		secretHash: string;
		who: { readonly account: Person } | { readonly make: NewAccount };
		/** `salt` is the directory's for this person; the role is the one that the invitation has now. */
		entry: (person: Person, salt: Uint8Array, change: { invitation: string; role: Role }) => EntryDraft;
	}): Promise<Result<{ email: string }, 'gone' | 'account_appeared'>>;
}

/** Secrets of links and passwords, as joining needs them. */
export interface JoinIdentity {
	/** 256 random bits, and what is stored of them. */
	mintLink(): { secret: string; secretHash: string };
	linkHash(secret: string): string;
	hashPassword(password: string): Promise<string>;
	/** Whether this is the account's password. Counted with the sign-ins, so that a link is no way around their limit. */
	provePassword(
		account: { id: string; email: string },
		password: string,
		address: string,
	): Promise<Result<null, PasswordFailure>>;
	/** Whose bootstrap link this is; null when it is none that holds. */
	readBootstrap(secret: string): { email: string } | null;
	/** Makes the first platform admin; with an account that exists, its password has to be right (and is counted). */
	makeFirstAdmin(
		person: { email: string; name: string; password: string },
		address: string,
	): Promise<Result<null, PasswordFailure | { kind: 'admin_exists' }>>;
}

export type PasswordFailure =
	| { readonly kind: 'wrong_password' }
	| { readonly kind: 'limited'; readonly retryAfter: number };
