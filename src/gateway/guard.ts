import type { Role } from '#core/access/roles';
import { guardWrite } from '#core/guardrails/guard-write';
import { checkTarget } from '#core/guardrails/target-allowed';
import { argsSha } from '#core/proposal/args-sha';
import { type Refusal, refuse } from '#core/refusals';
import type { SafeWrite } from '#core/registry/types';
import { err, ok, type Result } from '#core/result';
import type { Sha256 } from '#core/sha256';
import type { Caller } from './ports/caller.ts';
import type { GuardFacts } from './ports/executions.ts';
import type { WriteRequest } from './request.ts';

/** Check 5: role, then token scope. An agent that holds a token must not approve itself (contracts §1). */
export function checkRole(
	caller: Caller,
	need: { roles: readonly Role[]; scope: 'propose' | 'execute' },
	facts: GuardFacts,
): Result<null, Refusal> {
	if (!need.roles.includes(caller.role)) {
		const who = need.scope === 'execute' ? 'an ADMIN approves' : 'an ADMIN or a MEMBER proposes';
		return err(refuse('role_required', `You are ${article(caller.role)} ${caller.role} here: ${who}.`));
	}
	if (caller.principal.kind !== 'token') return ok(null);
	if (!caller.principal.scopes.includes(need.scope)) {
		return err(refuse('scope_required', `This token lacks the scope “${need.scope}”.`));
	}
	if (need.scope === 'execute' && !facts.executeTokensOn) {
		return err(refuse('scope_required', 'Execution by token is switched off (flag mcp.execute-tokens).'));
	}
	return ok(null);
}

function article(role: Role): string {
	return role === 'MEMBER' ? 'a' : 'an';
}

/** Checks 6 and 7: the flag, then the tenant's switch. */
export function checkSwitches(
	caller: Caller,
	facts: Pick<GuardFacts, 'gatewayOn' | 'dispatchOn'>,
): Result<null, Refusal> {
	const where = caller.tenant.slug;
	if (!facts.gatewayOn) {
		return err(
			refuse('feature-disabled', `The flag mcp.gateway is off: nothing can be proposed or executed in ${where}.`),
		);
	}
	if (!facts.dispatchOn) {
		return err(
			refuse(
				'agent_dispatch_disabled',
				`agentDispatchEnabled is off: nothing can be proposed or executed in ${where}.`,
			),
		);
	}
	return ok(null);
}

/**
 * Checks 6–9 that propose and execute share, with the same codes (contracts §2). The tenant's targets come after the
 * static list has let the write through: they can only narrow it.
 */
export function guard(
	caller: Caller,
	request: WriteRequest,
	facts: Pick<GuardFacts, 'gatewayOn' | 'dispatchOn' | 'allowedTargets'>,
): Result<SafeWrite, Refusal> {
	const on = checkSwitches(caller, facts);
	if (!on.ok) return on;
	const write = guardWrite(request);
	if (!write.ok) return write;
	const target = checkTarget(facts.allowedTargets, write.value.target(request.args));
	return target.ok ? write : target;
}

/** The argsSha of a request in the caller's tenant (bytes §2). */
export function shaOf(caller: Caller, request: WriteRequest, sha256: Sha256): string {
	const { provider, tool, args, nonce } = request;
	return argsSha(
		{ tenantId: caller.tenant.id, provider, tool, args, ...(nonce === undefined ? {} : { nonce }) },
		sha256,
	);
}
