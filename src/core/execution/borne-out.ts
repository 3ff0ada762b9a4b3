import { carriesVisibleRef } from '#core/proposal/marker';
import { artifactPlace, isInRepository } from './artifact-place.ts';
import { isOfAccount, isRightPlace, type SeenArtifact, type Sought } from './ours.ts';
import { refOf, refsIn } from './refs.ts';

/** What the database knows of an artifact that was named. */
export interface KnownOf {
	/** Refs in its text, without the sought one's, that are another execution's. */
	readonly otherRefs: ReadonlySet<string>;
	/** Its address is the artifact of another execution. */
	readonly isAnothers: boolean;
}

/**
 * Whether what stands at an address that a person named bears out that the write happened there; else a sentence that says
 * what was found instead. Inside the approved repository a text without any ref passes, since the server's reads can cut
 * it; elsewhere only our own mark does.
 */
export function notBorneOut(artifact: SeenArtifact, sought: Sought, known: KnownOf): string | null {
	const { argsSha, target, login, webUrl } = sought;
	const place = artifactPlace(artifact.url, webUrl);
	if (place === null) return 'That is no address of an issue or a comment there.';
	const isComment = place.comment !== null;
	if (isComment !== (target.number !== undefined)) {
		return isComment
			? 'A comment stands there; an issue was approved.'
			: 'An issue stands there; a comment was approved.';
	}
	const isInside = isInRepository(place, target);
	if (isInside && !isRightPlace(artifact.url, sought)) {
		return isComment
			? `That comment is on another issue than #${target.number}, which was approved.`
			: 'A pull request stands there; an issue was approved.';
	}
	if (!isOfAccount(artifact, { login, since: new Date(0) })) {
		const author = artifact.author === '' ? 'an account that does not exist any more' : artifact.author;
		return `It is by ${author.slice(0, 64)}; this was written as ${login}.`;
	}
	if (!isOfAccount(artifact, sought)) return 'It was made before this execution was reserved.';
	const others = refsIn(artifact.text).filter((ref) => ref !== refOf(argsSha));
	const carriesOurs = carriesVisibleRef(artifact.text, argsSha);
	if (known.isAnothers || others.some((ref) => known.otherRefs.has(ref)) || (!carriesOurs && others.length > 0)) {
		return 'It belongs to another execution.';
	}
	if (carriesOurs || isInside) return null;
	return 'It stands outside the approved repository and does not carry this execution’s ref.';
}
