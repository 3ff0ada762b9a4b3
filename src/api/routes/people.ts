import type { Hono } from 'hono';
import { z } from 'zod';
import type { ApiDeps } from '#api/deps';
import { type ApiEnv, mount } from '#api/pipeline';
import { refuse } from '#core/refusals';
import { err, ok } from '#core/result';
import type { LetInAnswer } from '#gateway/invite';
import { join } from '#gateway/join';
import { addMember, changeMember, removeMember } from '#gateway/members';
import { checkShape } from '#gateway/request';
import { openTenant } from '#gateway/tenants';
import { createToken, revokeToken } from '#gateway/tokens';

export function mountPeople(app: Hono<ApiEnv>, deps: ApiDeps): void {
	mountMe(app, deps);
	mountTokens(app, deps);
	mountMembers(app, deps);
	mountJoin(app, deps);
}

function mountMe(app: Hono<ApiEnv>, deps: ApiDeps): void {
	const { store } = deps.gateway;
	mount(app, deps, 'GET /api/me', async ({ principal }) => {
		const { id, name, email } = principal.person;
		const all = await store.memberships(id);
		const mine = principal.kind === 'token' ? all.filter(({ tenant }) => tenant.id === principal.tenantId) : all;
		return ok({
			user: { id, name, email },
			platformAdmin: principal.kind === 'user' && principal.platformAdmin,
			memberships: mine.map(({ tenant, memberId, role }) => ({
				tenant: tenant.slug,
				name: tenant.name,
				tenantId: tenant.id,
				memberId,
				role,
			})),
			via: principal.kind === 'token' ? ('token' as const) : ('session' as const),
			...(principal.kind === 'token' ? { scopes: [...principal.scopes] } : {}),
		});
	});
}

function mountTokens(app: Hono<ApiEnv>, deps: ApiDeps): void {
	const { store } = deps.gateway;
	mount(app, deps, 'GET /api/tokens', async ({ caller }) => {
		const owner = caller.role === 'MEMBER' ? caller.principal.person.id : undefined;
		const tokens = await store.tokens(caller.tenant.id, owner);
		return ok({
			tokens: tokens.map((token) => ({
				id: token.id,
				name: token.name,
				scopes: [...token.scopes],
				owner: token.owner,
				createdAt: token.createdAt.toISOString(),
				expiresAt: token.expiresAt.toISOString(),
				lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
			})),
		});
	});
	mount(app, deps, 'POST /api/tokens', async ({ caller, body }) => {
		const done = await createToken(deps.gateway, caller, body, deps.identity.mintToken);
		return done.ok ? ok({ ...done.value, expiresAt: done.value.expiresAt.toISOString() }) : done;
	});
	mount(app, deps, 'DELETE /api/tokens/:id', async ({ caller, params }) => {
		const id = checkShape(z.uuid(), params.id);
		if (!id.ok) return err(refuse('not_found', 'There is no such live token.'));
		const done = await revokeToken(deps.gateway, caller, id.value);
		return done.ok ? ok({}) : done;
	});
}

function mountMembers(app: Hono<ApiEnv>, deps: ApiDeps): void {
	const { gateway, join: identity } = deps;
	mount(app, deps, 'GET /api/members', async ({ caller }) => {
		const { members, invited } = await gateway.store.members(caller.tenant.id);
		return ok({
			members: members.map((one) => ({ ...one, since: one.since.toISOString() })),
			invited: invited.map((one) => ({
				...one,
				since: one.since.toISOString(),
				expiresAt: one.expiresAt.toISOString(),
			})),
		});
	});
	mount(app, deps, 'POST /api/members', async ({ caller, body }) => {
		const done = await addMember(gateway, caller, body, identity.mintLink);
		return done.ok ? ok(withLink(deps, done.value)) : done;
	});
	mount(app, deps, 'PATCH /api/members/:id', async ({ caller, params, body }) => {
		const done = await changeMember(gateway, caller, params.id ?? '', body.role);
		return done.ok ? ok({}) : done;
	});
	mount(app, deps, 'DELETE /api/members/:id', async ({ caller, params }) => {
		const done = await removeMember(gateway, caller, params.id ?? '');
		return done.ok ? ok({}) : done;
	});
	mount(app, deps, 'POST /api/tenants', async ({ principal, requestId, body }) => {
		const done = await openTenant(gateway, { principal, requestId }, body, identity.mintLink);
		return done.ok ? ok({ ...withLink(deps, done.value), slug: body.slug }) : done;
	});
}

/** Behind #: a browser sends that part to nobody, so no proxy's log holds the secret. */
function withLink({ portalUrl }: ApiDeps, { id, secret, expiresAt }: LetInAnswer) {
	if (secret === undefined || expiresAt === undefined) return { id };
	return { id, link: `${portalUrl}/join#${secret}`, expiresAt: expiresAt.toISOString() };
}

function mountJoin(app: Hono<ApiEnv>, deps: ApiDeps): void {
	mount(app, deps, 'POST /api/join', ({ body, requestId, context }) =>
		join(deps.gateway, deps.join, { ...body, requestId, address: context.get('clientAddress') }),
	);
}
