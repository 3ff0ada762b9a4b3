import { goJson } from './go-json.ts';
import { type Arguments, type Outcome, toolError } from './outcome.ts';
import { optional, optionalInt, required, requiredInt, strings } from './params.ts';
import { fieldsOf } from './shapes.ts';
import type { Json, Upstream } from './upstream.ts';

/** Turns a thrown failure of GitHub into `<prefix>: <text>`. */
export async function explained<T>(prefix: string, work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (error) {
		throw toolError(`${prefix}: ${(error as Error).message}`);
	}
}

/** `{"id":"…","url":"…"}`: the id is the database's, as text, not the issue's number. */
export function written(value: Json): Outcome {
	const { id, html_url } = fieldsOf(value);
	return { text: goJson({ id: String(id ?? 0), url: html_url ?? '' }) };
}

type Wanted = {
	owner: string;
	repo: string;
	title: string;
	body: string;
	assignees: string[];
	labels: string[];
	milestone: number;
	type: string;
	state: string;
	stateReason: string;
	duplicateOf: number;
};

export async function issueWrite(args: Arguments, upstream: Upstream): Promise<Outcome> {
	const method = required(args, 'method');
	const wanted: Wanted = {
		owner: required(args, 'owner'),
		repo: required(args, 'repo'),
		title: optional(args, 'title'),
		body: optional(args, 'body'),
		assignees: strings(args, 'assignees'),
		labels: strings(args, 'labels'),
		milestone: optionalInt(args, 'milestone'),
		type: optional(args, 'type'),
		state: optional(args, 'state'),
		stateReason: optional(args, 'state_reason'),
		duplicateOf: optionalInt(args, 'duplicate_of'),
	};
	if (wanted.duplicateOf !== 0 && wanted.stateReason !== 'duplicate')
		throw toolError("duplicate_of can only be used when state_reason is 'duplicate'");
	if (method === 'create') return create(wanted, upstream);
	if (method === 'update') return update(wanted, requiredInt(args, 'issue_number'), upstream);
	throw toolError("invalid method, must be either 'create' or 'update'");
}

/** Body, labels and assignees are always sent, even empty. Anything but 201 is a failure. */
async function create(wanted: Wanted, upstream: Upstream): Promise<Outcome> {
	if (wanted.title === '') throw toolError('missing required parameter: title');
	const sent = upstream.rest({
		method: 'POST',
		path: `repos/${wanted.owner}/${wanted.repo}/issues`,
		body: {
			title: wanted.title,
			body: wanted.body,
			labels: wanted.labels,
			...(wanted.milestone === 0 ? {} : { milestone: wanted.milestone }),
			assignees: wanted.assignees,
			...(wanted.type === '' ? {} : { type: wanted.type }),
		},
	});
	const { status, value } = await explained('failed to create issue', sent);
	if (status !== 201) throw toolError(`failed to create issue: unexpected status ${status}: `);
	return written(value);
}

/**
 * Empty fields are not sent, so nothing can be cleared, and success is said all the same. The state goes by GraphQL after the
 * PATCH has landed: a failure there leaves half a change behind.
 */
async function update(wanted: Wanted, number: number, upstream: Upstream): Promise<Outcome> {
	const sent = upstream.rest({
		method: 'PATCH',
		path: `repos/${wanted.owner}/${wanted.repo}/issues/${number}`,
		body: {
			...(wanted.title === '' ? {} : { title: wanted.title }),
			...(wanted.body === '' ? {} : { body: wanted.body }),
			...(wanted.labels.length === 0 ? {} : { labels: wanted.labels }),
			...(wanted.milestone === 0 ? {} : { milestone: wanted.milestone }),
			...(wanted.assignees.length === 0 ? {} : { assignees: wanted.assignees }),
			...(wanted.type === '' ? {} : { type: wanted.type }),
		},
	});
	const { status, value } = await explained('failed to update issue', sent);
	if (status !== 200) throw toolError(`failed to update issue: unexpected status ${status}: `);
	if (wanted.state !== '') await setState(wanted, number, upstream);
	return written(value);
}

const idQuery =
	'query($issueNumber:Int!$owner:String!$repo:String!){repository(owner: $owner, name: $repo){issue(number: $issueNumber){id}}}';
const idsQuery =
	'query($duplicateOf:Int!$issueNumber:Int!$owner:String!$repo:String!){repository(owner: $owner, name: $repo){issue(number: $issueNumber){id},duplicateIssue: issue(number: $duplicateOf){id}}}';
const closeMutation = 'mutation($input:CloseIssueInput!){closeIssue(input: $input){issue{id,number,url,state}}}';
const reopenMutation = 'mutation($input:ReopenIssueInput!){reopenIssue(input: $input){issue{id,number,url,state}}}';

function closeReason(reason: string): string {
	if (reason === 'not_planned') return 'NOT_PLANNED';
	return reason === 'duplicate' ? 'DUPLICATE' : 'COMPLETED';
}

async function setState(wanted: Wanted, number: number, upstream: Upstream): Promise<void> {
	const { owner, repo, duplicateOf, state, stateReason } = wanted;
	if (state === 'closed' && stateReason === 'duplicate' && duplicateOf === 0)
		throw toolError("duplicate_of must be provided when state_reason is 'duplicate'");
	const asked =
		duplicateOf === 0
			? upstream.graphql(idQuery, { issueNumber: number, owner, repo })
			: upstream.graphql(idsQuery, { duplicateOf, issueNumber: number, owner, repo });
	const { repository } = await explained('Failed to find issues: failed to get issue ID', asked);
	const issueId = fieldsOf(fieldsOf(repository).issue).id ?? null;
	if (state === 'open')
		await explained('Failed to reopen issue', upstream.graphql(reopenMutation, { input: { issueId } }));
	if (state === 'closed') {
		const duplicateIssueId = fieldsOf(fieldsOf(repository).duplicateIssue).id ?? null;
		const input = {
			issueId,
			stateReason: closeReason(stateReason),
			...(stateReason === 'duplicate' ? { duplicateIssueId } : {}),
		};
		await explained('Failed to close issue', upstream.graphql(closeMutation, { input }));
	}
}
