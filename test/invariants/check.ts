import type { Query } from '#adapters/store/database';
import type { JsonObject } from '#core/canonical-json';
import type { Creates, Target } from '#core/registry/types';
import type { SandboxState } from '#sandbox/github/state';
import { checkAnswers } from './check-answers.ts';
import { checkArtifacts } from './check-artifacts.ts';
import { checkChain } from './check-chain.ts';
import { checkRows } from './check-rows.ts';
import { readFacts } from './facts.ts';

/** Bytes that a person has approved: an execute of them was asked for. */
export interface Approval {
	readonly argsSha: string;
	readonly tool: string;
	readonly args: JsonObject;
	readonly creates: Creates;
	readonly target: Target;
	/** How many executes of them were sent, answered or not. */
	executes: number;
}

/** What an execute was answered. */
export interface Answered {
	readonly argsSha: string;
	readonly status: number;
	readonly body: {
		readonly code?: string;
		readonly executionId?: string;
		readonly auditSeq?: number;
		readonly replayed?: boolean;
		readonly artifact?: { readonly url: string };
	};
}

export interface Checked {
	readonly query: Query;
	readonly tenantId: string;
	readonly github: Pick<SandboxState, 'repositories' | 'requests'>;
	/** Origin of the provider's pages. */
	readonly webUrl: string;
	/** The account of the tenant's credential: whatever it has written, this tenant has. */
	readonly login: string;
	readonly approvals: ReadonlyMap<string, Approval>;
	readonly answers: readonly Answered[];
	/** Nothing is under way and nothing is open: every execution must have come to its end. */
	readonly quiet: boolean;
}

/**
 * - `duplicate`: one approval was written twice
 * - `lost`: what is said to stand there does not, or what was answered is not recorded
 * - `no row`: an attempt or a verdict without its row, or with two
 * - `chain`: the log does not verify, or its head is elsewhere
 * - `false verdict`: it stands there, and is called absent or rejected
 * - `unapproved`: written without an approval of those bytes
 * - `left over`: not settled when everything should be
 */
export interface Violation {
	readonly kind: 'duplicate' | 'lost' | 'no row' | 'chain' | 'false verdict' | 'unapproved' | 'left over';
	readonly what: string;
}

/**
 * Derives again, from the stored bytes and from what stands at the provider, everything that must hold whatever has
 * happened; call it when nothing is under way. Gives what does not hold, the worst first; nothing = all is well.
 */
export async function checkInvariants(checked: Checked): Promise<Violation[]> {
	const facts = await readFacts(checked);
	return [
		...checkArtifacts(checked, facts),
		...checkAnswers(checked, facts),
		...checkRows(checked, facts),
		...checkChain(checked.tenantId, facts),
	];
}
