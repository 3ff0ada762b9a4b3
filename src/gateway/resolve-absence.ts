import { issueAddress } from '#core/execution/artifact-place';
import { notBorneOut } from '#core/execution/borne-out';
import { carriesFooter, isOurs, type Sought } from '#core/execution/ours';
import { afterShaOf } from '#core/proposal/label-set';
import { visibleRef } from '#core/proposal/marker';
import { ok } from '#core/result';
import type { Deps } from './deps.ts';
import { othersAmong } from './others-artifacts.ts';
import type { Execution } from './ports/executions.ts';
import type { FoundArtifact, ReadResult } from './ports/upstream.ts';
import { type Access, accessFor } from './provider-access.ts';
import { FURTHER_BACK_MS, listing, soughtOf } from './reconcile-evidence.ts';
import { loginThatWrote } from './resolve-evidence.ts';
import type { Unchecked } from './unchecked.ts';

/** What came of looking once more, when a person says that it did not happen. */
type Absence =
	| { readonly kind: 'there'; readonly url: string }
	/** All that is asked for could be read, and it turned up nowhere. */
	| { readonly kind: 'nowhere' }
	/** It cannot be read, and waiting does not help: the person’s word is all there is. */
	| { readonly kind: 'unchecked'; readonly because: Unchecked }
	/** It cannot be read now: whoever settled upon that might have it written twice. */
	| { readonly kind: 'unread'; readonly why: string };

type Failure = Extract<ReadResult<never>, { ok: false }>['error'];

/**
 * Looks for it in the listing, at the address that came with an answer, and by search. Writes nothing. Whatever turns up
 * counts, wherever else nothing could be read.
 */
export async function lookForAbsence(deps: Deps, execution: Execution): Promise<Absence> {
	const opened = await accessFor(deps, execution);
	if (!opened.ok) return { kind: 'unchecked', because: opened.error };
	const access = opened.value;
	if (execution.afterSha !== null) return lookForState(deps, execution, access);
	const login = await loginThatWrote(deps, execution, access);
	if (!login.ok) return afterFailures([login.error]);
	const sought = soughtOf(deps, execution, login.value);

	const since = new Date(sought.since.getTime() - FURTHER_BACK_MS);
	const listed = await listing(deps, execution, access, since);
	// The clocks of database and provider may differ by more than is allowed for.
	const whenever = { ...sought, since: new Date(0) };
	const inList = listed.ok ? listed.value.filter((artifact) => isOurs(artifact, whenever)) : [];
	const there = await firstNotAnothers(deps, inList);
	if (there !== null) return { kind: 'there', url: there };
	const claimed = await atClaimed(deps, execution, access, sought);
	if (claimed.ok && claimed.value !== null) return { kind: 'there', url: claimed.value };
	const searched = await bySearch(deps, access, sought);
	if (searched.ok && searched.value !== null) return { kind: 'there', url: searched.value };

	// GitHub refuses to search where nothing is visible: that adds nothing to a listing that said so already.
	const reads = listed.ok ? [claimed, searched] : [listed, claimed];
	return afterFailures(reads.flatMap((read) => (read.ok ? [] : [read.error])));
}

/** What may pass goes before what does not: it could still be read there. */
function afterFailures(failures: readonly Failure[]): Absence {
	const passing = failures.find(({ kind }) => kind === 'unreachable' || kind === 'unreadable');
	if (passing !== undefined) return { kind: 'unread', why: passing.why };
	const [first] = failures;
	if (first === undefined) return { kind: 'nowhere' };
	return { kind: 'unchecked', because: first.kind === 'unauthorized' ? 'credential_rejected' : 'not_visible' };
}

async function lookForState(
	deps: Deps,
	{ target, afterSha }: Execution,
	{ provider, secret }: Access,
): Promise<Absence> {
	const labels = await deps.upstream.labels(provider, secret, target);
	if (!labels.ok) return afterFailures([labels.error]);
	if (afterShaOf(labels.value, deps.sha256) !== afterSha) return { kind: 'nowhere' };
	return { kind: 'there', url: issueAddress(deps.webUrl, target) };
}

/** Outside the approved repository too: there it may have been written, when the answer said so. */
async function atClaimed(
	deps: Deps,
	{ claimedUrl }: Execution,
	{ provider, secret }: Access,
	sought: Sought,
): Promise<ReadResult<string | null>> {
	if (claimedUrl === null || claimedUrl === '') return ok(null);
	const read = await deps.upstream.artifactAt(provider, secret, claimedUrl);
	// That nothing is there is an answer.
	if (!read.ok) return read.error.kind === 'not_found' ? ok(null) : read;
	const isOurOwn = carriesFooter(read.value, sought) && notBorneOut(read.value, sought, false) === null;
	return ok(isOurOwn ? await firstNotAnothers(deps, [read.value]) : null);
}

/** Only issues can be searched for. What it does not find says nothing: its index lags. */
async function bySearch(deps: Deps, { provider, secret }: Access, sought: Sought): Promise<ReadResult<string | null>> {
	const { target, argsSha, login } = sought;
	if (target.number !== undefined) return ok(null);
	const wanted = { target, text: visibleRef(argsSha), author: login };
	const searched = await deps.upstream.searchIssues(provider, secret, wanted);
	if (!searched.ok) return searched;
	return ok(
		await firstNotAnothers(
			deps,
			searched.value.found.filter((artifact) => isOurs(artifact, sought)),
		),
	);
}

/** Another execution's could not be settled with either: it would be refused both ways. */
async function firstNotAnothers(deps: Deps, artifacts: readonly FoundArtifact[]): Promise<string | null> {
	if (artifacts.length === 0) return null;
	const others = await othersAmong(deps, artifacts);
	return artifacts.find(({ url }) => !others.has(url))?.url ?? null;
}
