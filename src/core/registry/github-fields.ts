import { z } from 'zod';
import { folded } from '#core/proposal/label-set';
import { MAX_BODY_CODE_POINTS } from '#core/proposal/marker';
import { showsNothing } from '#core/proposal/warn-unseen';

/**
 * The arguments of GitHub's issue tools, as narrow as GitHub itself is. Every value here comes from a caller, most often
 * an AI agent that has read hostile text. The messages are for people: one plain sentence each.
 */

/** A message for what is missing or of the wrong kind; a rule's own message stands for the rest. The path goes before it. */
function typed(kind: string): { error: (issue: { input?: unknown }) => string } {
	return {
		error: ({ input }) => {
			if (input === undefined) return 'is needed';
			if (input === null) return 'null is not a value here: leave it out, or give one';
			return `must be ${kind}`;
		},
	};
}

const text = z.string(typed('text'));

// github-mcp-server v1.0.4 puts owner and repo into the URL without escaping: `..` or a slash would write elsewhere.
export const owner = text.regex(
	/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$/,
	'must be 1–39 letters, digits or hyphens, and begin with a letter or digit',
);

export const repo = text
	.regex(/^[A-Za-z0-9._-]{1,100}$/, 'must be 1–100 letters, digits, dots, hyphens or underscores')
	.refine((name) => name !== '.' && name !== '..', 'must be a name, not a dot');

const title = text
	.refine((value) => value.trim() !== '', 'must say something')
	.refine((value) => value.length <= 256, 'must be at most 256 characters')
	// U+2028 and U+2029 end a line too; a second line would not be seen where titles are shown.
	.refine(
		(value) => !/[\p{Cc}\u2028\u2029]/u.test(value),
		'must be one line, without tabs or other control characters',
	);

const body = text
	.refine((value) => codePointsAtMost(value, MAX_BODY_CODE_POINTS), 'must be at most 64,000 characters')
	// PostgreSQL and GitHub both refuse or drop U+0000: what is stored would not be what was approved.
	.refine((value) => !value.includes('\u0000'), 'must not hold the character U+0000');

const issueNumber = z
	.number(typed('a number, not text'))
	.refine(
		(value) => Number.isInteger(value) && value >= 1 && value <= 2_147_483_647,
		'must be a whole number from 1 to 2147483647',
	);

/** `issue_write` with method `create`: a title and perhaps a body. Labels, assignees, milestone and type are not open. */
export const createIssueArgs = z.strictObject({
	method: z.literal('create', { error: 'must be create' }),
	owner,
	repo,
	title,
	body: body.optional(),
});

export const commentArgs = z.strictObject({
	owner,
	repo,
	issue_number: issueNumber,
	body: body.refine((value) => value.trim() !== '', 'must say something'),
});

/** GitHub's: characters of a label's name, and labels of an issue. */
const MAX_LABEL_CODE_POINTS = 50;
const MAX_LABELS = 100;

/** Which of them may not be added is known once those that stand there are: `unfitToAdd`. */
const label = text
	.refine((name) => name.trim() !== '', 'must say something')
	.refine((name) => codePointsAtMost(name, MAX_LABEL_CODE_POINTS), 'must be at most 50 characters')
	// Two names that look the same would be two labels. What turns the reading order is held as a warning instead.
	.refine(
		(name) => !/[\p{Cc}\u2028\u2029]/u.test(name) && !showsNothing(name),
		'must be one line, without control characters or characters that show nothing',
	);

const labels = z
	.array(label, typed('a list of names'))
	.max(MAX_LABELS, 'must be at most 100 labels')
	// v1.0.4 leaves an empty list out of what it sends, and reports success.
	.refine(
		(names) => names.length > 0,
		'must name at least one label: this MCP server ignores an empty set, so labels cannot all be removed here',
	)
	.superRefine((names, context) => {
		const seen = new Set<string>();
		for (const [index, name] of names.entries()) {
			if (seen.has(folded(name))) {
				context.addIssue({ code: 'custom', path: [index], message: 'is in the list already, but for letter case' });
			}
			seen.add(folded(name));
		}
	});

/** `issue_write` with method `update`: the whole set of labels, and nothing else of the issue. */
export const setLabelsArgs = z.strictObject({
	method: z.literal('update'),
	owner,
	repo,
	issue_number: issueNumber,
	labels,
});

function codePointsAtMost(value: string, limit: number): boolean {
	if (value.length <= limit) return true; // a code point is one or two UTF-16 units
	if (value.length > 2 * limit) return false;
	let count = 0;
	for (const _ of value) count++;
	return count <= limit;
}
