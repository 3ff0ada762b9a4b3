import { goJson } from './go-json.ts';
import { type Arguments, type Outcome, rpcError, toolError } from './outcome.ts';
import { pagination, required, requiredInt } from './params.ts';
import { sanitize } from './sanitize.ts';
import { compact, fieldsOf, minimalReactions, minimalUser, rawIssue } from './shapes.ts';
import { explained } from './tool-issue-write.ts';
import { labelsOf } from './tool-labels.ts';
import type { Json, RestCall, Upstream } from './upstream.ts';

export const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const rows = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

export async function issueRead(args: Arguments, upstream: Upstream): Promise<Outcome> {
	const method = required(args, 'method');
	const [owner, repo] = [required(args, 'owner'), required(args, 'repo')];
	const number = requiredInt(args, 'issue_number');
	const { page, perPage } = pagination(args);
	const path = `repos/${owner}/${repo}/issues/${number}`;
	const query = `?page=${page}&per_page=${perPage}`;
	switch (method) {
		case 'get':
			return getIssue(await bare('failed to get issue', upstream, { method: 'GET', path, preview: true }));
		case 'get_comments': {
			const call: RestCall = { method: 'GET', path: `${path}/comments${query}`, preview: true };
			const value = await bare('failed to get issue comments', upstream, call);
			return { text: goJson(rows(value).map(minimalComment)) };
		}
		case 'get_sub_issues': {
			const sent = upstream.rest({ method: 'GET', path: `${path}/sub_issues${query}` });
			return { text: goJson(rawIssue((await explained('failed to list sub-issues', sent)).value)) };
		}
		case 'get_labels':
			return issueLabels(owner, repo, number, upstream);
		default:
			throw toolError(`unknown method: ${method}`);
	}
}

/** Reading one issue or its comments fails as a JSON-RPC error of code 0, not as a tool error. */
async function bare(prefix: string, upstream: Upstream, call: RestCall): Promise<Json> {
	try {
		return (await upstream.rest(call)).value;
	} catch (error) {
		throw rpcError(`${prefix}: ${(error as Error).message}`);
	}
}

/** Title and body are sanitised: no HTML comment survives here. */
function getIssue(value: Json): Outcome {
	const issue = fieldsOf(value);
	return {
		text: goJson({
			number: issue.number ?? 0,
			title: sanitize(text(issue.title)),
			...compact({ body: sanitize(text(issue.body)) }),
			state: text(issue.state),
			...compact({
				state_reason: issue.state_reason,
				draft: issue.draft,
				locked: issue.locked,
				html_url: issue.html_url,
				user: minimalUser(issue.user),
				author_association: issue.author_association,
				labels: rows(issue.labels).map((each) => text(fieldsOf(each).name)),
				assignees: rows(issue.assignees).map((each) => text(fieldsOf(each).login)),
				milestone: fieldsOf(issue.milestone).title,
				comments: issue.comments,
				reactions: minimalReactions(issue.reactions),
				created_at: issue.created_at,
				updated_at: issue.updated_at,
				closed_at: issue.closed_at,
				closed_by: fieldsOf(issue.closed_by).login,
				issue_type: fieldsOf(issue.type).name,
			}),
		}),
	};
}

/** Comments come raw: the marker in a hidden comment is still there. */
function minimalComment(value: Json): Json {
	const comment = fieldsOf(value);
	return {
		id: comment.id ?? 0,
		...compact({ body: comment.body }),
		html_url: text(comment.html_url),
		...compact({
			user: minimalUser(comment.user),
			author_association: comment.author_association,
			reactions: minimalReactions(comment.reactions),
			created_at: comment.created_at,
			updated_at: comment.updated_at,
		}),
	};
}

const labelsQuery =
	'query($issueNumber:Int!$owner:String!$repo:String!){repository(owner: $owner, name: $repo){issue(number: $issueNumber){labels(first: 100){nodes{id,name,color,description},totalCount}}}}';

async function issueLabels(owner: string, repo: string, issueNumber: number, upstream: Upstream): Promise<Outcome> {
	const asked = upstream.graphql(labelsQuery, { issueNumber, owner, repo });
	const { repository } = await explained('Failed to get issue labels', asked);
	return labelsOf(fieldsOf(fieldsOf(repository).issue).labels);
}
