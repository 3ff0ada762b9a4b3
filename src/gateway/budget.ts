import { targetSentence } from '#core/guardrails/target-allowed';
import { type Refusal, refuse } from '#core/refusals';
import type { Target } from '#core/registry/types';
import type { Deps } from './deps.ts';
import type { ReserveResult, WriteBudget } from './ports/reservation.ts';

type Refused = Extract<ReserveResult, { kind: 'refused' }>;

/** What a caller is told when the reservation was refused: nothing was stored and nothing sent (contracts §3). */
export function refusedReservation(
	refused: Refused,
	write: { readonly target: Target; readonly login: string | null; readonly budget: WriteBudget },
): Refusal {
	const { code, retryAfter, executionId } = refused;
	const more = {
		...(retryAfter === undefined ? {} : { retryAfter }),
		...(executionId === undefined ? {} : { extra: { executionId } }),
	};
	return refuse(code, sentence(refused, write), more);
}

function sentence(
	{ code }: Refused,
	{ target, login, budget }: { target: Target; login: string | null; budget: WriteBudget },
): string {
	switch (code) {
		case 'write_budget_exhausted': {
			const account = login === null ? 'This credential' : `The account ${login}`;
			return `${account} has used its budget (${inWords(budget)}). Nothing was sent.`;
		}
		case 'execution_in_progress':
			return `Another write of the same kind to ${name(target)} is under way. Nothing was sent.`;
		case 'execution_unresolved':
			return `Another write of the same kind to ${name(target)} was sent and its outcome is not known yet. Nothing was sent.`;
		case 'target_not_allowed':
			return targetSentence(target);
		default:
			return `It changed between check and reservation (${code}). Nothing was sent.`;
	}
}

function name({ owner, repo, number }: Target): string {
	return `${owner}/${repo}${number === undefined ? '' : `#${number}`}`;
}

function inWords({ perMinute, perHour }: WriteBudget): string {
	const parts = [
		...(perMinute === null ? [] : [`${perMinute} writes a minute`]),
		...(perHour === null ? [] : [`${perHour} ${perMinute === null ? 'writes ' : ''}an hour`]),
	];
	return parts.join(' and ');
}

/**
 * Gives back what an execution took of the write budget, since nothing was sent. The attempt is recorded by then: if this
 * fails, the account is held to fewer writes for one window, and that is all.
 */
export async function giveBack(deps: Pick<Deps, 'store' | 'log'>, executionId: string): Promise<void> {
	try {
		await deps.store.releaseBudget(executionId);
	} catch (cause) {
		deps.log.warn({ err: cause, executionId }, 'the write budget could not be given back');
	}
}
