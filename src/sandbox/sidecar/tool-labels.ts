import { goJson } from './go-json.ts';
import { type Arguments, type Outcome, toolError } from './outcome.ts';
import { required } from './params.ts';
import { fieldsOf } from './shapes.ts';
import { explained } from './tool-issue-write.ts';
import type { Json, Upstream } from './upstream.ts';

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** Keys are sorted: a Go map is behind it. */
const labelOf = (value: Json | undefined) => {
	const { color, description, id, name } = fieldsOf(value);
	return { color: text(color), description: text(description), id: text(id), name: text(name) };
};

export function labelsOf(value: Json | undefined): Outcome {
	const { nodes, totalCount } = fieldsOf(value);
	return { text: goJson({ labels: (Array.isArray(nodes) ? nodes : []).map(labelOf), totalCount: totalCount ?? 0 }) };
}

const variables = '$name:String!$owner:String!$repo:String!';
const labelQuery = (fields: string): string =>
	`query(${variables}){repository(owner: $owner, name: $repo){label(name: $name){${fields}}}}`;
const listQuery =
	'query($owner:String!$repo:String!){repository(owner: $owner, name: $repo){labels(first: 100){nodes{id,name,color,description},totalCount}}}';
const repositoryQuery = 'query($owner:String!$repo:String!){repository(owner: $owner, name: $repo){id}}';
const mutation = (name: string, type: string, fields: string): string =>
	`mutation($input:${type}!){${name}(input: $input){${fields}}}`;

export async function getLabel(args: Arguments, upstream: Upstream): Promise<Outcome> {
	const [owner, repo, name] = [required(args, 'owner'), required(args, 'repo'), required(args, 'name')];
	const asked = upstream.graphql(labelQuery('id,name,color,description'), { name, owner, repo });
	const { repository } = await explained('Failed to find label', asked);
	const label = labelOf(fieldsOf(repository).label);
	if (label.name === '') throw toolError(`label '${name}' not found in ${owner}/${repo}`);
	return { text: goJson(label) };
}

export async function listLabel(args: Arguments, upstream: Upstream): Promise<Outcome> {
	const [owner, repo] = [required(args, 'owner'), required(args, 'repo')];
	const { repository } = await explained('Failed to list labels', upstream.graphql(listQuery, { owner, repo }));
	return labelsOf(fieldsOf(repository).labels);
}

async function labelId(owner: string, repo: string, name: string, upstream: Upstream): Promise<string> {
	let found: { [key: string]: Json };
	try {
		found = await upstream.graphql(labelQuery('id,name'), { name, owner, repo });
	} catch (error) {
		throw toolError((error as Error).message);
	}
	const label = fieldsOf(fieldsOf(found.repository).label);
	if (text(label.name) === '') throw toolError(`label '${name}' not found in ${owner}/${repo}`);
	return text(label.id);
}

/** Answers in plain words, not JSON. */
export async function labelWrite(args: Arguments, upstream: Upstream): Promise<Outcome> {
	const method = required(args, 'method').toLowerCase();
	const [owner, repo, name] = [required(args, 'owner'), required(args, 'repo'), required(args, 'name')];
	const given = (key: string): string => (typeof args[key] === 'string' ? (args[key] as string) : '');
	const [newName, color, description] = [given('new_name'), given('color'), given('description')];

	switch (method) {
		case 'create': {
			if (color === '') throw toolError('color is required for create');
			const asked = upstream.graphql(repositoryQuery, { owner, repo });
			const { repository } = await explained('Failed to find repository', asked);
			const repositoryId = fieldsOf(repository).id ?? null;
			const input = { repositoryId, color, name, ...(description === '' ? {} : { description }) };
			const sent = upstream.graphql(mutation('createLabel', 'CreateLabelInput', 'label{name,id}'), { input });
			const { createLabel } = await explained('Failed to create label', sent);
			return { text: `label '${text(fieldsOf(fieldsOf(createLabel).label).name)}' created successfully` };
		}
		case 'update': {
			if (newName === '' && color === '' && description === '')
				throw toolError('at least one of new_name, color, or description must be provided for update');
			const input = {
				id: await labelId(owner, repo, name, upstream),
				...(color === '' ? {} : { color }),
				...(description === '' ? {} : { description }),
				...(newName === '' ? {} : { name: newName }),
			};
			const sent = upstream.graphql(mutation('updateLabel', 'UpdateLabelInput', 'label{name,id}'), { input });
			const { updateLabel } = await explained('Failed to update label', sent);
			return { text: `label '${text(fieldsOf(fieldsOf(updateLabel).label).name)}' updated successfully` };
		}
		case 'delete': {
			const input = { id: await labelId(owner, repo, name, upstream) };
			const sent = upstream.graphql(mutation('deleteLabel', 'DeleteLabelInput', 'clientMutationId'), { input });
			await explained('Failed to delete label', sent);
			return { text: `label '${name}' deleted successfully` };
		}
		default:
			throw toolError(`unknown method: ${method}. Supported methods are: create, update, delete`);
	}
}
