import { ProblemError } from '#api/client';
import type { AnswerOf } from '#api/contract/routes';

export type ExecuteAnswer = AnswerOf<'POST /api/mcp/execute'>;

/** Why an execution is watched: what the portal said, or that its own answer never reached this page. */
export type WatchCode = 'outcome_unknown' | 'execution_in_progress' | 'execution_unresolved' | 'lost';

export type Result =
	| { readonly kind: 'answer'; readonly answer: ExecuteAnswer; readonly at: string }
	| {
			readonly kind: 'watch';
			readonly code: WatchCode;
			readonly executionId: string | undefined;
			/** The row of this attempt. */
			readonly auditSeq: number | undefined;
	  }
	| { readonly kind: 'refused'; readonly error: ProblemError };

/** The row that an execute left, which its refusal names (contracts §4); without one it ended before the log. */
export const rowOf = ({ extra }: ProblemError): number | undefined =>
	typeof extra.auditSeq === 'number' ? extra.auditSeq : undefined;

/** Sorts what execute threw: only an answer that says so is a definite no. Everything else is unknown, not failed. */
export function resultOfError(error: unknown): Result {
	if (!(error instanceof ProblemError)) {
		return { kind: 'watch', code: 'lost', executionId: undefined, auditSeq: undefined };
	}
	const id = typeof error.extra.executionId === 'string' ? error.extra.executionId : undefined;
	switch (error.code) {
		case 'outcome_unknown':
		case 'execution_in_progress':
		case 'execution_unresolved':
			return { kind: 'watch', code: error.code, executionId: id, auditSeq: rowOf(error) };
		// The portal itself broke, or something between it and this page answered: the write may have left before.
		case 'internal':
		case 'database_unavailable':
			return { kind: 'watch', code: 'lost', executionId: id, auditSeq: rowOf(error) };
		default:
			return { kind: 'refused', error };
	}
}

/** The sentence a screen reader hears; the same stands on the page. */
export function spoken(result: Result): string {
	switch (result.kind) {
		case 'answer':
			return result.answer.replayed ? 'Already done. Nothing was written again.' : 'Done: written once and recorded.';
		case 'watch':
			return 'The outcome is not known yet. The portal is finding out.';
		case 'refused':
			return `Not done: ${result.error.detail}`;
	}
}
