/** Roles of a person in one tenant. ADMIN approves, executes and changes settings; MEMBER proposes; AUDITOR reads all. */
export const ROLES = ['ADMIN', 'MEMBER', 'AUDITOR'] as const;
export type Role = (typeof ROLES)[number];

/** What a portal access token may be used for; never more than its owner's role allows at the time of use. */
export const SCOPES = ['read', 'propose', 'execute'] as const;
export type Scope = (typeof SCOPES)[number];

/** Everything the door asks about. `administer` = change settings, members, credentials; `read-all` = every GET. */
export type Permission = Scope | 'read-all' | 'administer';

/** The whole policy: what is not listed is refused (contracts.md §1, §6). */
const ALLOWED: Record<Role, readonly Permission[]> = {
	ADMIN: ['read', 'read-all', 'propose', 'execute', 'administer'],
	MEMBER: ['read', 'propose'],
	AUDITOR: ['read', 'read-all'],
};

/** Whether a role allows it; an unknown role allows nothing. */
export function can(role: Role, permission: Permission): boolean {
	return Object.hasOwn(ALLOWED, role) && ALLOWED[role].includes(permission);
}

/**
 * Why this may not be done, or null. `scopes` = those of the portal token, null for a signed-in session. The role is asked
 * first, so that a token never learns more than its owner would. No scope reaches `administer`: a token changes no
 * settings. `read-all` needs the scope `read`.
 */
export function refuseAccess(
	role: Role,
	scopes: readonly Scope[] | null,
	permission: Permission,
): 'role_required' | 'scope_required' | null {
	if (!can(role, permission)) return 'role_required';
	if (scopes === null) return null;
	if (permission === 'administer') return 'scope_required';
	return scopes.includes(permission === 'read-all' ? 'read' : permission) ? null : 'scope_required';
}

/** The scopes that a token of this role may be given at most, in the order of SCOPES. */
export function grantableScopes(role: Role): Scope[] {
	return SCOPES.filter((scope) => can(role, scope));
}
