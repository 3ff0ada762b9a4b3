import type { Trouble } from '#cli/http/trouble';
import { ok, type Result } from '#core/result';
import type { Proposal } from './propose.ts';
import { rowOfRefusal, sendRefused } from './refusals.ts';
import type { StepDone, StepTrouble } from './report.ts';
import { FLAG, reasonOf, restoreFlag } from './restore-flag.ts';
import { type Asker, expectRefusal, mismatch, type Smoke } from './subject.ts';

/** A propose may believe for a second that another process's switch stands as it did (src/gateway/recent-facts.ts). */
const SEEN_WITHIN_MS = 3_000;
const LOOK_AGAIN_MS = 100;

/**
 * Switches the gateway off for the tenant, sees both routes refuse, and switches it on again whatever happened in between.
 *
 * Killed hard (SIGKILL) between the two, the flag stays off: its reason then says whose work that is.
 */
export async function flagOff(
	smoke: Smoke,
	asker: Asker,
	proposal: Proposal,
): Promise<Result<StepDone<null>, StepTrouble>> {
	const query = { tenant: smoke.options.tenant };
	const before = await smoke.portal.call('GET /api/flags', { query });
	if (!before.ok) return before;
	// What somebody else has switched off meanwhile is theirs.
	if (before.value.flags.find(({ flag }) => flag === FLAG)?.effective !== true) {
		return {
			ok: false,
			error: {
				code: 'feature-disabled',
				reason: `${FLAG} has been switched off by somebody else since this run began. It is left as it is.`,
			},
		};
	}
	if (smoke.stop.aborted)
		return { ok: false, error: { code: 'interrupted', reason: 'It was interrupted. Nothing was switched.' } };

	const began = smoke.now();
	let seen: Awaited<ReturnType<typeof seeRefusals>> = mismatch('It broke before it had looked.');
	let restored: Awaited<ReturnType<typeof restoreFlag>> = ok('nothing was switched');
	let state: 'off' | 'refused' | 'not known' = 'not known';
	try {
		// Not stopped half-way: whether it is off would then not be known.
		const off = await smoke.portal.call(
			'PUT /api/flags/:flag',
			{
				query,
				params: { flag: FLAG },
				body: { enabled: false, reason: reasonOf(smoke.run, 'off for a moment, on again within two minutes') },
			},
			{ evenWhenStopping: true },
		);
		state = off.ok ? 'off' : isRefusal(off.error) ? 'refused' : 'not known';
		seen = off.ok ? await seeRefusals(smoke, proposal) : off;
	} finally {
		if (state !== 'refused') restored = await restoreFlag(smoke, { certain: state === 'off' });
	}
	if (!restored.ok) return restored;
	const ms = Math.round(smoke.now() - began);
	if (!seen.ok) return { ok: false, error: { ...seen.error, reason: `${seen.error.reason} (${restored.value})` } };
	const row = await rowOfRefusal(smoke, asker, proposal.request, seen.value);
	if (!row.ok) return row;
	const back = await untilProposeIs(smoke, proposal, 'on');
	if (!back.ok) return back;
	return ok({ value: null, note: `503 feature-disabled to propose and to execute; off for ${ms} ms, and on again` });
}

/** The portal itself said no, before it did anything: then nothing can come late. */
function isRefusal({ body, status }: Trouble): boolean {
	return body !== undefined && status !== undefined && status < 500;
}

/** Both at once, and no look at anything else meanwhile: the tenant is waiting. Gives the refusal of the execute. */
async function seeRefusals(
	smoke: Smoke,
	proposal: Proposal,
): Promise<Result<Readonly<Record<string, unknown>>, StepTrouble>> {
	const [proposed, executed] = await Promise.all([
		untilProposeIs(smoke, proposal, 'off'),
		sendRefused(smoke, proposal, [503, 'feature-disabled']),
	]);
	return proposed.ok ? executed : proposed;
}

/** Proposes until the portal has noticed the switch. */
async function untilProposeIs(
	smoke: Smoke,
	{ request }: Proposal,
	wanted: 'on' | 'off',
): Promise<Result<null, StepTrouble>> {
	const query = { tenant: smoke.options.tenant };
	const deadline = smoke.now() + SEEN_WITHIN_MS;
	for (;;) {
		const answer = await smoke.portal.call('POST /api/mcp/propose', { query, body: request });
		if (wanted === 'on' && answer.ok) return ok(null);
		const refusal = expectRefusal('To propose while the flag is off', answer, 503, 'feature-disabled');
		if (wanted === 'off' && refusal.ok) return ok(null);
		// Only the switch's old state may be a matter of time.
		const mayPass = wanted === 'off' ? answer.ok : refusal.ok;
		if (!mayPass || smoke.now() >= deadline) {
			if (wanted === 'off') return refusal as Result<never, StepTrouble>;
			return answer.ok ? ok(null) : answer;
		}
		await smoke.pause(LOOK_AGAIN_MS);
	}
}
