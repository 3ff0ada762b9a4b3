import { z } from 'zod';
import type { Role, Scope } from '#core/access/roles';
import * as s from './schemas.ts';

/**
 * The route table: each own route of the portal once. The request pipeline, the OpenAPI document, the typed client and
 * the role-matrix test are all derived from it, so a route cannot exist without an access rule.
 */
export interface Access {
	/** none: open. person: signed in. tenant: a member of `?tenant=`, in one of `roles`. platform: platform admin. */
	readonly who: 'none' | 'person' | 'tenant' | 'platform';
	readonly roles?: readonly Role[];
	/** What a portal token needs; null: no token may, whatever its scopes (settings). */
	readonly scope: Scope | null;
}

export interface RouteSpec {
	readonly summary: string;
	readonly access: Access;
	readonly query?: z.ZodType;
	readonly body?: z.ZodType;
	readonly response: z.ZodType;
	readonly status?: 200 | 201;
	/** The use case reads the body and checks the role itself, since there each refusal leaves an audit row. */
	readonly raw?: true;
	/** Not application/json. */
	readonly produces?: string;
}

const everybody: Access = { who: 'tenant', roles: ['ADMIN', 'MEMBER', 'AUDITOR'], scope: 'read' };
const readers: Access = { who: 'tenant', roles: ['ADMIN', 'AUDITOR'], scope: 'read' };
const settings: Access = { who: 'tenant', roles: ['ADMIN'], scope: null };
const platform: Access = { who: 'platform', scope: null };
const tenantQuery = z.strictObject({ tenant: z.string() });
const pageQuery = z.strictObject({
	tenant: z.string(),
	cursor: z.uuid().optional(),
	limit: z.coerce.number().int().min(1).max(100).default(20),
});
const executionsQuery = pageQuery.extend({ state: s.executionState.optional() });
const logQuery = z.strictObject({ tenant: z.string().optional(), log: z.literal('platform').optional() });
const empty = z.strictObject({});

