import { type Arguments, isToolError, type Outcome } from './outcome.ts';
import { issueRead } from './tool-issue-read.ts';
import { issueWrite } from './tool-issue-write.ts';
import { getLabel, labelWrite, listLabel } from './tool-labels.ts';
import { listIssues } from './tool-list-issues.ts';
import { addIssueComment, getMe, searchIssues, subIssueWrite } from './tool-others.ts';
import type { Upstream } from './upstream.ts';

type Call = (args: Arguments, upstream: Upstream) => Promise<Outcome>;

/** The tools that the sandbox can do. Every other listed one answers as unknown. */
const calls: Readonly<Record<string, Call>> = {
	get_me: getMe,
	issue_write: issueWrite,
	add_issue_comment: addIssueComment,
	issue_read: issueRead,
	list_issues: listIssues,
	search_issues: searchIssues,
	sub_issue_write: subIssueWrite,
	get_label: getLabel,
	list_label: listLabel,
	label_write: labelWrite,
};

export const canCall = (name: string): boolean => Object.hasOwn(calls, name);

/** Runs one tool. A tool's failure is an outcome; errors of the JSON-RPC kind are thrown on. */
export async function callTool(name: string, args: Arguments, upstream: Upstream): Promise<Outcome> {
	const call = calls[name];
	if (!call) throw new Error(`no tool ${name}`);
	try {
		return await call(args, upstream);
	} catch (error) {
		if (isToolError(error)) return { text: error.message, isError: true };
		throw error;
	}
}
