import type { LoggedRequest } from '#sandbox/github/model';
import type { TestPortal } from '#test/support/portal';

/** A proposal of labels as execute takes it. */
export interface Labelling {
	readonly provider: 'github';
	readonly tool: 'issue_write';
	readonly args: Record<string, unknown>;
	readonly argsSha: string;
	readonly beforeSha: string;
}

export interface LabelledIssue {
	readonly number: number;
	labels(): readonly string[];
	/** As somebody else would, at GitHub itself. */
	relabel(names: readonly string[]): void;
	args(labels: readonly unknown[]): Record<string, unknown>;
}

const OWNER = 'acme';
const REPO = 'payments-api';

/** A new issue of the sandbox GitHub with these labels; names that are new there become labels of the repository. */
export function labelledIssue({ sandbox }: TestPortal, labels: readonly string[]): LabelledIssue {
	const { state } = sandbox.github;
	const repository = state.repository(OWNER, REPO);
	const [first] = repository?.issues ?? [];
	if (repository === undefined || first === undefined) throw new Error('the sandbox GitHub is not seeded');
	const issue = { ...structuredClone(first), id: state.nextId(), number: repository.issues.length + 1, labels: [''] };
	repository.issues.push(issue);
	const relabel = (names: readonly string[]) => {
		for (const name of names.filter((each) => !repository.labels.some((known) => known.name === each))) {
			repository.labels = repository.labels.filter((known) => known.name.toLowerCase() !== name.toLowerCase());
			repository.labels.push({ id: state.nextId(), name, color: 'ededed', description: null });
		}
		issue.labels = [...names];
	};
	relabel(labels);
	return {
		number: issue.number,
		labels: () => issue.labels,
		relabel,
		args: (wanted) => ({ method: 'update', owner: OWNER, repo: REPO, issue_number: issue.number, labels: wanted }),
	};
}

/** The writes of labels that have reached the sandbox GitHub. */
export function patches({ sandbox }: TestPortal, issue: LabelledIssue): readonly LoggedRequest[] {
	const path = `/repos/${OWNER}/${REPO}/issues/${issue.number}`;
	return sandbox.github.state.requests.filter((each) => each.method === 'PATCH' && each.path.endsWith(path));
}

/** Matches the write of labels, and the reading of them. */
export const PATCH = { method: 'PATCH', pathPattern: '/issues/[0-9]+$' };
export const GET_LABELS = { method: 'POST', bodyPattern: 'labels\\(first: 100\\)' };
