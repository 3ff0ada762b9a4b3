import { refuse } from './access.ts';
import type { Answer } from './answers.ts';
import { invalid, issuesDisabled, moved, notFound, problem } from './answers.ts';
import type { Issue, Repository, Token } from './model.ts';
import { searchIssues } from './search.ts';
import { commentJson, issueJson, labelJson, labelOf, meJson, type Places, repositoryJson } from './shapes.ts';
import type { SandboxState } from './state.ts';
import { addSubIssue, moveSubIssue, removeSubIssue, subIssuesOf } from './sub-issues.ts';
import { addComment, createIssue, editIssue } from './writes.ts';

export type RestRequest = { method: string; path: string; query: URLSearchParams; body: string };

const ok = (body: unknown, status = 200, headers?: Record<string, string>): Answer =>
	headers ? { status, body, headers } : { status, body };

const isAnswer = (value: object): value is Answer => 'status' in value && 'body' in value && !('number' in value);

function fieldsOf(body: string): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(body);
		return typeof value === 'object' && value !== null && !Array.isArray(value)
			? (value as Record<string, unknown>)
			: undefined;
	} catch {
		return undefined;
	}
}

function page<T>(all: T[], request: RestRequest, places: Places): { rows: T[]; headers?: Record<string, string> } {
	const size = Math.min(Math.max(Number(request.query.get('per_page')) || 30, 1), 100);
	const number = Math.max(Number(request.query.get('page')) || 1, 1);
	const rows = all.slice((number - 1) * size, number * size);
	if (number * size >= all.length) return { rows };
	const next = new URLSearchParams(request.query);
	next.set('page', String(number + 1));
	return { rows, headers: { link: `<${places.api}${request.path}?${next}>; rel="next"` } };
}

/** The part of GitHub's REST API that the sidecar uses, below /api/v3. `token` is a known one; its rights are checked here. */
export function rest(state: SandboxState, places: Places, token: Token, request: RestRequest): Answer {
	const reading = request.method === 'GET' || request.method === 'HEAD';
	if (request.path === '/' || request.path === '')
		return reading ? ok({ current_user_url: `${places.api}/user` }) : notFound();
	if (request.path === '/user' && reading) return ok(meJson(state, places, token.login));
	if (request.path === '/search/issues' && reading) return search(state, places, token, request);

	const [, first, owner = '', name = '', ...rest] = request.path.split('/').map(decodeURIComponent);
	if (first !== 'repos') return notFound();
	const repository = state.repository(owner, name);
	if (!repository) return notFound();
	const refused = refuse(token, repository, reading ? 'read' : 'write');
	if (refused) return refused;
	if (repository.movedTo) return moved(`${places.api}/repos/${[repository.movedTo, ...rest].join('/')}`, reading);
	if (rest.length === 0 && reading) return ok(repositoryJson(state, places, repository));
	if (rest[0] === 'labels' && reading) return labels(places, repository, rest[1]);
	if (rest[0] !== 'issues') return notFound();
	if (!repository.issuesEnabled) return issuesDisabled();
	return issues(state, places, token, repository, rest.slice(1), request);
}

function labels(places: Places, repository: Repository, name: string | undefined): Answer {
	if (name === undefined) return ok(repository.labels.map((each) => labelJson(places, repository, each)));
	const label = labelOf(repository, name);
	return label ? ok(labelJson(places, repository, label)) : notFound();
}

function search(state: SandboxState, places: Places, token: Token, request: RestRequest): Answer {
	const text = request.query.get('q') ?? '';
	if (text.trim() === '') return invalid('Search', 'q', 'q is empty');
	const found = searchIssues(state, token, text);
	if (request.query.get('order') === 'asc') found.reverse();
	const { rows, headers } = page(found, request, places);
	const items = rows.map(({ repository, issue }) => ({ ...issueJson(state, places, repository, issue), score: 1 }));
	return ok({ total_count: found.length, incomplete_results: false, items }, 200, headers);
}

function list(state: SandboxState, places: Places, repository: Repository, request: RestRequest): Answer {
	const wanted = request.query.get('state') ?? 'open';
	const since = Date.parse(request.query.get('since') ?? '') || 0;
	const kept = repository.issues
		.filter((each) => wanted === 'all' || each.state === wanted)
		.filter((each) => Date.parse(each.updatedAt) >= since)
		.reverse();
	const { rows, headers } = page(kept, request, places);
	return ok(
		rows.map((each) => issueJson(state, places, repository, each)),
		200,
		headers,
	);
}

/** Where an issue stands now that has been transferred, for whoever may read there; 410 for one that was deleted. */
function hasLeft(
	state: SandboxState,
	places: Places,
	token: Token,
	repository: Repository,
	[key = '', ...rest]: (string | undefined)[],
	request: RestRequest,
): Answer {
	const left = /^\d+$/.test(key) ? repository.left?.[Number(key)] : undefined;
	if (left === undefined) return notFound();
	const [owner = '', name = '', number = ''] = left.split('/');
	if (number === '') return problem(410, 'This issue was deleted');
	const target = state.repository(owner, name);
	if (!target || refuse(token, target, 'read')) return notFound();
	const path = ['repos', owner, name, 'issues', number, ...rest.filter((each) => each !== undefined)].join('/');
	const query = request.query.size > 0 ? `?${request.query}` : '';
	return moved(`${places.api}/${path}${query}`, request.method === 'GET' || request.method === 'HEAD');
}

function issues(
	state: SandboxState,
	places: Places,
	token: Token,
	repository: Repository,
	[key, part, ...deeper]: string[],
	request: RestRequest,
): Answer {
	const { method } = request;
	const reading = method === 'GET' || method === 'HEAD';
	const fields = reading ? {} : fieldsOf(request.body);
	if (!fields) return problem(400, 'Problems parsing JSON');
	const show = (issue: Issue, status = 200) => ok(issueJson(state, places, repository, issue), status);

	if (key === undefined) {
		if (reading) return list(state, places, repository, request);
		if (method !== 'POST') return notFound();
		const made = createIssue(state, repository, token, fields);
		return isAnswer(made) ? made : show(made, 201);
	}
	const issue = /^\d+$/.test(key) ? repository.issues.find((each) => each.number === Number(key)) : undefined;
	if (!issue) return hasLeft(state, places, token, repository, [key, part, ...deeper], request);

	switch (`${reading ? 'GET' : method} ${[part, ...deeper].filter((each) => each !== undefined).join('/')}`.trim()) {
		case 'GET':
			return show(issue);
		case 'PATCH':
			return editIssue(state, repository, token, issue, fields) ?? show(issue);
		case 'GET comments': {
			const { rows, headers } = page(issue.comments, request, places);
			return ok(
				rows.map((each) => commentJson(state, places, repository, issue, each)),
				200,
				headers,
			);
		}
		case 'POST comments': {
			const made = addComment(state, token, issue, fields);
			return isAnswer(made) ? made : ok(commentJson(state, places, repository, issue, made), 201);
		}
		case 'GET sub_issues': {
			const { rows, headers } = page(subIssuesOf(state, issue), request, places);
			return ok(
				rows.map((each) => issueJson(state, places, each.repository, each.issue)),
				200,
				headers,
			);
		}
		case 'POST sub_issues':
			return addSubIssue(state, issue, fields) ?? show(issue, 201);
		case 'DELETE sub_issue':
			return removeSubIssue(state, issue, fields) ?? show(issue);
		case 'PATCH sub_issues/priority':
			return moveSubIssue(state, issue, fields) ?? show(issue);
		default:
			return notFound();
	}
}
