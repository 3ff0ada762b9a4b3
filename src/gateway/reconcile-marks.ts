import { artifactPlace } from '#core/execution/artifact-place';
import type { Evidence } from '#core/execution/decide';
import { carriesFooter, isOfAccount, isRightPlace, type Sought, sameLogin } from '#core/execution/ours';
import type { Deps } from './deps.ts';
import { isAnothers } from './others-artifacts.ts';
import type { FoundArtifact } from './ports/upstream.ts';
import type { Access } from './provider-access.ts';

/** Of so many that carry one mark it is asked where they stand now; those beyond are taken as they were seen. */
const MOST_ASKED = 4;

interface Seen {
	readonly artifacts: readonly FoundArtifact[];
	readonly sought: Sought;
	/** The answer named another place than the approved one. */
	readonly isClaimedElsewhere: boolean;
}

/**
 * What these artifacts settle: ours stands there, or its mark where a person has to look; null when they settle nothing. More
 * than one that the account has made since, wherever they stand, are never settled by taking one of them.
 */
export async function toldBy(deps: Deps, access: Access, seen: Seen): Promise<Evidence | null> {
	const { artifacts, sought, isClaimedElsewhere } = seen;
	const marked = inOrder(
		artifacts.filter((each) => isOfAccount(each, sought) && carriesFooter(each, sought)),
		sought,
	);
	const [first] = marked;
	if (first === undefined) return astray(artifacts, sought);
	if (marked.length === 1 && !isClaimedElsewhere) return settledBy(deps, first, sought);

	// A listing follows a repository that was renamed, and tells what stands there under the name that it was asked with.
	const asked = await Promise.all(marked.slice(0, MOST_ASKED).map((each) => whereItStands(deps, access, each)));
	const standing = inOrder([...asked.flatMap((each) => each ?? []), ...marked.slice(MOST_ASKED)], sought);
	if (marked.length === 1 && standing.length === 0) {
		return { kind: 'unread', why: 'Where its mark stands could not be read.' };
	}
	const all = asked.includes(null) ? marked : standing;
	const [one, another] = all;
	if (one !== undefined && another === undefined) return settledBy(deps, one, sought);
	return { kind: 'several', urls: all.map(({ url }) => url) };
}

/** The oldest first; of one second, by number. The same artifact is there once, however it was found. */
function inOrder(artifacts: readonly FoundArtifact[], { webUrl }: Pick<Sought, 'webUrl'>): FoundArtifact[] {
	const byPlace = new Map<string, { artifact: FoundArtifact; number: number; comment: bigint }>();
	for (const artifact of artifacts) {
		const place = artifactPlace(artifact.url, webUrl);
		const { owner = '', repo = '', number = 0, comment = null } = place ?? {};
		const key = place === null ? artifact.url : `${owner}/${repo}/${number}#${comment ?? ''}`.toLowerCase();
		if (!byPlace.has(key)) byPlace.set(key, { artifact, number, comment: BigInt(comment ?? 0) });
	}
	return [...byPlace.values()]
		.sort(
			(a, b) =>
				a.artifact.createdAt.getTime() - b.artifact.createdAt.getTime() ||
				a.number - b.number ||
				Number(a.comment - b.comment),
		)
		.map(({ artifact }) => artifact);
}

/** Null when that cannot be read. */
async function whereItStands(
	{ upstream }: Deps,
	{ provider, secret }: Access,
	artifact: FoundArtifact,
): Promise<FoundArtifact | null> {
	const read = await upstream.artifactAt(provider, secret, artifact.url);
	return read.ok ? { ...artifact, url: read.value.url } : null;
}

async function settledBy(deps: Deps, own: FoundArtifact, sought: Sought): Promise<Evidence | null> {
	return isRightPlace(own.url, sought) ? found(deps, own) : astray([own], sought);
}

/** An address that another execution has been confirmed with is not this one's too, whatever the text says. */
async function found(deps: Deps, own: FoundArtifact): Promise<Evidence> {
	const { url } = own;
	return (await isAnothers(deps, own))
		? { kind: 'astray', url, why: 'What carries its mark is already the artifact of another execution.' }
		: { kind: 'found', url };
}

/** The account's own artifact with this footer that is not ours by time or by place: never absent, nor believed by itself. */
function astray(artifacts: readonly FoundArtifact[], sought: Sought): Evidence | null {
	const [own] = inOrder(
		artifacts.filter((each) => sameLogin(each.author, sought.login) && carriesFooter(each, sought)),
		sought,
	);
	if (own === undefined) return null;
	const why = isRightPlace(own.url, sought)
		? 'Its mark stands on an artifact that is older than its reservation. Compare the clocks of database and provider.'
		: 'Its mark stands on an artifact outside the approved place. It may have been moved there.';
	return { kind: 'astray', url: own.url, why };
}
