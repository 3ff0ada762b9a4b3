import type { Actor, EntryDraft } from '#core/audit/entry';
import type { ExecutionState } from '#core/execution/state';
import type { RefusalCode } from '#core/refusals';
import type { Target } from '#core/registry/types';
import type { AuditPosition } from './audit.ts';
import type { Person } from './caller.ts';
import type { SealedCredential } from './credentials.ts';
import type { ReserveInput, ReserveResult } from './reservation.ts';

export interface GuardFacts {
	readonly gatewayOn: boolean;
	readonly executeTokensOn: boolean;
	readonly dispatchOn: boolean;
	/** What the tenant lets be written to, `owner/repo` or `owner/*`; empty = wherever the credential reaches. */
	readonly allowedTargets: readonly string[];
	readonly credential: SealedCredential | null;
}

export interface ExecuteFacts {
	readonly guard: GuardFacts;
	/** The newest epoch of this argsSha, or null. */
	readonly earlier: Execution | null;
	/** Of the person as named now (see `directorySalt`); null when they have none yet. */
	readonly salt: Uint8Array | null;
}

export interface Execution {
	readonly id: string;
	readonly tenantId: string;
	readonly argsSha: string;
	readonly epoch: number;
	readonly provider: string;
	readonly tool: string;
	readonly method: string | null;
	readonly state: ExecutionState;
	readonly code: RefusalCode | null;
	readonly reason: string | null;
	readonly target: Target;
	readonly credentialId: string;
	readonly credentialLogin: string | null;
	/** Who approved, as the audit row names them; kept so that a reconciler can write the row after a crash. */
	readonly actor: Actor;
	/** For the pages only: the approver's name at that time. */
	readonly approver: string;
	readonly requestId: string;
	readonly artifactUrl: string | null;
	readonly reservedAt: Date;
	readonly settledAt: Date | null;
	readonly auditSeq: number | null;
	readonly nextCheckAt: Date | null;
	/** How often the reconciler has begun to look: the number of the last look, which fences what it finds. */
	readonly checks: number;
	/** By the database's clock: since when the outcome counts as unknown. Never before the sending. */
	readonly unknownSince: Date | null;
	/** Complete listings without an error in a row, up to the last look. */
	readonly cleanLooks: number;
	/** An address that came with an answer that proved nothing. */
	readonly claimedUrl: string | null;
	/** Of a write that replaces a state: hashes of the state that was approved upon, and of the approved one. */
	readonly beforeSha: string | null;
	readonly afterSha: string | null;
}

export interface SettleInput {
	readonly executionId: string;
	readonly epoch: number;
	/** Only a row in one of these states is moved: together with the epoch this is the fence. */
	readonly from: readonly ExecutionState[];
	readonly to: ExecutionState;
	readonly code: RefusalCode | null;
	readonly reason: string | null;
	readonly artifactUrl: string | null;
	/** When the reconciler looks next, in milliseconds from now by the database's clock; null = never. */
	readonly nextCheckInMs: number | null;
	readonly claimedUrl?: string | null;
	/** The look that found it: nothing happens if another one has begun since. */
	readonly look?: number;
	/** Appended to the tenant's log in the same transaction. */
	readonly entry: EntryDraft;
	/** Whether this row becomes the execution's `auditSeq` (the attempt's own row, not a later verdict's). */
	readonly isAttemptRow: boolean;
}

export interface ExecutionStore {
	guardFacts(tenantId: string, provider: string): Promise<GuardFacts>;
	/** All that an execute decides on before it reserves, as of one moment. */
	executeFacts(asked: { tenantId: string; provider: string; argsSha: string; person: Person }): Promise<ExecuteFacts>;
	execution(tenantId: string, id: string): Promise<Execution | null>;
	/** Newest first; `cursor` is an execution id, exclusive. */
	executions(
		tenantId: string,
		options: { limit: number; cursor?: string; state?: ExecutionState },
	): Promise<Execution[]>;
	reserve(input: ReserveInput): Promise<ReserveResult>;
	/** Right before the call: flag and switch again, and that the reservation is still ours and its lease runs. */
	mayStillSend(execution: Execution): Promise<{ ok: true } | { ok: false; code: RefusalCode }>;
	/**
	 * Null when the fence did not hold (someone else has settled it, or the artifact is another execution's): nothing was
	 * changed, no row was written.
	 */
	settle(input: SettleInput): Promise<AuditPosition | null>;
	/** RESERVED rows whose lease has run out (all of them with `everything`: after an exclusive start). */
	orphans(options: { everything: boolean; limit: number }): Promise<Execution[]>;
	/**
	 * Takes one INDETERMINATE row that is due and that nobody looks for (FOR UPDATE SKIP LOCKED, by the database's clock):
	 * nobody else gets it for `leaseMs`. `checks` of what it gives is this look's number. Null when there is none but
	 * of `exceptTenants`.
	 */
	claimLook(leaseMs: number, exceptTenants?: readonly string[]): Promise<Execution | null>;
	/** How many executions of all tenants have no final state, by state, and the age in seconds of each state's oldest. */
	unsettled(): Promise<{ state: ExecutionState; count: number; oldestSeconds: number }[]>;
	/** Notes that this look brought no verdict and ends its lease; does nothing if another look has begun since. */
	postpone(input: {
		executionId: string;
		epoch: number;
		look: number;
		/** From `unknownSince`, in milliseconds. */
		nextCheckAfterMs: number;
		cleanLooks: number;
	}): Promise<void>;
	/** Gives back what this execution took of the write budget: nothing was sent. */
	releaseBudget(executionId: string): Promise<void>;
	/**
	 * Which of these addresses hold what a CONFIRMED execution of whatever tenant has made; labels make nothing. With
	 * `settledSince`, for each address, only those count that were settled then or later.
	 */
	knownArtifacts(artifacts: readonly { url: string; settledSince: Date | null }[]): Promise<ReadonlySet<string>>;
	/** Frees an address for another: what was confirmed there before `settledSince` is of an artifact that is gone. */
	supersede(artifact: { url: string; settledSince: Date }): Promise<void>;
}
