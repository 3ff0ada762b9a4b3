import type { JsonValue } from '#core/canonical-json';
import { type ArtifactPlace, artifactPlace, isInRepository } from '#core/execution/artifact-place';
import type { Target } from '#core/registry/types';
import { err, ok } from '#core/result';
import type { FoundArtifact, ReadResult, Searched } from '#gateway/ports/upstream';
import { issueUrl } from './artifact-url.ts';
import { artifactOf, plain, type ReadTool, unreadable } from './github-reads.ts';
import { isObject } from './github-result.ts';
import { holdsSecret } from './secret-forms.ts';
import { unfold } from './unfold.ts';

const SEARCHED = 20;
const COMMENTS_PER_PAGE = 50;
const MOST_PAGES = 100;
/** What GitHub allows in a login, with those of apps (`x[bot]`): anything else would be a word of the query. */
const LOGIN = /^[A-Za-z0-9_-]{1,100}(?:\[bot\])?$/;

/**
 * Issues of the repository, or of all that the credential may read, whose body holds `text`, by `author`, as raw text: the
 * search is the one read of v1.0.4 that does not cut a body. The index lags, so that even a whole list may lack one.
 */
export async function searchIssues(
	read: ReadTool,
	{ target, text, author }: { target?: Target; text: string; author: string },
	webUrl: string,
): Promise<ReadResult<Searched>> {
	const by = LOGIN.test(author) ? ` author:${author}` : '';
	const answer = await read('search_issues', {
		query: `"${text.replaceAll('"', '')}" in:body${by}`,
		...(target === undefined ? {} : { owner: target.owner, repo: target.repo }),
		perPage: SEARCHED,
	});
	if (!answer.ok) return err(plain(answer.error));
	if (!isObject(answer.value)) return err(unreadable());
	// `items` is left out when there are none.
	const { items = [], total_count: total, incomplete_results: isCut } = answer.value;
	if (!Array.isArray(items)) return err(unreadable());
	const found = items.flatMap((item) => foundIssue(item, target, webUrl) ?? []);
	return ok({ found, whole: isCut === false && total === found.length });
}

/** Items that stand elsewhere, or nowhere that can be read, are left out: only what is found counts. */
function foundIssue(item: JsonValue, target: Target | undefined, webUrl: string): FoundArtifact | null {
	const place = isObject(item) ? placeIn(item, webUrl) : null;
	if (!isObject(item) || place === null || place.kind !== 'issues' || place.comment !== null) return null;
	if (target !== undefined && !isInRepository(place, target)) return null;
	return artifactOf(item, issueUrl(webUrl, target ?? place, place.number));
}

/**
 * The issue or comment at an address, with the address that the provider now gives for it: another one when it has been
 * moved. `not_found` also for an address that is none of an issue or comment on `webUrl`. `text` of an issue is sanitised,
 * perhaps cut; a comment's is raw.
 */
export async function artifactAt(
	read: ReadTool,
	secret: string,
	url: string,
	webUrl: string,
): Promise<ReadResult<FoundArtifact>> {
	const place = artifactPlace(url, webUrl);
	if (place === null) return err({ kind: 'not_found', why: 'That is no address of an issue or a comment.' });
	const served = place.comment === null ? await issueAt(read, place) : await commentAt(read, place, place.comment);
	if (!served.ok) return served;
	const now = isObject(served.value) ? placeIn(served.value, webUrl) : null;
	if (!isObject(served.value) || now === null || now.comment !== place.comment) return err(unreadable());
	const artifact = artifactOf(served.value, String(served.value.html_url));
	// Both are stored or shown, and the server may write anything there.
	const told = artifact === null ? '' : unfold(`${artifact.url} ${artifact.author}`).text;
	return artifact === null || holdsSecret(told, secret) ? err(unreadable()) : ok(artifact);
}

async function issueAt(read: ReadTool, place: ArtifactPlace): Promise<ReadResult<JsonValue>> {
	const issue = await read('issue_read', { method: 'get', ...numbered(place) });
	return issue.ok ? issue : err(plain(issue.error));
}

/** There is no read for one comment: the issue's are gone through until it comes. */
async function commentAt(read: ReadTool, place: ArtifactPlace, id: string): Promise<ReadResult<JsonValue>> {
	for (let page = 1; page <= MOST_PAGES; page++) {
		const comments = await read('issue_read', {
			method: 'get_comments',
			...numbered(place),
			page,
			perPage: COMMENTS_PER_PAGE,
		});
		if (!comments.ok) return err(plain(comments.error));
		if (!Array.isArray(comments.value)) return err(unreadable());
		const comment = comments.value.find((each) => isObject(each) && String(each.id) === id);
		if (comment !== undefined) return ok(comment);
		if (comments.value.length === 0) return err({ kind: 'not_found', why: 'The issue has no such comment.' });
	}
	return err({ kind: 'unreadable', why: 'The issue has more comments than can be read.' });
}

function numbered({ owner, repo, number }: ArtifactPlace) {
	return { owner, repo, issue_number: number };
}

function placeIn(value: { [key: string]: JsonValue }, webUrl: string): ArtifactPlace | null {
	return typeof value.html_url === 'string' ? artifactPlace(value.html_url, webUrl) : null;
}
