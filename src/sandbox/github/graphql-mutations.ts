import { refuse } from './access.ts';
import { type Node, type Nodes, type Operation, refusal } from './graphql-node.ts';
import { type CloseReason, type Issue, type Label, nodeId, type Repository } from './model.ts';
import { labelOf } from './shapes.ts';
import { addLabel, closeIssue, reopenIssue } from './writes.ts';

type Input = Record<string, unknown>;

const unresolved = (id: unknown) => refusal('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`);

function writable({ token }: Operation, repository: Repository, id: unknown): Repository {
	const refused = refuse(token, repository, 'write');
	if (!refused) return repository;
	throw refused.status === 404
		? unresolved(id)
		: refusal('FORBIDDEN', 'Resource not accessible by personal access token');
}

function findIssue(operation: Operation, id: unknown): { repository: Repository; issue: Issue } {
	for (const repository of operation.state.repositories()) {
		const issue = repository.issues.find((each) => nodeId('Issue', each.id) === id);
		if (issue) return { repository: writable(operation, repository, id), issue };
	}
	throw unresolved(id);
}

function findLabel(operation: Operation, id: unknown): { repository: Repository; label: Label } {
	for (const repository of operation.state.repositories()) {
		const label = repository.labels.find((each) => nodeId('Label', each.id) === id);
		if (label) return { repository: writable(operation, repository, id), label };
	}
	throw unresolved(id);
}

function reasonOf(value: unknown): CloseReason {
	if (value === 'NOT_PLANNED') return 'not_planned';
	return value === 'DUPLICATE' ? 'duplicate' : 'completed';
}

/** The mutations that the sidecar sends. */
export function mutations(operation: Operation, { issueNode, labelNode }: Nodes): Node {
	const { state, places, token } = operation;
	const inputOf = (args: Input): Input => (args.input ?? {}) as Input;
	return {
		closeIssue: (args) => {
			const input = inputOf(args);
			const { repository, issue } = findIssue(operation, input.issueId);
			closeIssue(state, token, issue, reasonOf(input.stateReason));
			return { issue: () => issueNode(places, repository, issue) };
		},
		reopenIssue: (args) => {
			const { repository, issue } = findIssue(operation, inputOf(args).issueId);
			reopenIssue(state, issue);
			return { issue: () => issueNode(places, repository, issue) };
		},
		createLabel: (args) => {
			const input = inputOf(args);
			const found = state.repositories().find((each) => nodeId('Repository', each.id) === input.repositoryId);
			if (!found) throw unresolved(input.repositoryId);
			const repository = writable(operation, found, input.repositoryId);
			const name = String(input.name);
			if (labelOf(repository, name)) throw refusal('UNPROCESSABLE', 'Name has already been taken');
			const label = addLabel(state, repository, name, String(input.color), (input.description as string) ?? null);
			state.changed();
			return { label: () => labelNode(label) };
		},
		updateLabel: (args) => {
			const input = inputOf(args);
			const { repository, label } = findLabel(operation, input.id);
			const old = label.name;
			if (typeof input.name === 'string') label.name = input.name;
			if (typeof input.color === 'string') label.color = input.color;
			if (typeof input.description === 'string') label.description = input.description;
			for (const issue of repository.issues)
				issue.labels = issue.labels.map((name) => (name === old ? label.name : name));
			state.changed();
			return { label: () => labelNode(label) };
		},
		deleteLabel: (args) => {
			const { repository, label } = findLabel(operation, inputOf(args).id);
			repository.labels = repository.labels.filter((each) => each !== label);
			for (const issue of repository.issues) issue.labels = issue.labels.filter((name) => name !== label.name);
			state.changed();
			return { clientMutationId: () => null };
		},
	};
}
