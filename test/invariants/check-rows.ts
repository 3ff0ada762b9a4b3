import type { Entry } from '#core/audit/entry';
import type { Checked, Violation } from './check.ts';
import { short } from './check-artifacts.ts';
import type { ExecutionFact, Facts } from './facts.ts';

/** Attempts that wrote nothing because of an earlier execution, whose id they name. */
const REPEATS = new Set(['replayed', 'execution_in_progress', 'execution_unresolved']);

/** One row to an attempt, one to a verdict, and together they tell the state that each execution is in. */
export function checkRows({ approvals }: Checked, { executions, entries }: Facts): Violation[] {
	const byId = new Map<string, Entry[]>();
	const attempts = new Map<string, number>();
	for (const entry of entries) {
		if (entry === null) continue;
		const { action, argsSha, executionId } = entry;
		if (action.startsWith('mcp.tool.') && argsSha !== undefined) {
			attempts.set(argsSha, (attempts.get(argsSha) ?? 0) + 1);
		}
		if (executionId !== undefined) byId.set(executionId, [...(byId.get(executionId) ?? []), entry]);
	}
	const known = new Set(executions.map(({ id }) => id));
	return [
		...executions.flatMap((execution) => told(execution, byId.get(execution.id) ?? [])),
		...[...byId.keys()]
			.filter((id) => !known.has(id))
			.map((id): Violation => ({ kind: 'no row', what: `the log tells of execution ${id}, which is not there` })),
		...[...attempts].flatMap(([argsSha, rows]): Violation[] => {
			const asked = approvals.get(argsSha)?.executes ?? 0;
			return rows > asked
				? [{ kind: 'no row', what: `${short(argsSha)} was executed ${asked} times and has ${rows} rows` }]
				: [];
		}),
	];
}

/** Follows the rows of one execution, as an auditor would, and holds the end against what is stored. */
function told(execution: ExecutionFact, entries: readonly Entry[]): Violation[] {
	const name = `${short(execution.args_sha)}, execution ${execution.id}`;
	const wrong = (what: string): Violation[] => [{ kind: 'no row', what: `${name}: ${what}` }];
	const own = entries.filter(({ action, code }) => action.startsWith('mcp.tool.') && !REPEATS.has(code ?? ''));
	if (execution.state === 'RESERVED') return own.length === 0 ? [] : wrong('it is RESERVED and has a row');
	const [attempt, second] = own;
	if (attempt === undefined) return wrong(`it is ${execution.state} and its attempt has no row`);
	if (second !== undefined) return wrong(`its attempt has ${own.length} rows`);
	if (attempt.seq !== execution.audit_seq) return wrong('its row is not the one that it names');
	if (attempt.argsSha !== execution.args_sha || attempt.requestId !== execution.request_id) {
		return wrong('its row is about something else');
	}
	if (attempt.action !== `mcp.tool.${execution.provider}.${execution.tool}`) return wrong('its row names another tool');

	let states = stateAfter(attempt);
	let url = attempt.artifact?.url;
	const verdicts = entries.filter(({ action }) => /^mcp\.(?:reconcile|resolve)\./.test(action));
	for (const verdict of verdicts) {
		const { old, new: next } = verdict.detail ?? {};
		if (verdict.seq < attempt.seq) return wrong('a verdict stands before its attempt');
		if (typeof old !== 'string' || !states.includes(old)) return wrong(`a verdict on ${old}, which it was not`);
		const isLook = verdict.action.startsWith('mcp.reconcile.');
		if (isLook !== (old === 'INDETERMINATE')) return wrong(`${verdict.action} on ${old}`);
		const isKnown = next !== 'NEEDS_HUMAN';
		if (verdict.ok !== isKnown || (verdict.code === undefined) !== isKnown) {
			return wrong(`a verdict ${next} with ok ${verdict.ok} and code ${verdict.code}`);
		}
		states = [String(next)];
		url = verdict.artifact?.url;
	}
	if (!states.includes(execution.state)) return wrong(`its rows end in ${states}, and it is ${execution.state}`);
	if (execution.state === 'CONFIRMED' && url !== execution.artifact_url) return wrong('its rows name another address');
	return [];
}

/** An outcome that is not known is looked for, or, when the answer named another place, a person's from the start. */
function stateAfter({ ok, code }: Entry): string[] {
	if (ok) return ['CONFIRMED'];
	if (code === 'upstream_rejected') return ['REJECTED'];
	return code === 'outcome_unknown' ? ['INDETERMINATE', 'NEEDS_HUMAN'] : ['ABSENT'];
}
