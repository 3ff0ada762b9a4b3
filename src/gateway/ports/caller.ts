import type { Role, Scope } from '#core/access/roles';

export interface Person {
	readonly id: string;
	readonly name: string;
	readonly email: string;
}

/** Who calls, after authentication. A token acts for its owner, in one tenant. */
export type Principal =
	| { readonly kind: 'user'; readonly person: Person; readonly platformAdmin: boolean; readonly sessionId: string }
	| {
			readonly kind: 'token';
			readonly tokenId: string;
			readonly tokenName: string;
			readonly tenantId: string;
			readonly scopes: readonly Scope[];
			readonly person: Person;
	  };

export interface Tenant {
	readonly id: string;
	readonly slug: string;
	readonly name: string;
}

/** The caller inside one tenant: what every use case is handed. `role` is read afresh for each request. */
export interface Caller {
	readonly principal: Principal;
	readonly tenant: Tenant;
	readonly memberId: string;
	readonly role: Role;
	readonly requestId: string;
}
