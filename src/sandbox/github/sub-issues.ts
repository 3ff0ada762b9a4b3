import type { Answer } from './answers.ts';
import { notFound, problem } from './answers.ts';
import type { Issue, Repository } from './model.ts';
import type { SandboxState } from './state.ts';

const byId = (state: SandboxState, id: unknown): { repository: Repository; issue: Issue } | undefined => {
	for (const repository of state.repositories()) {
		const issue = repository.issues.find((each) => each.id === id);
		if (issue) return { repository, issue };
	}
	return undefined;
};

export const subIssuesOf = (state: SandboxState, issue: Issue): { repository: Repository; issue: Issue }[] =>
	issue.subIssues.flatMap((id) => byId(state, id) ?? []);

/** Puts an issue (by database id) under `parent`. One that has a parent already moves only with `replace_parent`. */
export function addSubIssue(state: SandboxState, parent: Issue, fields: Record<string, unknown>): Answer | undefined {
	const child = byId(state, fields.sub_issue_id);
	if (!child) return notFound();
	const current = state
		.repositories()
		.flatMap((each) => each.issues)
		.find((each) => each.subIssues.includes(child.issue.id));
	if (child.issue === parent || (current && fields.replace_parent !== true))
		return problem(422, 'Issue may not contain duplicate sub-issues and Sub issue may only have one parent');
	if (current) current.subIssues = current.subIssues.filter((id) => id !== child.issue.id);
	parent.subIssues.push(child.issue.id);
	state.changed();
	return undefined;
}

export function removeSubIssue(
	state: SandboxState,
	parent: Issue,
	fields: Record<string, unknown>,
): Answer | undefined {
	if (!parent.subIssues.includes(fields.sub_issue_id as number)) return notFound();
	parent.subIssues = parent.subIssues.filter((id) => id !== fields.sub_issue_id);
	state.changed();
	return undefined;
}

export function moveSubIssue(state: SandboxState, parent: Issue, fields: Record<string, unknown>): Answer | undefined {
	const id = fields.sub_issue_id as number;
	const anchor = (fields.after_id ?? fields.before_id) as number;
	if (!parent.subIssues.includes(id) || !parent.subIssues.includes(anchor) || id === anchor) return notFound();
	const rest = parent.subIssues.filter((each) => each !== id);
	rest.splice(rest.indexOf(anchor) + (fields.after_id === undefined ? 0 : 1), 0, id);
	parent.subIssues = rest;
	state.changed();
	return undefined;
}
