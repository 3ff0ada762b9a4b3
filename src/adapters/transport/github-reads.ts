import type { JsonObject, JsonValue } from '#core/canonical-json';
import { artifactPlace } from '#core/execution/artifact-place';
import type { Target } from '#core/registry/types';
import { err, ok, type Result } from '#core/result';
import type { FoundArtifact, ReadResult } from '#gateway/ports/upstream';
import { issueUrl, placeOf } from './artifact-url.ts';
import { isObject } from './github-result.ts';
import type { ReadFailure } from './read-result.ts';
import { holdsSecret } from './secret-forms.ts';
import { unfold } from './unfold.ts';

/** One read-only tool call: the JSON in its text, or what kept it from coming. */
export type ReadTool = (tool: string, args: JsonObject) => Promise<Result<JsonValue, ReadFailure>>;

/** 100 bodies can pass the response limit, so a hostile repository must not be able to blind us: then by ten. */
const PAGE_SIZES = [100, 10];
const MOST_ITEMS = 10_000;
const MOST_READINGS = 3;

/** The login that the credential belongs to. It is stored and shown, so it must not be the credential itself. */
export async function whoAmI(read: ReadTool, secret: string): Promise<ReadResult<{ login: string }>> {
	const me = await read('get_me', {});
	if (!me.ok) return err(plain(me.error));
	const login = isObject(me.value) ? me.value.login : undefined;
	if (typeof login !== 'string' || login === '' || holdsSecret(unfold(login).text, secret)) return err(unreadable());
	return ok({ login });
}

/**
 * Issues created at or after `since` (to the second, as GitHub writes times), newest first, through every page: all of
 * them or an error, since absence is concluded from this list. Pages follow cursors, which hold a place in the order and not
 * a count: an issue that is deleted between two pages moves none past the reader, and a new one comes before the first. `text` is the body as `list_issues` gives it: sanitised,
 * perhaps cut.
 */
export async function issuesSince(
	read: ReadTool,
	target: Target,
	since: Date,
	webUrl: string,
): Promise<ReadResult<FoundArtifact[]>> {
	return bySmallerPages(async (perPage) => {
		const found: FoundArtifact[] = [];
		let after: string | undefined;
		for (let seen = 0; seen < MOST_ITEMS; ) {
			const page = await newestFirst(read, target, { perPage, ...(after === undefined ? {} : { after }) });
			if (!page.ok) return page;
			const { issues, pageInfo } = page.value;
			for (const issue of issues) {
				const artifact = issueOf(issue, target, webUrl);
				if (artifact === null) return err(unreadable());
				if (artifact.createdAt.getTime() < toSecond(since)) return ok(found);
				found.push(artifact);
			}
			seen += issues.length;
			if (pageInfo.hasNextPage !== true) return ok(found);
			const next = pageInfo.endCursor;
			if (typeof next !== 'string' || next === after || issues.length === 0) return err(unreadable());
			after = next;
		}
		return err({ kind: 'unreadable', why: 'The repository has more new issues than can be read.' });
	});
}

/** The first of that list, whatever its age; null when there is none. */
export async function newestIssue(
	read: ReadTool,
	target: Target,
	webUrl: string,
): Promise<ReadResult<FoundArtifact | null>> {
	const page = await newestFirst(read, target, { perPage: 1 });
	if (!page.ok) return err(plain(page.error));
	const [first] = page.value.issues;
	if (first === undefined) return ok(null);
	const issue = issueOf(first, target, webUrl);
	return issue === null ? err(unreadable()) : ok(issue);
}

async function newestFirst(
	read: ReadTool,
	{ owner, repo }: Target,
	more: { perPage: number; after?: string },
): Promise<Result<{ issues: JsonValue[]; pageInfo: JsonObject }, ReadFailure>> {
	const page = await read('list_issues', { owner, repo, orderBy: 'CREATED_AT', direction: 'DESC', ...more });
	if (!page.ok) return page;
	const { issues, pageInfo } = isObject(page.value) ? page.value : {};
	return Array.isArray(issues) && isObject(pageInfo) ? ok({ issues, pageInfo }) : err(unreadable());
}

/**
 * Comments of the issue created at or after `since`, oldest first, through every page: all of them or an error. Pages are
 * counted, so a comment that is deleted between two of them moves another past the reader. It has then been read itself, and
 * is not there at the next reading: two alike in a row have missed none.
 */
