import { assertNever } from '#core/result';
import type { ExecutionState } from './state.ts';

/**
 * How it is known what became of a write: `answered` by the provider; `not_sent`, nothing ever left the portal;
 * `reconciled` by a look of the portal's own; `resolved` by an ADMIN.
 */
export const SETTLEMENTS = ['answered', 'not_sent', 'reconciled', 'resolved'] as const;
export type Settlement = (typeof SETTLEMENTS)[number];

/** The reason of an absence that a look has proved. Executions are stored with it: a new wording stands beside this one. */
export const PROVED_ABSENT =
	'It is not there: two complete listings in a row, the last at least 15 minutes after the outcome became unknown, and every artifact of the account since then belongs to another execution.';

interface Stored {
	readonly state: ExecutionState;
	readonly code: string | null;
	readonly reason: string | null;
	readonly unknownSince: Date | null;
}

/**
 * How an execution was settled, from what is stored of it; null while it is not. Nobody but an ADMIN gives a reason to a
 * CONFIRMED; what never left carries the code of what held it back, which a settled ABSENT otherwise has not; and an
 * ADMIN's reason is never the sentence of a proof (`readReason` refuses it).
 */
export function settlementOf({ state, code, reason, unknownSince }: Stored): Settlement | null {
	switch (state) {
		case 'RESERVED':
		case 'INDETERMINATE':
		case 'NEEDS_HUMAN':
			return null;
		case 'CONFIRMED':
			if (reason !== null) return 'resolved';
			return unknownSince === null ? 'answered' : 'reconciled';
		case 'REJECTED':
			return 'answered';
		case 'ABSENT':
			if (code !== null) return 'not_sent';
			return reason === PROVED_ABSENT ? 'reconciled' : 'resolved';
		default:
			return assertNever(state);
	}
}
