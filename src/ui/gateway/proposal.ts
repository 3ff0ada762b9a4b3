import type { AnswerOf } from '#api/contract/routes';
import type { Submitted } from './writes.ts';

export type ProposeAnswer = AnswerOf<'POST /api/mcp/propose'>;

/** A preview as the sheet shows it: what was asked, what came back, and what the portal adds, apart. */
export interface Proposal {
	readonly submitted: Submitted;
	readonly answer: ProposeAnswer;
	readonly at: string;
	readonly title: string | undefined;
	/** The body as it was typed and is hashed. */
	readonly body: string;
	/** What the artifact carries beyond that body; undefined when nothing is added or the server did not say. */
	readonly footer: string | undefined;
}

export function proposalOf(submitted: Submitted, answer: ProposeAnswer, at: Date): Proposal {
	const typed = typeof submitted.args.body === 'string' ? submitted.args.body : '';
	const written = answer.preview.artifact?.body;
	const split = written?.startsWith(typed) ? written.slice(typed.length) : undefined;
	return {
		submitted,
		answer,
		at: at.toISOString(),
		title: answer.preview.artifact?.title ?? (submitted.kind === 'issue' ? String(submitted.args.title) : undefined),
		// A body that the server would write differently is shown as the server's, whole: that is what is written.
		body: written !== undefined && split === undefined ? written : typed,
		footer: split === '' ? undefined : split,
	};
}

/** `acme/payments-api`, with `#512` where there is a number. */
export const targetText = (target: { owner: string; repo: string; number?: number | undefined }) =>
	`${target.owner}/${target.repo}${target.number === undefined ? '' : `#${target.number}`}`;
