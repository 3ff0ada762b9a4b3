import { goJson } from './go-json.ts';
import { type Arguments, type Outcome, rpcError, toolError } from './outcome.ts';
import { optional, optionalInt, required, strings } from './params.ts';
import { sanitize } from './sanitize.ts';
import { compact, fieldsOf } from './shapes.ts';
import { text } from './tool-issue-read.ts';
import { explained } from './tool-issue-write.ts';
import type { Json, Upstream } from './upstream.ts';

const oneOf = (value: string, choices: readonly string[], otherwise: string): string => {
	const upper = value.toUpperCase();
	return choices.includes(upper) ? upper : otherwise;
};

/** The query that the real one sends; `labels` and `since` have variants of their own. */
function listQuery(labels: boolean, since: boolean): string {
	const declared = `$after:String$direction:OrderDirection!$first:Int!${labels ? '$labels:[String!]!' : ''}$orderBy:IssueOrderField!$owner:String!$repo:String!${since ? '$since:DateTime!' : ''}$states:[IssueState!]!`;
	const filter = `first: $first, after: $after, ${labels ? 'labels: $labels, ' : ''}states: $states, orderBy: {field: $orderBy, direction: $direction}${since ? ', filterBy: {since: $since}' : ''}`;
	const node =
		'number,title,body,state,databaseId,author{login},createdAt,updatedAt,labels(first: 100){nodes{name,id,description}},comments{totalCount}';
	const page = 'pageInfo{hasNextPage,hasPreviousPage,startCursor,endCursor},totalCount';
	return `query(${declared}){repository(owner: $owner, name: $repo){issues(${filter}){nodes{${node}},${page}}}}`;
}

/** RFC 3339 or a date; undefined when it is neither. Sent on as Go prints it: UTC stays `Z`, no fraction unless there is one. */
function timestamp(value: string): string | undefined {
	if (/^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value))) return `${value}T00:00:00Z`;
	const full = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
	return full.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

export async function listIssues(args: Arguments, upstream: Upstream): Promise<Outcome> {
	const [owner, repo] = [required(args, 'owner'), required(args, 'repo')];
	const state = oneOf(optional(args, 'state'), ['OPEN', 'CLOSED'], '');
	const labels = strings(args, 'labels');
	const orderBy = oneOf(optional(args, 'orderBy'), ['CREATED_AT', 'UPDATED_AT', 'COMMENTS'], 'CREATED_AT');
	const direction = oneOf(optional(args, 'direction'), ['ASC', 'DESC'], 'DESC');
	const asked = optional(args, 'since');
	const since = asked === '' ? '' : timestamp(asked);
	if (since === undefined)
		throw toolError(
			`failed to list issues: invalid ISO 8601 timestamp: ${asked} (supported formats: YYYY-MM-DDThh:mm:ssZ or YYYY-MM-DD)`,
		);
	const { first, after } = cursorPage(args);
	if ('page' in args)
		throw toolError(
			"This tool uses cursor-based pagination. Use the 'after' parameter with the 'endCursor' value from the previous response instead of 'page'.",
		);
	if (first > 100) throw rpcError(`perPage value ${first} exceeds maximum of 100`);
	if (first < 0) throw rpcError(`perPage value ${first} cannot be negative`);

	const variables = {
		after: after === '' ? null : after,
		direction,
		first,
		...(labels.length === 0 ? {} : { labels }),
		orderBy,
		owner,
		repo,
		...(since === '' ? {} : { since }),
		states: state === '' ? ['OPEN', 'CLOSED'] : [state],
	};
	const sent = upstream.graphql(listQuery(labels.length > 0, since !== ''), variables);
	return minimalIssues(fieldsOf((await explained('failed to list issues', sent)).repository).issues);
}

/** Wrong paging arguments are a JSON-RPC error here, not a tool error. */
function cursorPage(args: Arguments): { first: number; after: string } {
	try {
		return { first: optionalInt(args, 'perPage') || 30, after: optional(args, 'after') };
	} catch (error) {
		throw rpcError((error as Error).message);
	}
}

function minimalIssues(value: Json | undefined): Outcome {
	const { nodes, totalCount, pageInfo } = fieldsOf(value);
	const { hasNextPage, hasPreviousPage, startCursor, endCursor } = fieldsOf(pageInfo);
	const issues = (Array.isArray(nodes) ? nodes : []).map((each) => {
		const issue = fieldsOf(each);
		const names = fieldsOf(issue.labels).nodes;
		return {
			number: issue.number ?? 0,
			title: sanitize(text(issue.title)),
			...compact({ body: sanitize(text(issue.body)) }),
			state: text(issue.state),
			user: { login: text(fieldsOf(issue.author).login) },
			...compact({
				labels: (Array.isArray(names) ? names : []).map((name) => text(fieldsOf(name).name)),
				comments: fieldsOf(issue.comments).totalCount,
				created_at: issue.createdAt,
				updated_at: issue.updatedAt,
			}),
		};
	});
	const page = {
		hasNextPage: hasNextPage ?? false,
		hasPreviousPage: hasPreviousPage ?? false,
		...compact({ startCursor, endCursor }),
	};
	return { text: goJson({ issues, totalCount: totalCount ?? 0, pageInfo: page }) };
}
