import type { Actor } from '#core/audit/entry';
import type { RefusalCode } from '#core/refusals';
import type { Target } from '#core/registry/types';
import type { Caller } from './caller.ts';
import type { SealedCredential } from './credentials.ts';
import type { Execution } from './executions.ts';

export interface ReserveInput {
	readonly executionId: string;
	readonly caller: Caller;
	readonly provider: string;
	readonly tool: string;
	readonly method: string | null;
	readonly argsSha: string;
	readonly target: Target;
	readonly actor: Actor;
	/** Until when this process may still send, in milliseconds from now, by the database's clock. */
	readonly leaseMs: number;
	/** Of a write that replaces a state; null for one that creates. */
	readonly beforeSha: string | null;
	readonly afterSha: string | null;
	readonly budget: WriteBudget;
}

/** How many writes one credential's account may begin in any minute and any hour; null = no limit. */
export interface WriteBudget {
	readonly perMinute: number | null;
	readonly perHour: number | null;
}

export type ReserveResult =
	| { readonly kind: 'reserved'; readonly execution: Execution; readonly credential: SealedCredential }
	/** Flag, switch, role, token or credential changed since the guard ran: the code says which. Nothing was stored. */
	| {
			readonly kind: 'refused';
			readonly code: RefusalCode;
			/** Seconds until the budget has room again. */
			readonly retryAfter?: number;
			/** The other write that is in the way (a replacing write of the same target that is not settled). */
			readonly executionId?: string;
	  }
	/** This argsSha already has a live execution (RESERVED, CONFIRMED, INDETERMINATE or NEEDS_HUMAN). */
	| { readonly kind: 'exists'; readonly execution: Execution };
