import type { Json } from './upstream.ts';

/**
 * What the real server hands on of an object from GitHub: these keys in this order, without nulls and empty lists. Go structs
 * decide that there; the order shows in the answer's bytes.
 */
type Shape = readonly (string | readonly [string, Shape])[];

const user: Shape =
	'login id node_id avatar_url html_url gravatar_id name company blog location email hireable bio twitter_username public_repos public_gists followers following created_at updated_at suspended_at type site_admin total_private_repos owned_private_repos private_gists disk_usage collaborators two_factor_authentication url events_url following_url followers_url gists_url organizations_url received_events_url repos_url starred_url subscriptions_url'.split(
		' ',
	);

const label: Shape = ['id', 'url', 'name', 'color', 'description', 'default', 'node_id'];

const reactions: Shape = 'total_count +1 -1 laugh confused heart hooray rocket eyes url'.split(' ');

const milestone: Shape = [
	...'url html_url labels_url id number state title description'.split(' '),
	['creator', user],
	...'open_issues closed_issues created_at updated_at closed_at due_on node_id'.split(' '),
];

const issue: Shape = [
	...'id number state state_reason locked title body author_association'.split(' '),
	['user', user],
	['labels', label],
	['assignee', user],
	...'comments closed_at created_at updated_at'.split(' '),
	['closed_by', user],
	...'url html_url comments_url events_url labels_url repository_url parent_issue_url'.split(' '),
	['milestone', milestone],
	['reactions', reactions],
	['assignees', user],
	...'node_id draft active_lock_reason'.split(' '),
];

function take(value: Json | undefined, shape: Shape): Json {
	if (Array.isArray(value)) return value.map((each) => take(each, shape));
	if (typeof value !== 'object' || value === null) return value ?? null;
	const kept: { [key: string]: Json } = {};
	for (const entry of shape) {
		const [key, inner] = typeof entry === 'string' ? [entry, undefined] : entry;
		const found = value[key];
		if (found === null || found === undefined || (Array.isArray(found) && found.length === 0)) continue;
		kept[key] = inner ? take(found, inner) : found;
	}
	return kept;
}

/** An issue, or a list of them, as `sub_issue_write`, `get_sub_issues` and `search_issues` answer it. */
export const rawIssue = (value: Json): Json => take(value, issue);

export const rawSearch = (value: Json): Json => take(value, ['total_count', 'incomplete_results', ['items', issue]]);

type Fields = { [key: string]: Json };
export const fieldsOf = (value: Json | undefined): Fields =>
	typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

/** Drops what Go's `omitempty` drops: nothing, "", 0, false and empty lists. */
export function compact(value: Record<string, Json | undefined>): Fields {
	const kept: Fields = {};
	for (const [key, each] of Object.entries(value)) {
		if (each === undefined || each === null || each === '' || each === 0 || each === false) continue;
		if (Array.isArray(each) && each.length === 0) continue;
		kept[key] = each;
	}
	return kept;
}

export function minimalUser(value: Json | undefined): Json | undefined {
	if (value === null || value === undefined) return undefined;
	const { login, id, html_url, avatar_url } = fieldsOf(value);
	return { login: login ?? '', ...compact({ id, profile_url: html_url, avatar_url }) };
}

export function minimalReactions(value: Json | undefined): Json | undefined {
	if (value === null || value === undefined) return undefined;
	const found = fieldsOf(value);
	return Object.fromEntries(reactions.slice(0, -1).map((key) => [key as string, found[key as string] ?? 0]));
}
