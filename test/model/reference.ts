import type { ExecutionState } from '#core/execution/state';
import type { RefusalCode } from '#core/refusals';

/** What the MCP server, or GitHub behind it, does with a write. */
export const LIES = [
	'none',
	'drop-before-write',
	'drop-after-write',
	'status-after-write',
	'status-422',
	'status-500',
	/** It says that it was written in another repository. */
	'elsewhere-before-write',
	'elsewhere-after-write',
] as const;
export type Lie = (typeof LIES)[number];

/** Settled states and those of an outcome; RESERVED is never seen between two steps. */
export type State = Exclude<ExecutionState, 'RESERVED'> | 'none';

/** One set of bytes, as far as the reference knows it. */
export interface Item {
	readonly creates: 'issue' | 'comment' | 'labels';
	/** Of labels: the approved set. */
	readonly set: readonly string[];
	/** Of labels: what stood there when it was approved. */
	before: string;
	state: State;
	/** How often it was written at the provider. */
	wrote: number;
	/** Rows of attempts that its log must have. */
	rows: number;
	/** Since the outcome is unknown: how much time was let pass, and whether every look could read everything. */
	passed: number;
	couldRead: boolean;
	/** The answer named another place. */
	elsewhere: boolean;
}

export interface Reference {
	gateway: boolean;
	dispatch: boolean;
	narrowed: boolean;
	readonly items: readonly Item[];
	/** The labels that stand on the issue, as one text. */
	present: string;
}

export interface Expected {
	readonly code: RefusalCode | 'written' | 'replayed';
	readonly state: State;
	readonly writes: 0 | 1;
	readonly elsewhere?: true;
}

const AFTER_SENDING: Readonly<Record<Lie, Expected>> = {
	none: { code: 'written', state: 'CONFIRMED', writes: 1 },
	'drop-before-write': { code: 'outcome_unknown', state: 'INDETERMINATE', writes: 0 },
	'drop-after-write': { code: 'outcome_unknown', state: 'INDETERMINATE', writes: 1 },
	'status-after-write': { code: 'outcome_unknown', state: 'INDETERMINATE', writes: 1 },
	'status-422': { code: 'upstream_rejected', state: 'REJECTED', writes: 0 },
	'elsewhere-before-write': { code: 'outcome_unknown', state: 'INDETERMINATE', writes: 0, elsewhere: true },
	'elsewhere-after-write': { code: 'outcome_unknown', state: 'INDETERMINATE', writes: 1, elsewhere: true },
	'status-500': { code: 'outcome_unknown', state: 'INDETERMINATE', writes: 0 },
};

/** Why nothing may be proposed or executed just now, or null. */
export function shut(reference: Pick<Reference, 'gateway' | 'dispatch' | 'narrowed'>): RefusalCode | null {
	if (!reference.gateway) return 'feature-disabled';
	if (!reference.dispatch) return 'agent_dispatch_disabled';
	return reference.narrowed ? 'target_not_allowed' : null;
}

/** What an execute of this item does now, and what it is answered. */
export function expectedOf(reference: Reference, item: Item, lie: Lie): Expected {
	const as = (code: Expected['code']): Expected => ({ code, state: item.state, writes: 0 });
	const refused = shut(reference);
	if (refused !== null) return as(refused);
	if (item.state === 'CONFIRMED') return as('replayed');
	if (item.state === 'INDETERMINATE' || item.state === 'NEEDS_HUMAN') return as('execution_unresolved');
	if (isBlocked(reference, item)) return as('execution_unresolved');
	if (item.creates === 'labels') {
		if (reference.present !== item.before) return { code: 'target_changed', state: 'ABSENT', writes: 0 };
	}
	return AFTER_SENDING[lie];
}

/** Whether another set of labels for the same issue is open: then the reservation is asked for, and refused. */
export function isBlocked(reference: Reference, item: Item): boolean {
	if (item.creates !== 'labels' || ['CONFIRMED', 'INDETERMINATE', 'NEEDS_HUMAN'].includes(item.state)) return false;
	return reference.items.some((other) => other.creates === 'labels' && other.state === 'INDETERMINATE');
}

/** Whether a fresh execution would begin: nothing that is said before a reservation stands in its way. */
export function beginsAnew(reference: Reference, item: Item): boolean {
	const { code } = expectedOf(reference, item, 'none');
	return code === 'written' || code === 'target_changed';
}

/** Notes an attempt that was answered, and its end. */
export function settleAs(item: Item, expected: Expected): void {
	item.rows++;
	if (expected.state === 'INDETERMINATE' && item.state !== 'INDETERMINATE')
		item.elsewhere = expected.elsewhere === true;
	move(item, expected.state);
	item.wrote += expected.writes;
}

export function move(item: Item, state: State): void {
	if (state === 'INDETERMINATE' && item.state !== 'INDETERMINATE') {
		item.passed = 0;
		item.couldRead = true;
	}
	item.state = state;
}

const LAST_LOOK_MS = 15 * 60_000;

/** Whether looks may have taken an unknown outcome there. Throws with what is wrong when they may not. */
export function checkVerdict(reference: Reference, item: Item, state: State): void {
	const isThere = item.creates === 'labels' ? reference.present === textOf(item.set) : item.wrote > 0;
	const wrong = (why: string): never => {
		throw new Error(`a look made it ${state}: ${why}`);
	};
	switch (state) {
		case 'INDETERMINATE':
			return;
		case 'CONFIRMED':
			if (!isThere) wrong('it does not stand there');
			return;
		case 'ABSENT':
			if (item.elsewhere) wrong('the answer named another place');
			if (isThere || item.wrote > 0) wrong('it was written');
			if (item.creates === 'labels') wrong('what stands there proves nothing about a set');
			if (item.passed < LAST_LOOK_MS) wrong(`after ${item.passed} ms`);
			return;
		case 'NEEDS_HUMAN':
			if (item.elsewhere) {
				if (item.couldRead && isThere) wrong('it stands where it was approved');
				return;
			}
			if (item.passed < LAST_LOOK_MS) wrong(`after ${item.passed} ms`);
			if (item.creates !== 'labels' && item.couldRead) wrong('everything could be read');
			return;
		default:
			wrong('no look can');
	}
}

/** A set of labels as one text. */
export function textOf(labels: readonly string[]): string {
	return [...labels].sort().join(',');
}
