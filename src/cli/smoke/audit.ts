import { ok, type Result } from '#core/result';
import { expectRow, rowsFrom } from './audit-rows.ts';
import { type Executed, sendExecute, wrongAnswer } from './execute.ts';
import type { Proposal } from './propose.ts';
import type { StepDone, StepTrouble } from './report.ts';
import { type Asker, mismatch, type Smoke, textsOf } from './subject.ts';

/** The chain is valid, and the attempt's row holds the hash of the arguments and none of their text. */
export async function audit(
	smoke: Smoke,
	asker: Asker,
	proposal: Proposal,
	executed: Executed,
): Promise<Result<StepDone<null>, StepTrouble>> {
	const chain = await smoke.portal.call('POST /api/audit/verify-chain', { query: { tenant: smoke.options.tenant } });
	if (!chain.ok) return chain;
	const { ok: valid, size, firstBad } = chain.value;
	if (!valid) {
		const where = firstBad === undefined ? '' : ` at entry ${firstBad.seq} (${firstBad.reason})`;
		return mismatch(
			`The audit chain is broken${where}. Keep the database as it is, and export the log before anything else.`,
		);
	}
	if (size <= executed.auditSeq)
		return mismatch(`The log has ${size} entries, and the answer named entry ${executed.auditSeq}.`);
	const { argsSha, request } = proposal;
	const row = await expectRow(smoke, asker, {
		seq: executed.auditSeq,
		action: 'mcp.tool.github.issue_write',
		argsSha,
		ok: true,
		code: null,
		url: executed.artifact.url,
		executionId: executed.executionId,
		texts: textsOf(request),
	});
	if (!row.ok) return row;
	return ok({
		value: null,
		note: `${size} entries, chain valid; entry ${executed.auditSeq} has the argsSha, the issue and ${asker.me.user.name}’s id, no text`,
	});
}

/** The same request again: the same issue, no second one, and one row more that says so. */
export async function idempotent(
	smoke: Smoke,
	proposal: Proposal,
	first: Executed,
): Promise<Result<StepDone<null>, StepTrouble>> {
	const answer = await sendExecute(smoke, proposal);
	if (!answer.ok) return answer;
	const again = answer.value;
	const wrong = wrongAnswer(again, proposal, smoke.options);
	if (wrong !== null) return mismatch(wrong);
	if (again.artifact.url !== first.artifact.url || again.executionId !== first.executionId) {
		return mismatch(
			`The same request gave a second issue: ${again.artifact.url} beside ${first.artifact.url}. Close both, and look into the portal’s log.`,
		);
	}
	if (!again.replayed) return mismatch('The second answer does not say that it is a replay.');

	const rows = await rowsFrom(smoke, proposal.logSize);
	if (!rows.ok) return rows;
	const ours = rows.value.filter(({ entry }) => entry.argsSha === proposal.argsSha);
	const seen = ours.map(({ entry }) => `${entry.seq} ${entry.code ?? 'ok'}`).join(', ');
	if (seen !== `${first.auditSeq} ok, ${again.auditSeq} replayed`)
		return mismatch(`The log should hold one write and one replay of it; it holds: ${seen || 'nothing'}.`);
	if (ours.some(({ entry }) => entry.artifact?.url !== first.artifact.url))
		return mismatch('The log names two artifacts for one approval.');

	const query = { tenant: smoke.options.tenant, limit: 100 };
	const list = await smoke.portal.call('GET /api/mcp/executions', { query });
	if (!list.ok) return list;
	const executions = list.value.executions.filter(({ argsSha }) => argsSha === proposal.argsSha);
	if (executions.length !== 1) return mismatch(`One approval has ${executions.length} executions.`);
	return ok({
		value: null,
		note: `replayed: the same issue, one execution, entries ${first.auditSeq} and ${again.auditSeq}`,
	});
}
