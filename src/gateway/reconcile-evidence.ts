import { artifactPlace, isApprovedPage, isInRepository, issueAddress } from '#core/execution/artifact-place';
import { CLOCK_SKEW_MS, type Evidence } from '#core/execution/decide';
import { isOfAccount, type Sought, sameLogin } from '#core/execution/ours';
import { afterShaOf } from '#core/proposal/label-set';
import { visibleRef } from '#core/proposal/marker';
import { err, ok, type Result } from '#core/result';
import type { Deps } from './deps.ts';
import { othersAmong } from './others-artifacts.ts';
import type { Execution } from './ports/executions.ts';
import type { FoundArtifact, ReadResult, Searched } from './ports/upstream.ts';
import { type Access, accessFor, type NoAccess } from './provider-access.ts';
import { toldBy } from './reconcile-marks.ts';
import { unlistedSince } from './reconcile-unlisted.ts';

/**
 * How much further back than the skew of clocks the listing goes, to see that the database's clock ran ahead when it reserved.
 * By more than this and it is not seen in a listing.
 */
export const FURTHER_BACK_MS = 3_600_000;

const NOTHING_SEARCHED: ReadResult<Searched> = ok({ found: [], whole: true });
const HIDDEN =
	'A number was given out there, perhaps since the reservation, that shows nothing now: deleted, a discussion, or moved to where the credential may not look.';
const MOVED = 'The issue that was to be commented on does not stand where it was approved any more.';

const NO_ACCESS: Readonly<Record<NoAccess, string>> = {
	provider_not_configured: 'No MCP server is configured for the provider.',
	credential_missing: 'The tenant has no credential for the provider.',
	credential_unreadable: 'The stored credential does not open.',
};

/**
 * Looks for what an execution may have written, with the tenant's present credential: at the address that came with the
 * answer, then in the whole listing since the reservation, then by search wherever the credential may read, since an issue
 * can be transferred. Writes nothing, neither here nor there.
 * @param more.unlisted look beyond listing and search too: at each number that was given out since, and at the issue that
 * was to be commented on.
 */
export async function evidenceFor(
	deps: Deps,
	execution: Execution,
	more: { search: boolean; unlisted: boolean },
): Promise<Evidence> {
	const access = await accessFor(deps, execution);
	if (!access.ok) return { kind: 'unread', why: NO_ACCESS[access.error] };
	if (execution.afterSha !== null) return stateEvidence(deps, execution, access.value);
	const evidence = await createdEvidence(deps, execution, access.value, more);
	// They are stored and shown, and the server may write anything there.
	const urls = 'urls' in evidence ? evidence.urls : 'url' in evidence ? [evidence.url] : [];
	return urls.some((url) => deps.holdsSecret(url, access.value.secret))
		? { kind: 'unread', why: 'An address that was given holds what must not be shown.' }
		: evidence;
}

async function createdEvidence(
	deps: Deps,
	execution: Execution,
	access: Access,
	more: { search: boolean; unlisted: boolean },
): Promise<Evidence> {
	const { provider, secret, credential } = access;
	const who = await deps.upstream.whoAmI(provider, secret);
	if (!who.ok) return unread(who);
	const { login } = who.value;
	if (execution.credentialLogin !== null && !sameLogin(login, execution.credentialLogin))
		return { kind: 'other_login' };

	const sought = soughtOf(deps, execution, login);
	const claimed = await claimedArtifact(deps, execution, access);
	const listed = await listing(deps, execution, access, new Date(sought.since.getTime() - FURTHER_BACK_MS));
	const searched = more.search ? await searchedEverywhere(deps, access, sought) : NOTHING_SEARCHED;
	const seen = [
		...(claimed === null ? [] : [claimed]),
		...(listed.ok ? listed.value : []),
		...(searched.ok ? searched.value.found : []),
	];
	const isClaimedElsewhere = claimedElsewhere(deps, execution) !== null;
	const told = await toldBy(deps, access, { artifacts: seen, sought, isClaimedElsewhere });
	if (told !== null) return told;
	if (!listed.ok) return unread(listed);
	if (!searched.ok) return unread(searched);
	if (!searched.value.whole) return { kind: 'unread', why: 'The search did not look through everything.' };

	const seenThere = { sought, listed: listed.value };
	const beyond = more.unlisted ? await beyondListing(deps, execution, access, seenThere) : ok([]);
	if (!beyond.ok) return beyond.error;
	return {
		kind: 'not_listed',
		unaccounted: await countUnaccounted(deps, [...listed.value, ...beyond.value], sought),
		sureOfAccount: execution.credentialLogin !== null || credential.id === execution.credentialId,
	};
}

