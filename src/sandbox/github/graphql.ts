import { refuse } from './access.ts';
import type { Answer } from './answers.ts';
import { mutations } from './graphql-mutations.ts';
import { type Node, type Operation, refusal } from './graphql-node.ts';
import { type Field, parseQuery } from './graphql-query.ts';
import { type Issue, type Label, nodeId, type Repository, type Token } from './model.ts';
import { issueUrl, labelOf, type Places } from './shapes.ts';
import type { SandboxState } from './state.ts';

const labelNode = (label: Label): Node => ({
	id: () => nodeId('Label', label.id),
	name: () => label.name,
	color: () => label.color,
	description: () => label.description,
});

const connection = (nodes: Node[], { first }: Record<string, unknown>): Node => ({
	nodes: () => nodes.slice(0, Number(first ?? 100)),
	totalCount: () => nodes.length,
});

function issueNode(places: Places, repository: Repository, issue: Issue): Node {
	return {
		id: () => nodeId('Issue', issue.id),
		databaseId: () => issue.id,
		number: () => issue.number,
		url: () => issueUrl(places, repository, issue),
		title: () => issue.title,
		body: () => issue.body,
		state: () => issue.state.toUpperCase(),
		author: () => ({ login: () => issue.author }),
		createdAt: () => issue.createdAt,
		updatedAt: () => issue.updatedAt,
		comments: () => ({ totalCount: () => issue.comments.length }),
		labels: (args) => connection(issue.labels.flatMap((name) => labelOf(repository, name) ?? []).map(labelNode), args),
	};
}

const cursor = (issue: Issue): string => Buffer.from(`cursor:${issue.number}`).toString('base64');

function issueConnection(places: Places, repository: Repository, args: Record<string, unknown>): Node {
	const order = (args.orderBy ?? {}) as { field?: string; direction?: string };
	const since = Date.parse(String((args.filterBy as { since?: unknown } | undefined)?.since ?? '')) || 0;
	const states = args.states as string[] | undefined;
	const wanted = args.labels as string[] | undefined;
	const rank = (issue: Issue): number =>
		order.field === 'COMMENTS'
			? issue.comments.length
			: Date.parse(order.field === 'UPDATED_AT' ? issue.updatedAt : issue.createdAt);
	const kept = repository.issues
		.filter((each) => !states || states.includes(each.state.toUpperCase()))
		.filter((each) => !wanted || each.labels.some((name) => wanted.includes(name)))
		.filter((each) => Date.parse(each.updatedAt) >= since)
		.sort((a, b) => rank(a) - rank(b) || a.number - b.number);
	if (order.direction === 'DESC') kept.reverse();
	const from = args.after ? kept.findIndex((each) => cursor(each) === args.after) + 1 : 0;
	const rows = kept.slice(from, from + Number(args.first ?? 30));
	const [head, tail] = [rows[0], rows.at(-1)];
	return {
		nodes: () => rows.map((each) => issueNode(places, repository, each)),
		totalCount: () => kept.length,
		pageInfo: () => ({
			hasNextPage: () => from + rows.length < kept.length,
			hasPreviousPage: () => from > 0,
			startCursor: () => (head ? cursor(head) : null),
			endCursor: () => (tail ? cursor(tail) : null),
		}),
	};
}

function repositoryNode(places: Places, repository: Repository): Node {
	return {
		id: () => nodeId('Repository', repository.id),
		name: () => repository.name,
		label: (args) => {
			const label = labelOf(repository, String(args.name));
			return label ? labelNode(label) : null;
		},
		labels: (args) => connection(repository.labels.map(labelNode), args),
		issue: (args) => {
			const issue = repository.issues.find((each) => each.number === args.number);
			if (!issue || !repository.issuesEnabled)
				throw refusal('NOT_FOUND', `Could not resolve to an Issue with the number of ${args.number}.`);
			return issueNode(places, repository, issue);
		},
		issues: (args) => issueConnection(places, repository, args),
	};
}

/** A moved repository is followed silently, as GraphQL does. */
function resolveRepository({ state, token }: Operation, owner: string, name: string): Repository {
	const found = state.repository(owner, name);
	const repository = found?.movedTo ? state.repository(...(found.movedTo.split('/') as [string, string])) : found;
	if (!repository || refuse(token, repository, 'read')?.status === 404)
		throw refusal('NOT_FOUND', `Could not resolve to a Repository with the name '${owner}/${name}'.`);
	if (refuse(token, repository, 'read')) throw refusal('FORBIDDEN', 'Resource not accessible by personal access token');
	return repository;
}

function answer(node: Node, fields: Field[]): Record<string, unknown> {
	const found: Record<string, unknown> = {};
	for (const { name, alias, args, fields: inner } of fields) {
		const resolve = node[name];
		if (!resolve) throw refusal('undefinedField', `Field '${name}' doesn't exist`);
		const value = resolve(args);
		if (Array.isArray(value)) found[alias] = value.map((each) => answer(each as Node, inner));
		else if (typeof value === 'object' && value !== null) found[alias] = answer(value as Node, inner);
		else found[alias] = value;
	}
	return found;
}

/** Answers exactly what was selected: the sidecar's client refuses a key it did not ask for. Refusals are 200 with `errors`. */
export function graphql(state: SandboxState, places: Places, token: Token, body: string): Answer {
	const operation: Operation = { state, places, token };
	let fields: Field[] = [];
	try {
		const request = JSON.parse(body) as { query?: unknown; variables?: Record<string, unknown> };
		fields = parseQuery(String(request.query ?? ''), request.variables ?? {});
		const root: Node = {
			viewer: () => ({ login: () => token.login }),
			repository: (args) => repositoryNode(places, resolveRepository(operation, String(args.owner), String(args.name))),
			...mutations(operation, { issueNode, labelNode }),
		};
		return { status: 200, body: { data: answer(root, fields) } };
	} catch (error) {
		const { type, message } = error as Error & { type?: string };
		const path = fields[0] ? [fields[0].alias] : [];
		const data = fields[0] ? { [fields[0].alias]: null } : null;
		const problem = { type: type ?? 'PARSE_ERROR', path, locations: [{ line: 1, column: 1 }], message };
		return { status: 200, body: { data, errors: [problem] } };
	}
}
