import type { JsonObject } from '#core/canonical-json';
import { commentArgs, createIssueArgs, setLabelsArgs } from './github-fields.ts';
import { githubTools } from './github-tools.ts';
import type { Provider, SafeWrite, Target } from './types.ts';

const createIssue: SafeWrite = {
	tool: 'issue_write',
	method: 'create',
	schema: createIssueArgs,
	creates: 'issue',
	bodyField: 'body',
	target: repository,
	summary: (args) => `Open a new issue in ${args.owner}/${args.repo}`,
};

const comment: SafeWrite = {
	tool: 'add_issue_comment',
	schema: commentArgs,
	creates: 'comment',
	bodyField: 'body',
	target: (args) => ({ ...repository(args), number: Number(args.issue_number) }),
	summary: (args) => `Comment on ${args.owner}/${args.repo}#${args.issue_number}`,
};

/** Replaces the set: a label that is not named is taken off. It carries no text, so no footer and no marker either. */
const setLabels: SafeWrite = {
	tool: 'issue_write',
	method: 'update',
	schema: setLabelsArgs,
	creates: 'labels',
	bodyField: null,
	target: (args) => ({ ...repository(args), number: Number(args.issue_number) }),
	summary: (args) => `Set the labels of ${args.owner}/${args.repo}#${args.issue_number}`,
};

/** GitHub through its own MCP server, pinned at v1.0.4. Three writes, no more. */
export const github: Provider = {
	id: 'github',
	version: '1.0.4',
	tools: githubTools,
	writes: [createIssue, comment, setLabels],
};

/** Only for args that have passed the schema: there both are strings. */
function repository(args: JsonObject): Target {
	return { owner: String(args.owner), repo: String(args.repo) };
}