/** What no listing and no search has shown; or what follows from it at once, or from not having been able to look. */
async function beyondListing(
	deps: Deps,
	execution: Execution,
	access: Access,
	seen: { sought: Sought; listed: readonly FoundArtifact[] },
): Promise<Result<readonly FoundArtifact[], Evidence>> {
	if (execution.target.number !== undefined) {
		const moved = await parentMoved(deps, execution, access);
		return moved === null ? ok([]) : err(moved);
	}
	const unlisted = await unlistedSince(deps, execution, access, seen);
	if (!unlisted.ok) return err(unread(unlisted));
	const { artifacts, hiddenAt } = unlisted.value;
	const told = await toldBy(deps, access, { artifacts, sought: seen.sought, isClaimedElsewhere: false });
	if (told !== null) return err(told);
	return hiddenAt === null ? ok(artifacts) : err({ kind: 'astray', url: hiddenAt, why: HIDDEN });
}

/**
 * The listing of an issue's comments follows a transfer, and whatever else becomes of an issue: only while it stands where it
 * was approved is it known to be that listing.
 */
async function parentMoved(deps: Deps, { target }: Execution, { provider, secret }: Access): Promise<Evidence | null> {
	const url = issueAddress(deps.webUrl, target);
	const parent = await deps.upstream.artifactAt(provider, secret, url);
	if (!parent.ok) return unread(parent);
	const place = artifactPlace(parent.value.url, deps.webUrl);
	const stands = place !== null && isInRepository(place, target) && place.number === target.number;
	return stands ? null : { kind: 'astray', url: parent.value.url, why: MOVED };
}

/** What counts as this execution's artifact, when `login` is the account that wrote. */
export function soughtOf(deps: Deps, { argsSha, target, reservedAt }: Execution, login: string): Sought {
	return { argsSha, target, login, since: new Date(reservedAt.getTime() - CLOCK_SKEW_MS), webUrl: deps.webUrl };
}

/** Everything of the kind that was approved since then, by whomever: all of it, or an error. */
export function listing(
	deps: Deps,
	{ target }: Execution,
	{ provider, secret }: Access,
	since: Date,
): Promise<ReadResult<FoundArtifact[]>> {
	return target.number === undefined
		? deps.upstream.issuesSince(provider, secret, target, since)
		: deps.upstream.commentsSince(provider, secret, target, since);
}

/** Whether the approved set of labels stands on the issue now. */
export async function stateEvidence(
	deps: Deps,
	{ target, afterSha }: Execution,
	{ provider, secret }: Access,
): Promise<Evidence> {
	const labels = await deps.upstream.labels(provider, secret, target);
	if (!labels.ok) return unread(labels);
	return afterShaOf(labels.value, deps.sha256) === afterSha
		? { kind: 'found', url: issueAddress(deps.webUrl, target) }
		: { kind: 'other_state' };
}

/** The address that the answer named, when it is not where the write was approved; '' when it was not kept. */
export function claimedElsewhere({ webUrl }: Deps, { claimedUrl, target }: Execution): string | null {
	return claimedUrl === null || isApprovedPage(claimedUrl, target, webUrl) ? null : claimedUrl;
}

/** What stands at the address that came with the answer. It proves nothing by itself; an error is none of the listing's. */
async function claimedArtifact(
	deps: Deps,
	{ claimedUrl }: Execution,
	{ provider, secret }: Access,
): Promise<FoundArtifact | null> {
	if (claimedUrl === null || claimedUrl === '') return null;
	const artifact = await deps.upstream.artifactAt(provider, secret, claimedUrl);
	return artifact.ok ? artifact.value : null;
}

/** An issue keeps its text, author and time when it is transferred. Comments cannot be searched for. */
async function searchedEverywhere(
	deps: Deps,
	{ provider, secret }: Access,
	{ target, argsSha, login }: Sought,
): Promise<ReadResult<Searched>> {
	if (target.number !== undefined) return NOTHING_SEARCHED;
	return deps.upstream.searchIssues(provider, secret, { text: visibleRef(argsSha), author: login });
}

/**
 * The account's artifacts that no other execution has been confirmed with. Each could be the one that is looked for: the
 * server's reads cut texts, and the footer stands at the end. A footer accounts for nothing: whoever may write to the
 * repository can put another's into a text.
 */
async function countUnaccounted(deps: Deps, listed: readonly FoundArtifact[], sought: Sought): Promise<number> {
	const ofAccount = listed.filter((artifact) => isOfAccount(artifact, sought));
	if (ofAccount.length === 0) return 0;
	const others = await othersAmong(deps, ofAccount);
	return ofAccount.filter(({ url }) => !others.has(url)).length;
}

function unread(failed: { error: { why: string } }): Evidence {
	return { kind: 'unread', why: failed.error.why };
}
