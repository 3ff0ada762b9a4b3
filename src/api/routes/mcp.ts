import type { Hono } from 'hono';
import { z } from 'zod';
import type { AnswerOf } from '#api/contract/routes';
import type { ApiDeps } from '#api/deps';
import { type ApiEnv, mount } from '#api/pipeline';
import { settlementOf } from '#core/execution/settlement';
import { refuse } from '#core/refusals';
import { err, ok } from '#core/result';
import { execute } from '#gateway/execute';
import type { Execution } from '#gateway/ports/executions';
import { prereqs } from '#gateway/prereqs';
import { propose } from '#gateway/propose';
import { checkShape } from '#gateway/request';
import { checkedOf, resolve } from '#gateway/resolve';

export function mountMcp(app: Hono<ApiEnv>, deps: ApiDeps): void {
	const { gateway } = deps;
	mount(app, deps, 'POST /api/mcp/propose', ({ caller, raw }) => propose(gateway, caller, raw));
	mount(app, deps, 'POST /api/mcp/execute', ({ caller, raw }) => execute(gateway, caller, raw));
	mount(app, deps, 'GET /api/mcp/prereqs', async ({ caller }) => ok(await prereqs(gateway, caller)));

	mount(app, deps, 'GET /api/mcp/executions', async ({ caller, query }) => {
		const { limit, cursor, state } = query;
		const page = await gateway.store.executions(caller.tenant.id, {
			limit: limit + 1,
			...(cursor === undefined ? {} : { cursor }),
			...(state === undefined ? {} : { state }),
		});
		const executions = page.slice(0, limit).map(shown);
		return ok({ executions, next: page.length > limit ? (executions.at(-1)?.id ?? null) : null });
	});
	mount(app, deps, 'GET /api/mcp/executions/:id', async ({ caller, params }) => {
		const id = checkShape(z.uuid(), params.id);
		const execution = id.ok ? await gateway.store.execution(caller.tenant.id, id.value) : null;
		return execution === null
			? err(refuse('not_found', 'There is no such execution in this tenant.'))
			: ok(shown(execution));
	});
	mount(app, deps, 'POST /api/mcp/executions/:id/resolve', async ({ caller, params, body }) => {
		const settled = await resolve(gateway, caller, params.id ?? '', body);
		if (!settled.ok) return settled;
		const { execution, unchecked } = settled.value;
		return ok({ ...shown(execution), ...checkedOf(unchecked) });
	});
}

/** What the API shows of an execution: the target, never its text. */
function shown(execution: Execution): AnswerOf<'GET /api/mcp/executions/:id'> {
	const { target } = execution;
	return {
		id: execution.id,
		state: execution.state,
		code: execution.code,
		reason: execution.reason,
		argsSha: execution.argsSha,
		provider: execution.provider,
		tool: execution.tool,
		method: execution.method,
		target: {
			owner: target.owner,
			repo: target.repo,
			...(target.number === undefined ? {} : { number: target.number }),
		},
		artifact: execution.artifactUrl === null ? null : { url: execution.artifactUrl },
		who: execution.approver,
		login: execution.credentialLogin,
		when: execution.reservedAt.toISOString(),
		settledAt: execution.settledAt?.toISOString() ?? null,
		settlement: settlementOf(execution),
		auditSeq: execution.auditSeq,
		nextCheckAt: execution.nextCheckAt?.toISOString() ?? null,
		checks: execution.checks,
		claimed: execution.claimedUrl === null || execution.claimedUrl === '' ? null : { url: execution.claimedUrl },
	};
}
