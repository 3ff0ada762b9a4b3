import type { Answered, Checked, Violation } from './check.ts';
import { short } from './check-artifacts.ts';
import type { Facts } from './facts.ts';

/** Answers that are given without a row: refused before it is owed, or with the database gone. */
const WITHOUT_ROW = new Set([
	'rate_limited',
	'unauthenticated',
	'tenant_not_found',
	'database_unavailable',
	'internal',
]);

/** Whatever was answered is in the log, each in a row of its own, and what was answered 200 stands. */
export function checkAnswers({ answers }: Checked, facts: Facts): Violation[] {
	const seen = new Map<number, Answered>();
	return answers.flatMap((answer) => {
		const { auditSeq } = answer.body;
		const other = auditSeq === undefined ? undefined : seen.get(auditSeq);
		if (auditSeq !== undefined) seen.set(auditSeq, answer);
		return other === undefined
			? answered(answer, facts)
			: [violation('no row', answer, `two answers name the row ${auditSeq}`)];
	});
}

function answered(answer: Answered, { entries, executions }: Facts): Violation[] {
	const { status, body } = answer;
	const execution = executions.find(({ id }) => id === body.executionId);
	if (body.auditSeq === undefined) {
		if (body.code === 'outcome_unknown' && execution !== undefined) return [];
		return WITHOUT_ROW.has(body.code ?? '') ? [] : [violation('no row', answer, 'it names no row')];
	}
	const row = entries[body.auditSeq];
	const isItsRow =
		row?.seq === body.auditSeq &&
		row.action.startsWith('mcp.tool.') &&
		row.argsSha === answer.argsSha &&
		row.executionId === body.executionId;
	if (!isItsRow) return [violation(status === 200 ? 'lost' : 'no row', answer, `row ${body.auditSeq} is another’s`)];
	if (status !== 200) {
		return row.ok || row.code !== body.code ? [violation('no row', answer, 'its row says something else')] : [];
	}
	if (!row.ok || (row.code === 'replayed') !== body.replayed) {
		return [violation('lost', answer, 'its row says something else')];
	}
	const stands = execution?.state === 'CONFIRMED' && execution.artifact_url === body.artifact?.url;
	return stands ? [] : [violation('lost', answer, `its execution is ${execution?.state ?? 'not there'}`)];
}

function violation(kind: Violation['kind'], { argsSha, status, body }: Answered, why: string): Violation {
	return { kind, what: `${short(argsSha)} was answered ${status} ${body.code ?? ''}: ${why}` };
}
