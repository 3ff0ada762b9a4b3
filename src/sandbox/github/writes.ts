import type { Answer } from './answers.ts';
import { invalid, missing } from './answers.ts';
import {
	type CloseReason,
	type Comment,
	type Issue,
	type Label,
	nextNumber,
	type Repository,
	type Token,
} from './model.ts';
import { labelOf } from './shapes.ts';
import type { SandboxState } from './state.ts';

const maxTitle = 256;
const maxBody = 65_536;
const maxLabel = 50;
const maxLabels = 100;

type Fields = Record<string, unknown>;
const length = (text: string): number => [...text].length;

function checkTitle(title: unknown): Answer | undefined {
	if (typeof title !== 'string' || title.trim() === '') return missing('Issue', 'title');
	if (length(title) > maxTitle)
		return invalid('Issue', 'title', `title is too long (maximum is ${maxTitle} characters)`);
	return undefined;
}

function checkBody(resource: string, body: unknown): Answer | undefined {
	if (body === undefined || body === null) return undefined;
	if (typeof body !== 'string') return invalid(resource, 'body', 'body is not a string');
	if (length(body) > maxBody) return invalid(resource, 'body', `body is too long (maximum is ${maxBody} characters)`);
	return undefined;
}

function checkLabels(wanted: unknown): Answer | undefined {
	const given = names(wanted);
	if (given.length > maxLabels) return invalid('Issue', 'labels', `too many labels (maximum is ${maxLabels})`);
	if (given.some((name) => name.trim() === '')) return missing('Label', 'name');
	if (given.some((name) => length(name) > maxLabel))
		return invalid('Label', 'name', `name is too long (maximum is ${maxLabel} characters)`);
	return undefined;
}

const names = (value: unknown): string[] =>
	(Array.isArray(value) ? value : []).flatMap((each) =>
		typeof each === 'string' ? [each] : typeof each?.name === 'string' ? [each.name as string] : [],
	);

/** The labels to set, under their own spelling. A label that is new here is made, as GitHub does for those with triage right. */
function takeLabels(state: SandboxState, repository: Repository, wanted: unknown): string[] {
	const chosen = names(wanted).map((name) => {
		const known = labelOf(repository, name);
		if (known) return known.name;
		addLabel(state, repository, name, 'ededed', null);
		return name;
	});
	return [...new Set(chosen)];
}

export function addLabel(
	state: SandboxState,
	repository: Repository,
	name: string,
	color: string,
	description: string | null,
): Label {
	const label: Label = { id: state.nextId(), name, color, description };
	repository.labels.push(label);
	return label;
}

/** Opens an issue, or says what is wrong with `fields` (422). Without triage right, labels and assignees are dropped silently. */
export function createIssue(state: SandboxState, repository: Repository, token: Token, fields: Fields): Issue | Answer {
	const may = token.triage !== false;
	const wrong =
		checkTitle(fields.title) ?? checkBody('Issue', fields.body) ?? (may ? checkLabels(fields.labels) : undefined);
	if (wrong) return wrong;
	const now = state.stamp();
	const issue: Issue = {
		id: state.nextId(),
		number: nextNumber(repository),
		title: fields.title as string,
		body: (fields.body as string | null | undefined) ?? '',
		author: token.login,
		state: 'open',
		stateReason: null,
		labels: may ? takeLabels(state, repository, fields.labels) : [],
		assignees: may ? names(fields.assignees) : [],
		comments: [],
		subIssues: [],
		createdAt: now,
		updatedAt: now,
		closedAt: null,
		closedBy: null,
	};
	repository.issues.push(issue);
	state.changed();
	return issue;
}

/** Changes the fields that are given; `labels` and `assignees` replace. Answers 422 without changing anything. */
export function editIssue(
	state: SandboxState,
	repository: Repository,
	token: Token,
	issue: Issue,
	fields: Fields,
): Answer | undefined {
	const may = token.triage !== false;
	const wrong =
		(fields.title === undefined ? undefined : checkTitle(fields.title)) ??
		checkBody('Issue', fields.body) ??
		(may ? checkLabels(fields.labels) : undefined);
	if (wrong) return wrong;
	if (Object.keys(fields).length === 0) return undefined;
	if (typeof fields.title === 'string') issue.title = fields.title;
	if (fields.body !== undefined) issue.body = (fields.body as string | null) ?? '';
	if (may && fields.labels !== undefined) issue.labels = takeLabels(state, repository, fields.labels);
	if (may && fields.assignees !== undefined) issue.assignees = names(fields.assignees);
	if (fields.state === 'closed') close(state, token, issue, (fields.state_reason as CloseReason) ?? 'completed');
	else if (fields.state === 'open') reopen(state, issue);
	issue.updatedAt = state.stamp();
	state.changed();
	return undefined;
}

function close(state: SandboxState, token: Token, issue: Issue, reason: CloseReason): void {
	issue.state = 'closed';
	issue.stateReason = reason;
	issue.closedAt = issue.updatedAt = state.stamp();
	issue.closedBy = token.login;
}

function reopen(state: SandboxState, issue: Issue): void {
	if (issue.state === 'open') return;
	issue.state = 'open';
	issue.stateReason = 'reopened';
	issue.closedAt = issue.closedBy = null;
	issue.updatedAt = state.stamp();
}

export function closeIssue(state: SandboxState, token: Token, issue: Issue, reason: CloseReason): void {
	close(state, token, issue, reason);
	state.changed();
}

export function reopenIssue(state: SandboxState, issue: Issue): void {
	reopen(state, issue);
	state.changed();
}

export function addComment(state: SandboxState, token: Token, issue: Issue, fields: Fields): Comment | Answer {
	if (typeof fields.body !== 'string' || fields.body.trim() === '') return missing('IssueComment', 'body');
	const wrong = checkBody('IssueComment', fields.body);
	if (wrong) return wrong;
	const now = state.stamp();
	const comment: Comment = {
		id: state.nextId(),
		author: token.login,
		body: fields.body,
		createdAt: now,
		updatedAt: now,
	};
	issue.comments.push(comment);
	issue.updatedAt = now;
	state.changed();
	return comment;
}