export async function commentsSince(
	read: ReadTool,
	target: Target,
	since: Date,
	webUrl: string,
): Promise<ReadResult<FoundArtifact[]>> {
	return bySmallerPages(async (perPage) => {
		let before: string | undefined;
		for (let reading = 0; reading < MOST_READINGS; reading++) {
			const all = await allComments(read, target, webUrl, perPage);
			if (!all.ok) return all;
			const urls = all.value.map(({ url }) => url).join('\n');
			if (urls === before) return ok(all.value.filter(isSince(since)));
			before = urls;
		}
		return err({ kind: 'unreadable', why: 'The comments changed while they were read.' });
	});
}

async function allComments(
	read: ReadTool,
	target: Target,
	webUrl: string,
	perPage: number,
): Promise<Result<FoundArtifact[], ReadFailure>> {
	const found = new Map<string, FoundArtifact>();
	for (let page = 1; page <= MOST_ITEMS / perPage; page++) {
		const comments = await read('issue_read', {
			method: 'get_comments',
			owner: target.owner,
			repo: target.repo,
			issue_number: target.number ?? 0,
			page,
			perPage,
		});
		if (!comments.ok) return comments;
		if (!Array.isArray(comments.value)) return err(unreadable());
		// Until an empty page: a server that gives fewer than asked would otherwise look like the end.
		if (comments.value.length === 0) return ok([...found.values()]);
		const before = found.size;
		for (const comment of comments.value) {
			const artifact = commentOf(comment, target, webUrl);
			if (artifact === null) return err(unreadable());
			found.set(artifact.url, artifact);
		}
		if (found.size === before) return err(unreadable()); // the same page again
	}
	return err({ kind: 'unreadable', why: 'The issue has more comments than can be read.' });
}

async function bySmallerPages(
	attempt: (perPage: number) => Promise<Result<FoundArtifact[], ReadFailure>>,
): Promise<ReadResult<FoundArtifact[]>> {
	let last: ReadFailure = unreadable();
	for (const perPage of PAGE_SIZES) {
		const result = await attempt(perPage);
		if (result.ok) return result;
		last = result.error;
		if (last.tooLarge !== true) break;
	}
	return err(plain(last));
}

function issueOf(value: JsonValue, target: Target, webUrl: string): FoundArtifact | null {
	if (!isObject(value) || typeof value.number !== 'number' || !Number.isSafeInteger(value.number)) return null;
	return artifactOf(value, issueUrl(webUrl, target, value.number));
}

function commentOf(value: JsonValue, target: Target, webUrl: string): FoundArtifact | null {
	if (!isObject(value) || typeof value.id !== 'number' || !Number.isSafeInteger(value.id)) return null;
	const served = typeof value.html_url === 'string' ? value.html_url : '';
	const place = placeOf(served, String(value.id), { creates: 'comment', target }, webUrl);
	if (place.kind === 'approved') return artifactOf(value, place.url);
	// Its issue was transferred, or the repository renamed, and the server has followed: it stands there, not here.
	const elsewhere = artifactPlace(served, webUrl);
	if (elsewhere?.comment === String(value.id)) return artifactOf(value, served);
	return artifactOf(value, `${issueUrl(webUrl, target, target.number ?? 0)}#issuecomment-${value.id}`);
}

/** An empty body and the user of a deleted account are left out by the server; a time never is. */
export function artifactOf(value: JsonObject, url: string): FoundArtifact | null {
	const createdAt = new Date(typeof value.created_at === 'string' ? value.created_at : Number.NaN);
	if (Number.isNaN(createdAt.getTime())) return null;
	const login = isObject(value.user) ? value.user.login : undefined;
	return {
		url,
		author: typeof login === 'string' ? login : '',
		createdAt,
		text: typeof value.body === 'string' ? value.body : '',
	};
}

function isSince(since: Date): (artifact: FoundArtifact) => boolean {
	return ({ createdAt }) => createdAt.getTime() >= toSecond(since);
}

function toSecond(time: Date): number {
	return Math.floor(time.getTime() / 1000) * 1000;
}

export function unreadable(): ReadFailure {
	return { kind: 'unreadable', why: 'The answer was not what this tool gives.' };
}

export function plain({ kind, why, gone }: ReadFailure): Pick<ReadFailure, 'kind' | 'why' | 'gone'> {
	return gone === true ? { kind, why, gone } : { kind, why };
}
