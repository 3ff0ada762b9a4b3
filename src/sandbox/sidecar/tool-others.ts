import { goJson } from './go-json.ts';
import { type Arguments, type Outcome, toolError } from './outcome.ts';
import { flag, optional, optionalInt, pagination, required, requiredInt } from './params.ts';
import { compact, fieldsOf, minimalUser, rawIssue, rawSearch } from './shapes.ts';
import { explained, written } from './tool-issue-write.ts';
import type { Upstream } from './upstream.ts';

export async function getMe(_: Arguments, upstream: Upstream): Promise<Outcome> {
	const { value } = await explained('failed to get user', upstream.rest({ method: 'GET', path: 'user' }));
	const user = fieldsOf(value);
	const words = 'name company blog location email hireable bio twitter_username'.split(' ');
	const counts = 'public_repos public_gists followers following'.split(' ');
	const rest = 'private_gists total_private_repos owned_private_repos'.split(' ');
	const details = {
		...compact(Object.fromEntries(words.map((key) => [key, user[key]]))),
		...Object.fromEntries(counts.map((key) => [key, user[key] ?? 0])),
		created_at: user.created_at ?? '0001-01-01T00:00:00Z',
		updated_at: user.updated_at ?? '0001-01-01T00:00:00Z',
		...compact(Object.fromEntries(rest.map((key) => [key, user[key]]))),
	};
	return { text: goJson({ ...fieldsOf(minimalUser(user)), details }) };
}

export async function addIssueComment(args: Arguments, upstream: Upstream): Promise<Outcome> {
	const [owner, repo] = [required(args, 'owner'), required(args, 'repo')];
	const number = requiredInt(args, 'issue_number');
	const body = required(args, 'body');
	const path = `repos/${owner}/${repo}/issues/${number}/comments`;
	const sent = upstream.rest({ method: 'POST', path, body: { body } });
	const { status, value } = await explained('failed to create comment', sent);
	if (status !== 201) throw toolError(`failed to create comment: unexpected status ${status}: `);
	return written(value);
}

/** Go's query escaping: a blank is `+`, and `!'()*` are escaped too. */
const queryEscape = (text: string): string =>
	encodeURIComponent(text)
		.replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)
		.replace(/%20/g, '+');

/** Adds `is:issue`, and `repo:` when both names are given and the query has none. Results come raw. */
export async function searchIssues(args: Arguments, upstream: Upstream): Promise<Outcome> {
	let query = required(args, 'query');
	if (!/(^|\s|\W)is:issue($|\s|\W)/.test(query)) query = `is:issue ${query}`;
	const [owner, repo] = [optional(args, 'owner'), optional(args, 'repo')];
	if (owner !== '' && repo !== '' && !/(^|\s|\W)repo:\S+/.test(query)) query = `repo:${owner}/${repo} ${query}`;
	const [sort, order] = [optional(args, 'sort'), optional(args, 'order')];
	const { page, perPage } = pagination(args);
	const asked = [
		...(order === '' ? [] : [`order=${queryEscape(order)}`]),
		`page=${page}`,
		`per_page=${perPage}`,
		`q=${queryEscape(query)}`,
		...(sort === '' ? [] : [`sort=${queryEscape(sort)}`]),
	].join('&');
	const sent = upstream.rest({ method: 'GET', path: `search/issues?${asked}`, preview: true });
	return { text: goJson(rawSearch((await explained('failed to search issues', sent)).value)) };
}

export async function subIssueWrite(args: Arguments, upstream: Upstream): Promise<Outcome> {
	const method = required(args, 'method');
	const [owner, repo] = [required(args, 'owner'), required(args, 'repo')];
	const path = `repos/${owner}/${repo}/issues/${requiredInt(args, 'issue_number')}`;
	const id = requiredInt(args, 'sub_issue_id');
	const replaceParent = flag(args, 'replace_parent');
	const [after, before] = [optionalInt(args, 'after_id'), optionalInt(args, 'before_id')];
	const issue = async (prefix: string, sent: ReturnType<Upstream['rest']>): Promise<Outcome> => ({
		text: goJson(rawIssue((await explained(prefix, sent)).value)),
	});
	switch (method.toLowerCase()) {
		case 'add': {
			const body = { sub_issue_id: id, replace_parent: replaceParent };
			return issue('failed to add sub-issue', upstream.rest({ method: 'POST', path: `${path}/sub_issues`, body }));
		}
		case 'remove': {
			const body = { sub_issue_id: id };
			return issue('failed to remove sub-issue', upstream.rest({ method: 'DELETE', path: `${path}/sub_issue`, body }));
		}
		case 'reprioritize': {
			if (after === 0 && before === 0) throw toolError('either after_id or before_id must be specified');
			if (after !== 0 && before !== 0)
				throw toolError('only one of after_id or before_id should be specified, not both');
			const body = { sub_issue_id: id, ...(after === 0 ? { before_id: before } : { after_id: after }) };
			const sent = upstream.rest({ method: 'PATCH', path: `${path}/sub_issues/priority`, body });
			return issue('failed to reprioritize sub-issue', sent);
		}
		default:
			throw toolError(`unknown method: ${method}`);
	}
}
