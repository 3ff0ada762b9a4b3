import { ok, type Result } from '#core/result';
import { expectRow } from './audit-rows.ts';
import type { Proposal } from './propose.ts';
import type { StepDone, StepTrouble } from './report.ts';
import { type Asker, expectRefusal, mismatch, type Smoke, shaOf, textsOf, type WriteRequest } from './subject.ts';

/** A tool that must stay on the attested path. The number is that of no pull request, should the refusal fail. */
export async function toolRefused(smoke: Smoke, asker: Asker): Promise<Result<StepDone<null>, StepTrouble>> {
	const { owner, repo, tenant } = smoke.options;
	const request: WriteRequest = {
		provider: 'github',
		tool: 'merge_pull_request',
		args: { owner, repo, pullNumber: 2_147_483_647 },
		nonce: smoke.run,
	};
	const query = { tenant };
	const proposed = await smoke.portal.call('POST /api/mcp/propose', { query, body: request });
	const first = expectRefusal('To propose merge_pull_request', proposed, 403, 'tool_not_allowed');
	if (!first.ok) return first;
	// Its own argsSha, so that nothing but the write list stands in its way.
	const refused = await executeRefused(smoke, asker, { request, argsSha: shaOf(asker, request) }, [
		403,
		'tool_not_allowed',
	]);
	return refused.ok
		? ok({ value: null, note: 'merge_pull_request: 403 tool_not_allowed, to propose and to execute' })
		: refused;
}

/** The approval of one text must not carry another, nor a changed hash its own. */
export async function tampered(
	smoke: Smoke,
	asker: Asker,
	{ request, argsSha }: Proposal,
): Promise<Result<StepDone<null>, StepTrouble>> {
	const title = `${request.args.title} (never approved)`;
	const other = { request: { ...request, args: { ...request.args, title } }, argsSha };
	const flipped = { request, argsSha: `${argsSha.slice(0, -1)}${argsSha.endsWith('0') ? '1' : '0'}` };
	for (const changed of [other, flipped]) {
		const refused = await executeRefused(smoke, asker, changed, [409, 'args_sha_mismatch']);
		if (!refused.ok) return refused;
		const { received } = refused.value;
		if (received !== undefined && received !== shaOf(asker, changed.request)) {
			return mismatch('The refusal names another argsSha for these bytes than the one computed here.');
		}
	}
	return ok({
		value: null,
		note: 'other bytes under the approved argsSha, and the approved bytes under another: 409 args_sha_mismatch',
	});
}

/** An execute that has to be refused with this status and code, and to leave its one row. */
async function executeRefused(
	smoke: Smoke,
	asker: Asker,
	attempt: Attempt,
	[status, code]: readonly [number, string],
): Promise<Result<Refused, StepTrouble>> {
	const refusal = await sendRefused(smoke, attempt, [status, code]);
	return refusal.ok ? rowOfRefusal(smoke, asker, attempt.request, refusal.value) : refusal;
}

type Attempt = { readonly request: WriteRequest; readonly argsSha: string };
type Refused = Readonly<Record<string, unknown>>;

/** Sends an execute that has to be refused. */
export async function sendRefused(
	smoke: Smoke,
	{ request, argsSha }: Attempt,
	[status, code]: readonly [number, string],
): Promise<Result<Refused, StepTrouble>> {
	const query = { tenant: smoke.options.tenant };
	const answer = await smoke.portal.call('POST /api/mcp/execute', { query, body: { ...request, argsSha } });
	return expectRefusal(`To execute ${request.tool}`, answer, status, code);
}

/** The row that a refusal left: it holds what the bytes give, whatever hash was sent along. */
export async function rowOfRefusal(
	smoke: Smoke,
	asker: Asker,
	request: WriteRequest,
	refused: Refused,
): Promise<Result<Refused, StepTrouble>> {
	const { auditSeq, code } = refused;
	if (typeof auditSeq !== 'number')
		return mismatch(`The refusal (${code}) names no audit entry; each attempt leaves one.`);
	const row = await expectRow(smoke, asker, {
		seq: auditSeq,
		action: `mcp.tool.github.${request.tool}`,
		argsSha: shaOf(asker, request),
		ok: false,
		code: String(code),
		texts: textsOf(request),
	});
	return row.ok ? ok(refused) : row;
}
