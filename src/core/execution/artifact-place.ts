import type { Target } from '#core/registry/types';

/** Where an issue, pull request or comment stands, read from its web address. */
export interface ArtifactPlace {
	readonly owner: string;
	readonly repo: string;
	readonly kind: 'issues' | 'pull';
	readonly number: number;
	/** The digits of a comment's id; null for the issue itself. */
	readonly comment: string | null;
}

/** Names as strict as an approved target's: v1.0.4 puts them into a URL as they are. */
const PATH =
	/^\/([A-Za-z0-9][A-Za-z0-9_-]{0,99})\/([A-Za-z0-9._-]{1,100})\/(issues|pull)\/([1-9][0-9]{0,9})\/?(?:#issuecomment-([0-9]{1,20}))?$/;

/**
 * Reads an address, which anybody may have typed or an upstream may have sent. Null for every other than that of an issue,
 * a pull request or a comment of either on `webUrl` (an origin, GITHUB_WEB_URL): also one with a query or another fragment.
 */
export function artifactPlace(url: string, webUrl: string): ArtifactPlace | null {
	const origin = webUrl.replace(/\/$/, '');
	if (url.slice(0, origin.length).toLowerCase() !== origin.toLowerCase()) return null;
	const match = PATH.exec(url.slice(origin.length));
	if (match === null) return null;
	const [, owner = '', repo = '', kind = '', number = '', comment = null] = match;
	if (repo === '.' || repo === '..') return null;
	return { owner, repo, kind: kind as ArtifactPlace['kind'], number: Number(number), comment };
}

/** Whether a place is in the target's repository: owner and repository without letter case, as GitHub has them. */
export function isInRepository(place: ArtifactPlace, target: Target): boolean {
	return (
		place.owner.toLowerCase() === target.owner.toLowerCase() && place.repo.toLowerCase() === target.repo.toLowerCase()
	);
}

/**
 * Whether an address is a page where the approved write could have landed: an issue of the approved repository, or anything
 * on the page of the issue that was approved. A write that answered with any other address was made elsewhere, it says.
 */
export function isApprovedPage(url: string, target: Target, webUrl: string): boolean {
	const place = artifactPlace(url, webUrl);
	if (place === null || !isInRepository(place, target)) return false;
	return target.number === undefined
		? place.kind === 'issues' && place.comment === null
		: place.number === target.number;
}

/** The address of an issue. */
export function issueAddress(webUrl: string, { owner, repo, number }: Target): string {
	return `${webUrl.replace(/\/$/, '')}/${owner}/${repo}/issues/${number ?? 0}`;
}
