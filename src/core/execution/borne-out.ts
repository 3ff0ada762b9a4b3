import { artifactPlace, isInRepository } from './artifact-place.ts';
import { carriesFooter, isOfAccount, isRightPlace, type SeenArtifact, type Sought } from './ours.ts';
import { refOf } from './refs.ts';

/**
 * Whether what stands at an address that a person named bears out that the write happened there; else a sentence that says
 * what was found instead. Inside the approved repository a text without a footer passes, since the server's reads can cut
 * it; elsewhere only our own footer does.
 * @param isAnothers whether its address is known to be the artifact of another execution.
 */
export function notBorneOut(artifact: SeenArtifact, sought: Sought, isAnothers: boolean): string | null {
	const { target, login, webUrl } = sought;
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
	const carriesOurs = carriesFooter(artifact, sought);
	// Only this write carries this footer: a time before the reservation is then a clock's, not the artifact's.
	if (!carriesOurs && !isOfAccount(artifact, sought)) return 'It was made before this execution was reserved.';
	if (isAnothers || (!carriesOurs && refOf(artifact.text) !== null)) return 'It belongs to another execution.';
	if (carriesOurs || isInside) return null;
	return 'It stands outside the approved repository and does not carry this execution’s ref.';
}
