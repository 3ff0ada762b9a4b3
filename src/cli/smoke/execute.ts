import type { AnswerOf } from '#api/contract/routes';
import { exchange } from '#cli/http/exchange';
import { footerLine, marker, visibleRef } from '#core/proposal/marker';
import { ok, type Result } from '#core/result';
import type { Proposal } from './propose.ts';
import type { StepDone, StepTrouble } from './report.ts';
import { type Asker, mismatch, type Smoke } from './subject.ts';

export type Executed = AnswerOf<'POST /api/mcp/execute'>;

/** Executes the proposal, once: an issue with an address in the right repository. */
export async function execute(
	smoke: Smoke,
	asker: Asker,
	proposal: Proposal,
): Promise<Result<StepDone<Executed>, StepTrouble>> {
	const answer = await sendExecute(smoke, proposal);
	if (!answer.ok) return answer;
	const executed = answer.value;
	const { options, portal } = smoke;
	if (executed.replayed) return mismatch('The answer says that these bytes had been executed before; they are new.');
	const wrong = wrongAnswer(executed, proposal, options);
	if (wrong !== null) return mismatch(wrong);

	const query = { tenant: options.tenant };
	const stored = await portal.call('GET /api/mcp/executions/:id', { query, params: { id: executed.executionId } });
	if (!stored.ok) return stored;
	const { state, artifact, argsSha, target } = stored.value;
	if (state !== 'CONFIRMED' || argsSha !== proposal.argsSha || artifact?.url !== executed.artifact.url) {
		return mismatch(
			`The stored execution (${state}, ${artifact?.url ?? 'no artifact'}) is not what the answer said (${executed.artifact.url}).`,
		);
	}
	if (target.owner !== options.owner || target.repo !== options.repo)
		return mismatch('The stored execution is about another repository.');
	const page = await lookAtPage(smoke, asker, executed);
	return ok({ value: executed, note: `${executed.artifact.url}; audit entry ${executed.auditSeq}; ${page}` });
}

/** The proposal as it was approved, for the first time or again. */
export async function sendExecute(
	smoke: Smoke,
	{ request, argsSha }: Proposal,
): Promise<Result<Executed, StepTrouble>> {
	const query = { tenant: smoke.options.tenant };
	const answer = await smoke.portal.call('POST /api/mcp/execute', { query, body: { ...request, argsSha } });
	if (answer.ok) return answer;
	const { code, reason } = answer.error;
	return { ok: false, error: { ...answer.error, reason: `${reason}${whatToDo(code)}` } };
}

/** What an answer of execute has to say of itself; null when it does. */
export function wrongAnswer(
	answer: Executed,
	{ argsSha, request }: Proposal,
	place: { owner: string; repo: string },
): string | null {
	if (answer.argsSha !== argsSha || answer.marker !== marker(argsSha))
		return 'The answer is about another argsSha than the approved one.';
	if (answer.provider !== request.provider || answer.tool !== request.tool) return 'The answer is about another tool.';
	const url = URL.parse(answer.artifact.url);
	const path = new RegExp(`^/${quoted(place.owner)}/${quoted(place.repo)}/issues/[1-9]\\d*$`, 'i');
	if (
		url === null ||
		!/^https?:$/.test(url.protocol) ||
		!path.test(url.pathname) ||
		url.username !== '' ||
		url.password !== ''
	) {
		return `The artifact’s address (${answer.artifact.url}) is not that of an issue in ${place.owner}/${place.repo}.`;
	}
	return null;
}

function whatToDo(code: string): string {
	switch (code) {
		case 'outcome_unknown':
			return ' The issue may have been opened: see the execution in the portal, which looks for it by itself. Do not read this as “nothing was written”.';
		case 'upstream_rejected':
			return ' Does the repository exist, with issues switched on, and may the tenant’s PAT write issues there?';
		case 'credential_unreadable':
			return ' It was sealed under another PORTAL_SECRET: set the PAT again under Settings → Integrations, or bring back the secret (PORTAL_SECRET_PREVIOUS).';
		case 'interrupted':
		case 'timeout':
		case 'unreachable':
			return ' The issue may have been opened: look at the executions in the portal.';
		default:
			return '';
	}
}

const LOOK_MS = 5_000;

/**
 * Opens the issue as anybody would, without credentials. Says what was seen; nothing of it is a failure, since a private
 * repository, a login wall or a NetworkPolicy are as they should be.
 */
async function lookAtPage(smoke: Smoke, asker: Asker, executed: Executed): Promise<string> {
	const url = new URL(executed.artifact.url);
	const page = await exchange({
		method: 'GET',
		path: `${url.pathname}${url.search}`,
		headers: { accept: 'text/html', 'user-agent': 'portal-smoke' },
		connect: new URL(url.origin),
		host: url,
		timeoutMs: LOOK_MS,
		stop: smoke.stop,
	});
	const look = 'look at the footer there yourself';
	if (!page.ok) return `the page was not opened from here (${page.error.code}): ${look}`;
	const { status, text } = page.value;
	if (status !== 200) return `the page does not open without signing in (HTTP ${status}): ${look}`;
	const footer = footerLine({ name: asker.me.user.name, memberId: asker.memberId }, executed.argsSha);
	if (text.includes(footer)) return 'the page opens and shows the footer with the approver';
	return text.includes(visibleRef(executed.argsSha))
		? 'the page opens and shows the reference'
		: `the page opens; ${look}`;
}

function quoted(text: string): string {
	return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
