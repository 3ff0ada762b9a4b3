import { PROVED_ABSENT } from '#core/execution/settlement';
import { type Refusal, refuse } from '#core/refusals';
import { err, ok, type Result } from '#core/result';
import type { Deps } from './deps.ts';

const MOST_CODE_POINTS = 500;
/** Whatever begins like a token of GitHub's or of the portal's: nobody should put one there, whoever's it is. */
const TOKEN = /(?:gh[pousr]_|github_pat_|karc_pat_)[A-Za-z0-9_]{8,}/i;

/** Why a person settles it, as the audit log keeps it: one line, at most 500 code points. */
export function readReason(text: string | undefined): Result<string, Refusal> {
	const lines = (text ?? '').replace(/[\p{Zl}\p{Zp}\s]+/gu, ' ');
	const reason = lines.trim();
	if (reason.replace(/[\p{C}\s]/gu, '') === '') {
		return err(refuse('reason_required', 'Say how you know: it is kept in the audit log.'));
	}
	// Invisible ones hide what is said, and a token from whoever looks for it.
	if (/\p{C}/u.test(reason)) return err(wrong('must not hold control characters or invisible ones'));
	if ([...reason].length > MOST_CODE_POINTS) return err(wrong('must be at most 500 characters'));
	if (TOKEN.test(reason.normalize('NFKC'))) return err(holdsToken());
	// How an execution was settled is told by it: a person's word must not pass for a look's proof.
	if (reason === PROVED_ABSENT) return err(wrong('must be your own words: this sentence is the portal’s'));
	return ok(reason);
}

/** The tenant's own PAT is looked for too, however it is shaped (a classic one is 40 hex digits) and written. */
export function refuseSecret(deps: Pick<Deps, 'holdsSecret'>, reason: string, secret: string): Refusal | null {
	return deps.holdsSecret(reason, secret) ? holdsToken() : null;
}

function holdsToken(): Refusal {
	return wrong('must not hold a token: it is kept for good, and shown');
}

function wrong(message: string): Refusal {
	return refuse('invalid_request', `The reason ${message}.`, { errors: [{ path: 'reason', message }] });
}