export const routes = {
	'GET /api/me': { summary: 'Who I am and where I belong', access: { who: 'person', scope: 'read' }, response: s.me },

	'POST /api/mcp/propose': {
		summary: 'Preview a write: nothing is stored, nothing is sent',
		access: { who: 'tenant', roles: ['ADMIN', 'MEMBER'], scope: 'propose' },
		query: tenantQuery,
		raw: true,
		body: s.proposeBody,
		response: s.proposeAnswer,
	},
	'POST /api/mcp/execute': {
		summary: 'Execute the approved bytes, once',
		access: { who: 'tenant', roles: ['ADMIN'], scope: 'execute' },
		query: tenantQuery,
		raw: true,
		body: s.executeBody,
		response: s.executeAnswer,
	},
	'GET /api/mcp/prereqs': {
		summary: 'Whether a write could run now',
		access: everybody,
		query: tenantQuery,
		response: s.prereqs,
	},
	'GET /api/mcp/executions': {
		summary: 'Executions, newest first',
		access: everybody,
		query: executionsQuery,
		response: s.executionList,
	},
	'GET /api/mcp/executions/:id': {
		summary: 'One execution',
		access: everybody,
		query: tenantQuery,
		response: s.execution,
	},

	'POST /api/mcp/executions/:id/resolve': {
		summary: 'Settle what only a person can: it happened (where), or it did not',
		access: settings,
		query: tenantQuery,
		body: s.resolveBody,
		response: s.resolved,
	},

	'GET /api/targets': {
		summary: 'Which repositories may be written to',
		access: readers,
		query: tenantQuery,
		response: s.targets,
	},
	'PUT /api/targets': {
		summary: 'Narrow which repositories may be written to',
		access: settings,
		query: tenantQuery,
		body: s.targetsBody,
		response: s.targets,
	},

	'GET /api/flags': { summary: 'The kill-switch matrix', access: everybody, query: tenantQuery, response: s.flags },
	'PUT /api/flags/:flag': {
		summary: 'Switch a feature for this tenant',
		access: settings,
		query: tenantQuery,
		body: s.switchBody,
		response: s.flags,
	},
	'PUT /api/global-flags/:flag': {
		summary: 'Switch a feature everywhere',
		access: platform,
		body: s.switchBody,
		response: empty,
	},
	'PUT /api/agent-dispatch': {
		summary: 'Switch agent dispatch for this tenant',
		access: settings,
		query: tenantQuery,
		body: s.switchBody,
		response: s.flags,
	},

	'GET /api/credentials': {
		summary: 'Credentials, without their secrets',
		access: readers,
		query: tenantQuery,
		response: s.credentialList,
	},
	'PUT /api/credentials/github': {
		summary: 'Test and store the GitHub PAT',
		access: settings,
		query: tenantQuery,
		body: s.credentialBody,
		response: s.credential,
	},
	'DELETE /api/credentials/github': {
		summary: 'Delete the GitHub PAT',
		access: settings,
		query: tenantQuery,
		response: empty,
	},
	'POST /api/credentials/github/test': {
		summary: 'Test the stored GitHub PAT',
		access: settings,
		query: tenantQuery,
		response: s.credentialTest,
	},

	'GET /api/tokens': {
		summary: 'Portal tokens (a MEMBER: own)',
		access: everybody,
		query: tenantQuery,
		response: s.tokenList,
	},
	'POST /api/tokens': {
		summary: 'Mint a portal token, shown once',
		access: { who: 'tenant', roles: ['ADMIN', 'MEMBER'], scope: null },
		query: tenantQuery,
		body: s.tokenCreateBody,
		response: s.tokenCreated,
		status: 201,
	},
	'DELETE /api/tokens/:id': {
		summary: 'Revoke a portal token',
		access: { who: 'tenant', roles: ['ADMIN', 'MEMBER'], scope: null },
		query: tenantQuery,
		response: empty,
	},

	'GET /api/members': {
		summary: 'Members, and who has been invited',
		access: readers,
		query: tenantQuery,
		response: s.memberList,
	},
	'POST /api/members': {
		summary: 'Add a person; somebody new gets a one-time link',
		access: settings,
		query: tenantQuery,
		body: s.memberBody,
		response: s.memberMade,
		status: 201,
	},
	'PATCH /api/members/:id': {
		summary: 'Change a role',
		access: settings,
		query: tenantQuery,
		body: s.memberChangeBody,
		response: empty,
	},
	'DELETE /api/members/:id': {
		summary: 'Remove a member, with their tokens here; or withdraw a link',
		access: settings,
		query: tenantQuery,
		response: empty,
	},
	'POST /api/tenants': {
		summary: 'Make a tenant and its first ADMIN',
		access: platform,
		body: s.tenantBody,
		response: s.tenantMade,
		status: 201,
	},
	'POST /api/join': {
		summary: 'Use a one-time link: set name and password, or give the password of the account that exists',
		access: { who: 'none', scope: null },
		body: s.joinBody,
		response: s.joined,
	},

	'GET /api/audit': { summary: 'Audit entries', access: readers, query: s.auditQuery, response: s.auditPage },
	'POST /api/audit/verify-chain': {
		summary: 'Re-derive the whole chain',
		access: readers,
		query: logQuery,
		response: s.chainVerdict,
	},
	'GET /api/audit/export': {
		summary: 'All entries, one per line',
		access: readers,
		query: logQuery,
		response: z.string(),
		produces: 'application/x-ndjson',
	},

	'GET /api/openapi.json': {
		summary: 'This document',
		access: { who: 'none', scope: null },
		response: z.record(z.string(), z.unknown()),
	},
	'GET /metrics': {
		summary: 'Prometheus metrics: no tenant, person or argument in them',
		access: { who: 'none', scope: null },
		response: z.string(),
		produces: 'text/plain',
	},
	'GET /healthz': { summary: 'Alive', access: { who: 'none', scope: null }, response: s.health },
	'GET /readyz': {
		summary: 'Can serve, or what is not ready',
		access: { who: 'none', scope: null },
		response: s.health,
	},
} as const satisfies Record<string, RouteSpec>;

export type Routes = typeof routes;
export type RouteKey = keyof Routes;
export type AnswerOf<K extends RouteKey> = z.output<Routes[K]['response']>;
export type BodyOf<K extends RouteKey> = Routes[K] extends { body: infer B extends z.ZodType } ? z.input<B> : undefined;
export type QueryOf<K extends RouteKey> = Routes[K] extends { query: infer Q extends z.ZodType }
	? z.input<Q>
	: undefined;
