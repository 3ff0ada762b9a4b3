import { artifactPlace, isInRepository, issueAddress } from '#core/execution/artifact-place';
import type { Sought } from '#core/execution/ours';
import { err, ok } from '#core/result';
import type { Deps } from './deps.ts';
import type { Execution } from './ports/executions.ts';
import type { FoundArtifact, ReadResult } from './ports/upstream.ts';
import type { Access } from './provider-access.ts';
import { hiddenSince, newestGiven, type Seen } from './reconcile-numbers.ts';

/** More than a repository gives out in a quarter of an hour, and what a look has time for. */
const MOST_READS = 60;

interface Unlisted {
	/** What stands at the numbers that the listing lacks, pull requests aside: moved since, or not listed yet. */
	readonly artifacts: readonly FoundArtifact[];
	/** The address of a number that was given out, perhaps since the reservation, and shows nothing; null without one. */
	readonly hiddenAt: string | null;
}

/**
 * Asks for each number that was given out since the reservation and that the listing lacks. GitHub counts issues and pull
 * requests of a repository together, gives no number twice, and sends whoever asks for an issue that was transferred on to
 * where it stands now. So this sees what no listing shows, and what an index that lags does not show yet. It does not see
 * what was moved to where the credential may not look, unless something newer was made here since (0019).
 */
export async function unlistedSince(
	deps: Deps,
	{ target }: Execution,
	{ provider, secret }: Access,
	{ sought, listed }: { sought: Sought; listed: readonly FoundArtifact[] },
): Promise<ReadResult<Unlisted>> {
	const { upstream, webUrl } = deps;
	const newest = await upstream.newestIssue(provider, secret, target);
	if (!newest.ok) return newest;
	const ageOf = ({ createdAt }: FoundArtifact): Seen => (createdAt >= sought.since ? 'since' : 'older');
	const first = newest.value;
	// It may have come too late for the listing.
	const artifacts = first === null || listed.some(({ url }) => url === first.url) ? [] : [first];
	const known = new Map<number, Seen>(
		[...artifacts, ...listed].map((issue) => [artifactPlace(issue.url, webUrl)?.number ?? 0, ageOf(issue)]),
	);
	let failed: { kind: 'unreachable' | 'unreadable'; why: string } | null = null;

	function judge(read: ReadResult<FoundArtifact>): Seen {
		if (read.ok) {
			const place = artifactPlace(read.value.url, webUrl);
			const isPull = place !== null && place.kind === 'pull' && isInRepository(place, target);
			if (!isPull) artifacts.push(read.value);
			return ageOf(read.value);
		}
		const { kind, why } = read.error;
		switch (kind) {
			case 'not_found':
				return read.error.gone === true ? 'gone' : 'nothing';
			case 'unauthorized':
				return 'undated';
			default:
				failed = { kind, why };
				return null;
		}
	}

	let reads = 0;
	async function see(number: number): Promise<Seen> {
		const before = known.get(number);
		if (before !== undefined) return before;
		if (failed !== null) return null;
		if (++reads > MOST_READS) {
			failed = { kind: 'unreadable', why: 'More was made there since than is read one by one.' };
			return null;
		}
		const now = judge(await upstream.artifactAt(provider, secret, issueAddress(webUrl, { ...target, number })));
		known.set(number, now);
		return now;
	}

	const top = await newestGiven(see, Math.max(0, ...known.keys()));
	const hidden = await hiddenSince(see, top);
	if (failed !== null) return err(failed);
	return ok({ artifacts, hiddenAt: hidden === null ? null : issueAddress(webUrl, { ...target, number: hidden }) });
}
