import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, Hono } from 'hono';
import type { z } from 'zod';
import { type Refusal, refuse } from '#core/refusals';
import { err, ok, type Result } from '#core/result';
import type { Caller, Principal } from '#gateway/ports/caller';
import type { IdentityStore } from '#gateway/ports/identity';
import { checkShape, type RawBody, readJson } from '#gateway/request';
import { answer, type Bindings } from './answer.ts';
import { type AnswerOf, type RouteKey, type RouteSpec, type Routes, routes } from './contract/routes.ts';
import type { ApiDeps } from './deps.ts';
import { checkContentType, checkOrigin } from './http-checks.ts';
import { apiHeaders, problem } from './problem.ts';
import { readBody, readWhole } from './read-body.ts';

export type ApiEnv = { Bindings: Bindings; Variables: { requestId: string; clientAddress: string } };

type Out<T> = T extends { body: infer B extends z.ZodType } ? z.output<B> : undefined;
type Query<T> = T extends { query: infer Q extends z.ZodType } ? z.output<Q> : undefined;

/** What a handler is given: everything already checked, in the order of contracts §3. */
export interface RouteInput<K extends RouteKey> {
	readonly principal: Principal;
	/** Only where the route is about a tenant. */
	readonly caller: Caller;
	readonly requestId: string;
	readonly query: Query<Routes[K]>;
	readonly body: Out<Routes[K]>;
	/** For `raw` routes: the bytes, unread otherwise. */
	readonly raw: RawBody;
	readonly params: Readonly<Record<string, string>>;
	readonly context: Context<ApiEnv>;
}

export type Handler<K extends RouteKey> = (input: RouteInput<K>) => Promise<Result<AnswerOf<K>, Refusal> | Response>;

/**
 * Mounts one route of the table behind the one request pipeline: Origin, content type → 1 authenticated → 2 member →
 * 3 rate → 4 body → 5 role and scope → handler. `raw` routes do 4 and 5 in their use case, where a refusal leaves a row.
 * Open routes skip 1, 2 and 5; 3 counts their failures by client address.
 */
export function mount<K extends RouteKey>(app: Hono<ApiEnv>, deps: ApiDeps, key: K, handler: Handler<K>): void {
	const spec: RouteSpec = routes[key];
	const [method, path] = key.split(' ') as [string, string];
	// A propose changes nothing and sends nothing: it alone may be served from memory (recent-facts.ts).
	const facts = key === 'POST /api/mcp/propose' ? deps.gateway.recent : deps.gateway.store;
	app.on(method, path, async (context) => {
		const requestId = context.get('requestId');
		try {
			const result = await run(deps, spec, handler as unknown as Handler<RouteKey>, context, method, requestId, facts);
			if (result instanceof Response) return result;
			if (!result.ok) return problem(result.error, requestId, deps.portalUrl, closing(result.error));
			const headers = { ...apiHeaders, 'content-type': 'application/json', 'x-request-id': requestId };
			return answer(context, spec.status ?? 200, headers, JSON.stringify(result.value));
		} catch (cause) {
			return problem(unexpected(deps, cause, requestId), requestId, deps.portalUrl);
		}
	});
}

async function run(
	deps: ApiDeps,
	spec: RouteSpec,
	handler: Handler<RouteKey>,
	context: Context<ApiEnv>,
	method: string,
	requestId: string,
	facts: Membership,
): Promise<Result<unknown, Refusal> | Response> {
	const { raw: request } = context.req;
	if (method !== 'GET') {
		const foreign = checkOrigin(deps.own, request.headers, { signIn: false });
		if (foreign !== null) return err(foreign);
		const type = spec.body === undefined ? null : checkContentType(request.headers);
		if (type !== null) return err(type);
	}
	const base = { requestId, params: context.req.param() as Record<string, string>, context };
	if (spec.access.who === 'none') {
		if (spec.body !== undefined) return runOpen(deps, spec, handler, base);
		return handler({ ...base, query: undefined, body: undefined, raw: null } as unknown as RouteInput<RouteKey>);
	}

	const principal = await deps.identity.authenticate(request);
	if (principal === null) return err(refuse('unauthenticated', 'Sign in, or send a live portal token.'));

	const caller = await resolveCaller(facts, spec, context, principal, requestId);
	if (!caller.ok) return caller;
	const limited = await deps.rateLimit(principal, caller.value?.tenant.id ?? '-');
	if (limited !== null) return err(limited);

	const bytes = method === 'GET' || spec.body === undefined ? new Uint8Array() : await readBody(request);
	if (spec.raw === true) {
		return handler({
			...base,
			principal,
			caller: caller.value,
			query: undefined,
			body: undefined,
			raw: bytes,
		} as unknown as RouteInput<RouteKey>);
	}
	const read = readInput(spec, context, bytes);
	if (!read.ok) return read;
	const allowed = checkAccess(spec, principal, caller.value);
	if (allowed !== null) return err(allowed);
	return handler({
		...base,
		principal,
		caller: caller.value,
		...read.value,
		raw: bytes,
	} as unknown as RouteInput<RouteKey>);
}

/**
 * An open route that takes a body, from check 3 on. What broke in the portal counts as nobody's failure, nor does a body
 * that is still open or never came whole: else whoever shares an address could shut it out without one wrong request.
 */
