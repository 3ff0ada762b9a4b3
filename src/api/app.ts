import { getConnInfo } from '@hono/node-server/conninfo';
import { type Context, Hono } from 'hono';
import { routePath } from 'hono/route';
import { refuse } from '#core/refusals';
import { ok } from '#core/result';
import { statusOf } from './answer.ts';
import { routes } from './contract/routes.ts';
import type { ApiDeps } from './deps.ts';
import { checkContentType, checkHost, checkOrigin } from './http-checks.ts';
import { openApiDocument } from './openapi.ts';
import { type ApiEnv, mount, unexpected } from './pipeline.ts';
import { apiHeaders, problem } from './problem.ts';
import { mountAudit } from './routes/audit.ts';
import { mountMcp } from './routes/mcp.ts';
import { mountPeople } from './routes/people.ts';
import { mountSettings } from './routes/settings.ts';

/** The HTTP API: the only door to the portal (architecture). */
export function createApp(deps: ApiDeps): Hono<ApiEnv> {
	const app = new Hono<ApiEnv>();
	const { ids, log, clock } = deps.gateway;

	app.use(async (context, next) => {
		const started = clock.now().getTime();
		const requestId = ids.uuid();
		context.set('requestId', requestId);
		const { method, path } = context.req;
		const wrong = checkHost(deps.own, path, context.req.header('host'));
		if (wrong !== null) {
			deps.metrics.request({ method, route: 'other', status: 421, seconds: 0 });
			return problem(wrong, requestId, deps.portalUrl);
		}
		await next();
		const ms = clock.now().getTime() - started;
		deps.metrics.request({ method, route: matchedRoute(context), status: statusOf(context), seconds: ms / 1_000 });
		log.info({ requestId, method, path: path.slice(0, 256), status: statusOf(context), ms }, 'request');
	});

	mountMcp(app, deps);
	mountSettings(app, deps);
	mountPeople(app, deps);
	mountAudit(app, deps);
	mountOpen(app, deps);
	mountSignIn(app, deps);

	for (const [path, methods] of methodsByPath()) {
		app.all(path, (context) => {
			const allow = methods.includes('GET') ? ['HEAD', ...methods] : methods;
			const refusal = refuse('method_not_allowed', `This address takes ${methods.join(', ')}.`);
			return problem(refusal, context.get('requestId'), deps.portalUrl, { allow: allow.join(', ') });
		});
	}
	app.notFound((context) =>
		problem(refuse('not_found', 'There is nothing at this address.'), context.get('requestId'), deps.portalUrl),
	);
	// What is not behind the pipeline, sign-in above all, and yet needs the database.
	app.onError((cause, context) => {
		const requestId = context.get('requestId');
		return problem(unexpected(deps, cause, requestId), requestId, deps.portalUrl);
	});
	return app;
}

/** The pattern that the request matched: what a caller put into the path must not become a label. */
function matchedRoute(context: Context<ApiEnv>): string {
	const path = routePath(context, -1);
	if (path !== '/api/auth/*') return path === '*' || path === '/*' ? 'other' : path;
	return SIGN_IN_ROUTES.has(context.req.path) ? context.req.path : 'other';
}

function mountOpen(app: Hono<ApiEnv>, deps: ApiDeps): void {
	const document = openApiDocument(deps.portalUrl);
	mount(app, deps, 'GET /api/openapi.json', async () => ok(document));
	mount(app, deps, 'GET /healthz', async () => ok({ ok: true }));
	mount(app, deps, 'GET /metrics', async () => {
		const headers = { ...apiHeaders, 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };
		return new Response(await deps.metrics.text(), { headers });
	});
	mount(app, deps, 'GET /readyz', async () => {
		const notReady = await deps.notReady();
		if (notReady.length === 0) return ok({ ok: true });
		const body = JSON.stringify({ ok: false, notReady });
		return new Response(body, { status: 503, headers: { ...apiHeaders, 'content-type': 'application/json' } });
	});
}

/** better-auth's routes that are served, each with its one method; every other address is 404. */
const SIGN_IN_ROUTES: ReadonlyMap<string, string> = new Map([
	['/api/auth/sign-in/email', 'POST'],
	['/api/auth/sign-out', 'POST'],
	['/api/auth/get-session', 'GET'],
]);

/** better-auth keeps its own answers; what is ours in front of it are Origin, content type and the client's address. */
function mountSignIn(app: Hono<ApiEnv>, deps: ApiDeps): void {
	app.all('/api/auth/*', async (context) => {
		const requestId = context.get('requestId');
		const request = context.req.raw;
		const { method, path } = context.req;
		const only = SIGN_IN_ROUTES.get(path);
		if (only !== undefined && method !== only) {
			return problem(refuse('method_not_allowed', `This address takes ${only}.`), requestId, deps.portalUrl, {
				allow: only,
			});
		}
		if (method !== 'GET' && method !== 'HEAD') {
			const foreign = checkOrigin(deps.own, request.headers, { signIn: path.startsWith('/api/auth/sign-in/') });
			if (foreign !== null) return problem(foreign, requestId, deps.portalUrl);
			const type = path.startsWith('/api/auth/sign-in/') ? checkContentType(request.headers) : null;
			if (type !== null) return problem(type, requestId, deps.portalUrl);
		}
		const socket = getConnInfo(context).remote.address ?? '';
		const answer = await deps.identity.handler(request, deps.clientAddress(request.headers, socket));
		const headers = new Headers(answer.headers);
		for (const [name, value] of Object.entries(apiHeaders)) headers.set(name, value);
		headers.set('x-request-id', requestId);
		if (answer.status === 404)
			return problem(refuse('not_found', 'There is nothing at this address.'), requestId, deps.portalUrl);
		// A refusal that was made before better-auth was asked: only here is the request's id known.
		if (headers.get('content-type') === 'application/problem+json') {
			const body = JSON.stringify({ ...((await answer.json()) as object), requestId });
			headers.delete('content-length');
			return new Response(body, { status: answer.status, headers });
		}
		return new Response(answer.body, { status: answer.status, headers });
	});
}

function methodsByPath(): Map<string, string[]> {
	const paths = new Map<string, string[]>();
	for (const key of Object.keys(routes)) {
		const [method, path] = key.split(' ') as [string, string];
		paths.set(path, [...(paths.get(path) ?? []), method]);
	}
	return paths;
}
