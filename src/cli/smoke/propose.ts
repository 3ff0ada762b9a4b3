import type { AnswerOf } from '#api/contract/routes';
import { artifactBody, carriesMarker, cleanName, marker } from '#core/proposal/marker';
import { err, ok, type Result } from '#core/result';
import { logSize, rowsFrom } from './audit-rows.ts';
import type { StepDone, StepTrouble } from './report.ts';
import { type Asker, issueRequest, mismatch, type Smoke, shaOf, type WriteRequest } from './subject.ts';

/** What was approved, by the reckoning of this side. */
export interface Proposal {
	readonly request: WriteRequest;
	readonly argsSha: string;
	/** Entries in the log before anything of this run. */
	readonly logSize: number;
}

/** Proposes the issue, and holds the answer against what the bytes themselves say. */
export async function propose(smoke: Smoke, asker: Asker): Promise<Result<StepDone<Proposal>, StepTrouble>> {
	const { portal, options } = smoke;
	const query = { tenant: options.tenant };
	const request = issueRequest(smoke);
	const argsSha = shaOf(asker, request);
	const before = await logSize(smoke);
	if (!before.ok) return before;
	const answer = await portal.call('POST /api/mcp/propose', { query, body: request });
	if (!answer.ok) return answer;
	const wrong = wrongPreview(answer.value, request, asker, argsSha);
	if (wrong !== null) return mismatch(wrong);
	const written = await writtenBy(smoke, argsSha, before.value);
	if (!written.ok) return written;
	if (written.value !== null) return mismatch(written.value);
	const note = `argsSha ${argsSha.slice(0, 16)}…, as computed here; marker and footer in the preview; nothing written`;
	return ok({ value: { request, argsSha, logSize: before.value }, note });
}

function wrongPreview(
	answer: AnswerOf<'POST /api/mcp/propose'>,
	request: WriteRequest,
	asker: Asker,
	sha: string,
): string | null {
	if (answer.argsSha !== sha) {
		return `The argsSha of the answer (${answer.argsSha}) is not that of the bytes sent (${sha}): something on the way changes the request, or portal and command differ in version.`;
	}
	const { preview } = answer;
	const body = preview.artifact?.body ?? '';
	if (answer.marker !== marker(sha) || !carriesMarker(body, sha))
		return 'The preview does not carry the marker of this proposal.';
	if (preview.artifact?.title !== request.args.title) return 'The preview shows another title than was proposed.';
	if (!isOurs(body, request, asker, sha)) {
		return 'The preview’s text is not what was proposed, followed by the footer that names who asks.';
	}
	if (preview.args.body !== body || preview.args.title !== request.args.title) {
		return 'The preview’s arguments are not what it shows.';
	}
	const { owner, repo } = preview.target;
	if (owner !== request.args.owner || repo !== request.args.repo) return 'The preview is about another repository.';
	const holding = preview.warnings.filter(({ holds }) => holds).map(({ code }) => code);
	return holding.length === 0 ? null : `The preview warns of what is not in the text: ${holding.join(', ')}.`;
}

/** The body must be the proposed one with the footer. A token's name is not known here: anything that a name may hold. */
function isOurs(body: string, request: WriteRequest, asker: Asker, sha: string): boolean {
	const approver = { name: asker.me.user.name, memberId: asker.memberId };
	if (asker.me.via === 'session') return body === artifactBody(String(request.args.body), approver, sha);
	const named = / by token ([^\n]*) via SARC MCP Gateway/.exec(body)?.[1] ?? '';
	return (
		cleanName(named) === named &&
		body === artifactBody(String(request.args.body), { ...approver, tokenName: named }, sha)
	);
}

/** A propose leaves no row and no execution. Others may write in the meantime, so what counts is whether these bytes did. */
async function writtenBy(smoke: Smoke, sha: string, since: number): Promise<Result<string | null, StepTrouble>> {
	const rows = await rowsFrom(smoke, since);
	if (!rows.ok) return err(rows.error);
	const row = rows.value.find(({ entry }) => entry.argsSha === sha);
	if (row !== undefined) return ok(`The propose left a row in the audit log (${row.entry.seq}).`);
	const query = { tenant: smoke.options.tenant, limit: 100 };
	const list = await smoke.portal.call('GET /api/mcp/executions', { query });
	if (!list.ok) return list;
	const execution = list.value.executions.find(({ argsSha }) => argsSha === sha);
	return ok(execution === undefined ? null : `The propose left an execution (${execution.id}).`);
}
