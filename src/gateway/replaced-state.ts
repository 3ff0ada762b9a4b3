import type { UpstreamOutcome } from '#core/execution/state';
import { unfitToAdd } from '#core/proposal/label-name';
import { afterShaOf, beforeShaOf, labelChange } from '#core/proposal/label-set';
import { missingAcknowledgements } from '#core/proposal/warnings';
import { type Refusal, refuse } from '#core/refusals';
import type { Creates, Target } from '#core/registry/types';
import { assertNever, err, ok, type Result } from '#core/result';
import { equalHex } from '#core/sha256';
import type { Deps } from './deps.ts';
import type { Execution } from './ports/executions.ts';
import type { ReadResult } from './ports/upstream.ts';
import { whySentence } from './unread-words.ts';

/** Whether the write replaces what stands there, so that its approval covers what it was given upon as well. */
export function isReplacing({ creates }: { readonly creates: Creates }): boolean {
	return creates === 'labels';
}

/** Reads the labels that stand on the target now, or says why not. Writes nothing. */
export async function readPresent(
	deps: Deps,
	input: { readonly provider: string; readonly secret: string; readonly target: Target },
): Promise<Result<readonly string[], Refusal>> {
	const labels = await deps.upstream.labels(input.provider, input.secret, input.target);
	// It looks at the tools by itself only once a minute, and a write only after this: until then it would count as there.
	if (!labels.ok && labels.error.kind === 'unreachable') void deps.upstream.checkTools(input.provider);
	return labels.ok ? labels : err(notRead(labels.error, input.target));
}

/**
 * Reads the state again, as late as can be: what was approved is a set in place of the one that was seen. Another one, also
 * in another spelling, is for the approver to look at. What holds because of a label that is removed is known only now.
 */
export async function checkUnchanged(
	deps: Deps,
	{ execution, labels, acknowledged }: { execution: Execution; labels: string[]; acknowledged: readonly string[] },
	secret: string,
): Promise<Result<null, Refusal>> {
	const { provider, target, beforeSha, credentialId } = execution;
	// Whoever previews from now on sees what stands there, not what stood there before this write.
	deps.sharedReads.forget(credentialId, target);
	const present = await readPresent(deps, { provider, secret, target });
	if (!present.ok) return present;
	if (beforeSha === null || !equalHex(beforeShaOf(present.value, deps.sha256), beforeSha)) {
		const detail = `The labels of ${nameOf(target)} are not those that were approved upon. Nothing was sent. Preview again.`;
		return err(refuse('target_changed', detail));
	}
	const unfit = checkAdded(labels, present.value);
	if (unfit !== null) return err(unfit);
	const { removed } = labelChange(present.value, labels);
	const missing = missingAcknowledgements({ labels, removed }, deps.webUrl, acknowledged);
	return missing.length === 0 ? ok(null) : err(unacknowledged(missing));
}

/** Of check 9, what takes the present set to say: names that pass for others are not added (contracts §2). */
export function checkAdded(labels: readonly string[], present: readonly string[]): Refusal | null {
	const errors = unfitToAdd(labels, present);
	const [first] = errors;
	return first === undefined ? null : refuse('invalid_args', `${first.path}: ${first.message}.`, { errors });
}

/**
 * What a success is worth: v1.0.4 reports one also when GitHub has dropped the labels, which it does without a word for an
 * account without the right to triage. Only the approved set, read back, confirms it. Never throws.
 */
export async function readBack(
	deps: Deps,
	execution: Execution,
	secret: string,
	reported: Extract<UpstreamOutcome, { kind: 'confirmed' }>,
): Promise<UpstreamOutcome> {
	const { provider, target, afterSha, credentialId } = execution;
	deps.sharedReads.forget(credentialId, target);
	const labels = await deps.upstream.labels(provider, secret, target).catch((cause): ReadResult<never> => {
		deps.log.error({ err: cause, executionId: execution.id }, 'the labels could not be read back');
		return err({ kind: 'unreadable', why: 'The reading broke inside the portal.' });
	});
	const claim = { kind: 'unknown', claimedUrl: reported.url } as const;
	if (!labels.ok) {
		return { ...claim, why: 'The provider reported success, but the labels could not be read back.' };
	}
	if (afterSha !== null && equalHex(afterShaOf(labels.value, deps.sha256), afterSha)) return reported;
	const why =
		'The provider reported success, but the labels are not what was approved. Perhaps this account may not set labels (GitHub: triage), or somebody else changed them.';
	return { ...claim, why };
}

/** Which codes the approver has to tick before anything is sent. */
export function unacknowledged(missing: readonly string[]): Refusal {
	const detail = `The approver has to tick: ${missing.join(', ')}.`;
	return refuse('warning_unacknowledged', detail, { extra: { missing } });
}

function notRead(
	{ kind, why }: { kind: 'unauthorized' | 'unreachable' | 'unreadable' | 'not_found'; why: string },
	target: Target,
): Refusal {
	const what = `The labels of ${nameOf(target)} cannot be read`;
	const said = `${whySentence(why)} Nothing was sent.`;
	switch (kind) {
		case 'not_found':
			return refuse(
				'upstream_rejected',
				`${what}: there is no such issue, it is a pull request, or this credential does not see it. ${said}`,
			);
		case 'unauthorized':
			return refuse('upstream_rejected', `${what} with this credential. ${said}`);
		case 'unreachable':
		case 'unreadable':
			return refuse('provider_unreachable', `${what}. ${said}`);
		default:
			return assertNever(kind);
	}
}

function nameOf({ owner, repo, number }: Target): string {
	return `${owner}/${repo}#${number}`;
}