async function runOpen(
	deps: ApiDeps,
	spec: RouteSpec,
	handler: Handler<RouteKey>,
	base: Pick<RouteInput<RouteKey>, 'requestId' | 'params' | 'context'>,
): Promise<Result<unknown, Refusal> | Response> {
	const { raw: request } = base.context.req;
	const address = deps.clientAddress(request.headers, getConnInfo(base.context).remote.address ?? '');
	const retryAfter = await deps.openLimit.wait(address);
	if (retryAfter !== null) {
		return err(refuse('rate_limited', 'Too many failures from your address.', { retryAfter }));
	}
	base.context.set('clientAddress', address);
	let bytes: RawBody;
	try {
		bytes = await readWhole(request);
	} catch {
		return err(refuse('invalid_request', 'The request ended before its body did.'));
	}
	const read = readInput(spec, base.context, bytes);
	const result = read.ok
		? await handler({ ...base, ...read.value, raw: null } as unknown as RouteInput<RouteKey>)
		: read;
	if (!(result instanceof Response) && !result.ok) await deps.openLimit.failed(address);
	return result;
}

type Membership = Pick<IdentityStore, 'memberBySlug'>;

/** contracts §1. Anything else is not asked of the database. */
const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** Check 2. The role is read afresh for each request but a propose; a token acts in its own tenant only. */
async function resolveCaller(
	facts: Membership,
	spec: RouteSpec,
	context: Context<ApiEnv>,
	principal: Principal,
	requestId: string,
): Promise<Result<Caller | undefined, Refusal>> {
	if (spec.access.who !== 'tenant') return ok(undefined);
	const slug = context.req.query('tenant');
	if (context.req.query('log') === 'platform' && takesPlatformLog(spec)) {
		if (slug !== undefined) {
			const message = 'is for the log above tenants; leave out one of tenant and log';
			return err(refuse('invalid_request', 'Ask for one log.', { errors: [{ path: 'log', message }] }));
		}
		return ok(undefined);
	}
	if (slug === undefined) {
		return err(
			refuse('invalid_request', 'Say which tenant: ?tenant=<slug>.', {
				errors: [{ path: 'tenant', message: 'is required' }],
			}),
		);
	}
	const unknown = refuse('tenant_not_found', `There is no tenant “${slug.slice(0, 64)}” that you belong to.`);
	const member = SLUG.test(slug) ? await facts.memberBySlug(slug, principal.person.id) : null;
	if (member === null || (principal.kind === 'token' && principal.tenantId !== member.tenant.id)) return err(unknown);
	return ok({ principal, ...member, requestId });
}

/** Check 4: query and body against their closed schemas. */
function readInput(
	spec: RouteSpec,
	context: Context<ApiEnv>,
	bytes: RawBody,
): Result<{ query: unknown; body: unknown }, Refusal> {
	const query = spec.query === undefined ? ok(undefined) : checkShape(spec.query, context.req.query());
	if (!query.ok) return query;
	if (spec.body === undefined) return ok({ query: query.value, body: undefined });
	const json = readJson(bytes);
	if (!json.ok) return json;
	const body = checkShape(spec.body, json.value);
	return body.ok ? ok({ query: query.value, body: body.value }) : body;
}

/** Check 5. A token changes no settings, whatever its scopes (contracts §1). */
function checkAccess(spec: RouteSpec, principal: Principal, caller: Caller | undefined): Refusal | null {
	const { who, roles, scope } = spec.access;
	// No caller on a tenant's route: it was asked for the log above tenants.
	const isAbove = who === 'platform' || (who === 'tenant' && caller === undefined);
	const refusal = isAbove ? refuseUnlessPlatformAdmin(principal) : null;
	if (refusal !== null) return refusal;
	if (caller !== undefined && roles !== undefined && !roles.includes(caller.role)) {
		return refuse('role_required', `This is for ${roles.join(', ')}; you are ${caller.role} in ${caller.tenant.slug}.`);
	}
	if (principal.kind !== 'token') return null;
	if (scope === null) return refuse('scope_required', 'A token changes no settings. Sign in.');
	return principal.scopes.includes(scope) ? null : refuse('scope_required', `This token lacks the scope “${scope}”.`);
}

/** A platform admin's token is not one: it acts in its tenant only. */
function refuseUnlessPlatformAdmin(principal: Principal): Refusal | null {
	if (principal.kind === 'token') return refuse('scope_required', 'A token acts in its own tenant only. Sign in.');
	return principal.platformAdmin ? null : refuse('role_required', 'Only a platform admin may do this.');
}

/** Whether this is one of the routes about a log, which may be the one above tenants. */
function takesPlatformLog(spec: RouteSpec): boolean {
	return spec.query?.safeParse({ log: 'platform' }).success === true;
}

/** A body that was not read to its end must not be taken for the next request of the connection. */
function closing(refusal: Refusal): Record<string, string> {
	return refusal.code === 'body_too_large' ? { connection: 'close' } : {};
}

/** What a thrown error is answered with, after it has been logged: whether the database is away, and no more. */
export function unexpected(deps: ApiDeps, cause: unknown, requestId: string): Refusal {
	deps.gateway.log.error({ err: cause, requestId }, 'request failed');
	return deps.databaseUnavailable(cause)
		? refuse('database_unavailable', 'Nothing was done. Try again.', { retryAfter: 5 })
		: refuse('internal', 'The error has been logged under this request id.');
}
