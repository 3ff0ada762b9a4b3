import { z } from 'zod';
import { MAX_BODY_CODE_POINTS } from '#core/proposal/marker';

/**
 * The arguments of GitHub's issue tools, as narrow as GitHub itself is. Every value here comes from a caller, most often
 * an AI agent that has read hostile text. The messages are for people: one plain sentence each.
 */

/** A message for what is missing or of the wrong kind; a rule's own message stands for the rest. */
function typed(name: string, kind: string): { error: (issue: { input?: unknown }) => string } {
	return {
		error: ({ input }) => {
			if (input === undefined) return `${name} is needed`;
			if (input === null) return 'null is not a value here: leave it out, or give one';
			return `${name} must be ${kind}`;
		},
	};
}

const text = (name: string) => z.string(typed(name, 'text'));

// github-mcp-server v1.0.4 puts owner and repo into the URL without escaping: `..` or a slash would write elsewhere.
const owner = text('owner').regex(
	/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$/,
	'owner must be 1–39 letters, digits or hyphens, and begin with a letter or digit',
);

const repo = text('repo')
	.regex(/^[A-Za-z0-9._-]{1,100}$/, 'repo must be 1–100 letters, digits, dots, hyphens or underscores')
	.refine((name) => name !== '.' && name !== '..', 'repo must be a name, not a dot');

const title = text('title')
	.refine((value) => value.trim() !== '', 'title must say something')
	.refine((value) => value.length <= 256, 'title must be at most 256 characters')
	// U+2028 and U+2029 end a line too; a second line would not be seen where titles are shown.
	.refine(
		(value) => !/[\p{Cc}\u2028\u2029]/u.test(value),
		'title must be one line, without tabs or other control characters',
	);

const body = text('body')
	.refine((value) => codePointsAtMost(value, MAX_BODY_CODE_POINTS), 'body must be at most 64,000 characters')
	// PostgreSQL and GitHub both refuse or drop U+0000: what is stored would not be what was approved.
	.refine((value) => !value.includes('\u0000'), 'body must not hold the character U+0000');

const issueNumber = z
	.number(typed('issue_number', 'a number, not text'))
	.refine(
		(value) => Number.isInteger(value) && value >= 1 && value <= 2_147_483_647,
		'issue_number must be a whole number from 1 to 2147483647',
	);

/** `issue_write` with method `create`: a title and perhaps a body. Labels, assignees, milestone and type are not open. */
export const createIssueArgs = z.strictObject({
	method: z.literal('create', { error: 'method must be create' }),
	owner,
	repo,
	title,
	body: body.optional(),
});

export const commentArgs = z.strictObject({
	owner,
	repo,
	issue_number: issueNumber,
	body: body.refine((value) => value.trim() !== '', 'body must say something'),
});

function codePointsAtMost(value: string, limit: number): boolean {
	if (value.length <= limit) return true; // a code point is one or two UTF-16 units
	if (value.length > 2 * limit) return false;
	let count = 0;
	for (const _ of value) count++;
	return count <= limit;
}
