import type { Hono } from 'hono';
import { z } from 'zod';
import type { ApiDeps } from '#api/deps';
import { type ApiEnv, mount } from '#api/pipeline';
import { refuse } from '#core/refusals';
import { err, ok } from '#core/result';
import { checkShape } from '#gateway/request';
import { createToken, revokeToken } from '#gateway/tokens';

export function mountPeople(app: Hono<ApiEnv>, deps: ApiDeps): void {
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
				tenantId: tenant.id,
				memberId,
				role,
			})),
			via: principal.kind === 'token' ? ('token' as const) : ('session' as const),
			...(principal.kind === 'token' ? { scopes: [...principal.scopes] } : {}),
		});
	});

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
