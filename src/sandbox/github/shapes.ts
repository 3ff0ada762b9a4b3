import type { Comment, Issue, Label, Repository } from './model.ts';
import { nodeId } from './model.ts';
import type { SandboxState } from './state.ts';

/** Where the addresses inside the JSON point: `api` ends in /api/v3, `web` is the origin of the pages. */
export type Places = { api: string; web: string };

function userJson(state: SandboxState, places: Places, login: string) {
	const id = state.userId(login);
	const url = `${places.api}/users/${login}`;
	return {
		login,
		id,
		node_id: nodeId('User', id),
		avatar_url: `${places.web}/avatars/u/${id}`,
		gravatar_id: '',
		url,
		html_url: `${places.web}/${login}`,
		followers_url: `${url}/followers`,
		following_url: `${url}/following{/other_user}`,
		gists_url: `${url}/gists{/gist_id}`,
		starred_url: `${url}/starred{/owner}{/repo}`,
		subscriptions_url: `${url}/subscriptions`,
		organizations_url: `${url}/orgs`,
		repos_url: `${url}/repos`,
		events_url: `${url}/events{/privacy}`,
		received_events_url: `${url}/received_events`,
		type: 'User',
		site_admin: false,
	};
}

export function meJson(state: SandboxState, places: Places, login: string) {
	return {
		...userJson(state, places, login),
		name: null,
		company: null,
		blog: '',
		location: null,
		email: null,
		hireable: null,
		bio: null,
		public_repos: 0,
		public_gists: 0,
		followers: 0,
		following: 0,
		created_at: '2024-01-01T00:00:00Z',
		updated_at: '2024-01-01T00:00:00Z',
		two_factor_authentication: true,
	};
}

export function labelJson(places: Places, repository: Repository, label: Label) {
	return {
		id: label.id,
		node_id: nodeId('Label', label.id),
		url: `${places.api}/repos/${repository.owner}/${repository.name}/labels/${encodeURIComponent(label.name)}`,
		name: label.name,
		color: label.color,
		default: label.name === 'bug',
		description: label.description,
	};
}

export const labelOf = (repository: Repository, name: string): Label | undefined =>
	repository.labels.find((each) => each.name.toLowerCase() === name.toLowerCase());

export const issueUrl = (places: Places, repository: Repository, issue: Issue): string =>
	`${places.web}/${repository.owner}/${repository.name}/issues/${issue.number}`;

export function issueJson(state: SandboxState, places: Places, repository: Repository, issue: Issue) {
	const repositoryUrl = `${places.api}/repos/${repository.owner}/${repository.name}`;
	const url = `${repositoryUrl}/issues/${issue.number}`;
	const people = issue.assignees.map((login) => userJson(state, places, login));
	return {
		id: issue.id,
		node_id: nodeId('Issue', issue.id),
		url,
		repository_url: repositoryUrl,
		labels_url: `${url}/labels{/name}`,
		comments_url: `${url}/comments`,
		events_url: `${url}/events`,
		timeline_url: `${url}/timeline`,
		html_url: issueUrl(places, repository, issue),
		number: issue.number,
		state: issue.state,
		state_reason: issue.stateReason,
		title: issue.title,
		body: issue.body,
		user: userJson(state, places, issue.author),
		labels: issue.labels.flatMap((name) => {
			const label = labelOf(repository, name);
			return label ? [labelJson(places, repository, label)] : [];
		}),
		assignee: people[0] ?? null,
		assignees: people,
		milestone: null,
		locked: false,
		active_lock_reason: null,
		comments: issue.comments.length,
		closed_at: issue.closedAt,
		created_at: issue.createdAt,
		updated_at: issue.updatedAt,
		author_association: 'COLLABORATOR',
		closed_by: issue.closedBy ? userJson(state, places, issue.closedBy) : null,
		performed_via_github_app: null,
		reactions: {
			url: `${url}/reactions`,
			total_count: 0,
			'+1': 0,
			'-1': 0,
			laugh: 0,
			hooray: 0,
			confused: 0,
			heart: 0,
			rocket: 0,
			eyes: 0,
		},
	};
}

export function commentJson(
	state: SandboxState,
	places: Places,
	repository: Repository,
	issue: Issue,
	comment: Comment,
) {
	const repositoryUrl = `${places.api}/repos/${repository.owner}/${repository.name}`;
	return {
		id: comment.id,
		node_id: nodeId('IssueComment', comment.id),
		url: `${repositoryUrl}/issues/comments/${comment.id}`,
		issue_url: `${repositoryUrl}/issues/${issue.number}`,
		html_url: `${issueUrl(places, repository, issue)}#issuecomment-${comment.id}`,
		body: comment.body,
		user: userJson(state, places, comment.author),
		created_at: comment.createdAt,
		updated_at: comment.updatedAt,
		author_association: 'COLLABORATOR',
		performed_via_github_app: null,
	};
}

export function repositoryJson(state: SandboxState, places: Places, repository: Repository) {
	const { owner, name } = repository;
	return {
		id: repository.id,
		node_id: nodeId('Repository', repository.id),
		name,
		full_name: `${owner}/${name}`,
		private: repository.private,
		owner: userJson(state, places, owner),
		html_url: `${places.web}/${owner}/${name}`,
		description: repository.description,
		url: `${places.api}/repos/${owner}/${name}`,
		has_issues: repository.issuesEnabled,
		open_issues_count: repository.issues.filter((each) => each.state === 'open').length,
		default_branch: 'main',
	};
}
