import { expect, it } from 'vitest';
import { can, grantableScopes, type Permission, ROLES, type Role, refuseAccess, SCOPES } from './roles.ts';

it.each<[Role, Permission[]]>([
	['ADMIN', ['read', 'read-all', 'propose', 'execute', 'administer']],
	['MEMBER', ['read', 'propose']],
	['AUDITOR', ['read', 'read-all']],
])('%s may %j and nothing else', (role, allowed) => {
	const all: Permission[] = ['read', 'read-all', 'propose', 'execute', 'administer'];
	expect(all.filter((permission) => can(role, permission))).toEqual(allowed);
});

it('a role from outside the list may nothing', () => {
	for (const role of ['', 'admin', 'toString', '__proto__']) expect(can(role as Role, 'read')).toBe(false);
});

it('a token never allows what its owner may not, and never a change of settings', () => {
	for (const role of ROLES) {
		for (const permission of ['read', 'read-all', 'propose', 'execute', 'administer'] as const) {
			const byToken = refuseAccess(role, SCOPES, permission);
			if (refuseAccess(role, null, permission) !== null) expect(byToken).toBe('role_required');
			else expect(byToken).toBe(permission === 'administer' ? 'scope_required' : null);
		}
	}
});

it('a token without the scope is refused, even an admin’s', () => {
	expect(refuseAccess('ADMIN', ['read', 'propose'], 'execute')).toBe('scope_required');
	expect(refuseAccess('ADMIN', ['execute'], 'read')).toBe('scope_required');
	expect(refuseAccess('ADMIN', ['read'], 'read-all')).toBeNull();
});

it('scopes that can be granted follow the role', () => {
	expect(ROLES.map(grantableScopes)).toEqual([['read', 'propose', 'execute'], ['read', 'propose'], ['read']]);
});
