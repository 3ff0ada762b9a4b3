import type { Hono } from 'hono';
import type { AnswerOf } from '#api/contract/routes';
import { flagName } from '#api/contract/schemas';
import type { ApiDeps } from '#api/deps';
import { type ApiEnv, mount } from '#api/pipeline';
import type { Refusal } from '#core/refusals';
import { refuse } from '#core/refusals';
import { err, ok, type Result } from '#core/result';
import { deleteCredential, putCredential, testCredential } from '#gateway/credentials';
import type { CredentialInfo } from '#gateway/ports/credentials';
import type { Flag } from '#gateway/ports/settings';
import { setDispatch, setGlobalFlag, setTenantFlag } from '#gateway/switches';
import { setTargets } from '#gateway/targets';

export function mountSettings(app: Hono<ApiEnv>, deps: ApiDeps): void {
	mountSwitches(app, deps);
	mountTargets(app, deps);
	mountCredentials(app, deps);
}

function mountSwitches(app: Hono<ApiEnv>, deps: ApiDeps): void {
	const { gateway } = deps;
	mount(app, deps, 'GET /api/flags', async ({ caller }) => ok(await matrix(deps, caller.tenant.id)));
	mount(app, deps, 'PUT /api/flags/:flag', async ({ caller, params, body }) => {
		const flag = readFlag(params.flag);
		if (!flag.ok) return flag;
		const done = await setTenantFlag(gateway, caller, flag.value, body);
		return done.ok ? ok(await matrix(deps, caller.tenant.id)) : done;
	});
	mount(app, deps, 'PUT /api/global-flags/:flag', async ({ principal, requestId, params, body }) => {
		const flag = readFlag(params.flag);
		if (!flag.ok) return flag;
		const done = await setGlobalFlag(gateway, { principal, requestId }, flag.value, body);
		return done.ok ? ok({}) : done;
	});
	mount(app, deps, 'PUT /api/agent-dispatch', async ({ caller, body }) => {
		const done = await setDispatch(gateway, caller, body);
		return done.ok ? ok(await matrix(deps, caller.tenant.id)) : done;
	});
}

function mountTargets(app: Hono<ApiEnv>, deps: ApiDeps): void {
	const { gateway } = deps;
	const shownTargets = async (tenantId: string): Promise<AnswerOf<'GET /api/targets'>> => {
		const { allow, by, at } = await gateway.store.targets(tenantId);
		return { allow: [...allow], by, at: at?.toISOString() ?? null };
	};
	mount(app, deps, 'GET /api/targets', async ({ caller }) => ok(await shownTargets(caller.tenant.id)));
	mount(app, deps, 'PUT /api/targets', async ({ caller, body }) => {
		const done = await setTargets(gateway, caller, body);
		return done.ok ? ok(await shownTargets(caller.tenant.id)) : done;
	});
}

function mountCredentials(app: Hono<ApiEnv>, deps: ApiDeps): void {
	const { gateway } = deps;
	mount(app, deps, 'GET /api/credentials', async ({ caller }) => {
		const credentials = await gateway.store.credentials(caller.tenant.id);
		return ok({ credentials: credentials.map(shown) });
	});
	mount(app, deps, 'PUT /api/credentials/github', async ({ caller, body }) => {
		const done = await putCredential(gateway, caller, body.token);
		return done.ok ? ok(shown(done.value)) : done;
	});
	mount(app, deps, 'DELETE /api/credentials/github', async ({ caller }) => {
		const done = await deleteCredential(gateway, caller);
		return done.ok ? ok({}) : done;
	});
	mount(app, deps, 'POST /api/credentials/github/test', ({ caller }) => testCredential(gateway, caller));
}

function readFlag(name: string | undefined): Result<Flag, Refusal> {
	const flag = flagName.safeParse(name);
	return flag.success
		? ok(flag.data)
		: err(refuse('not_found', `There is no such flag. Flags: ${flagName.options.join(', ')}.`));
}

/** The kill-switch matrix as one tenant sees it: off wins (contracts §1). */
async function matrix(deps: ApiDeps, tenantId: string): Promise<AnswerOf<'GET /api/flags'>> {
	const { store } = deps.gateway;
	const flags = await store.flags(tenantId);
	const dispatch = await store.dispatch(tenantId);
	return {
		flags: flags.map(({ flag, global, tenant }) => {
			// Who is to be asked: the one who switched it off, else the last to touch it here.
			const last = global.enabled ? tenant : global;
			return {
				flag,
				global: global.enabled,
				tenant: tenant.enabled,
				effective: global.enabled && tenant.enabled,
				by: last.by,
				at: last.at?.toISOString() ?? null,
				reason: last.reason,
			};
		}),
		agentDispatch: {
			enabled: dispatch.enabled,
			by: dispatch.by,
			at: dispatch.at?.toISOString() ?? null,
			reason: dispatch.reason,
		},
	};
}

function shown(credential: CredentialInfo): AnswerOf<'PUT /api/credentials/github'> {
	return {
		provider: credential.provider,
		kind: credential.kind,
		fingerprint: credential.fingerprint,
		login: credential.login,
		setBy: credential.setBy,
		setAt: credential.setAt.toISOString(),
		testedAt: credential.testedAt?.toISOString() ?? null,
	};
}
