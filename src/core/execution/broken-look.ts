import { type Decision, decide, LAST_LOOK_MS, LOOKS_MS } from './decide.ts';

/** From this age on nobody waits any longer for what breaks to mend: a person decides. */
const MENDS_WITHIN_MS = 3_600_000;
const SHORTEST_MS = 60_000;
const LONGEST_MS = 3_600_000;
const JITTER = 0.2;

interface BrokenLook {
	/** From the moment the outcome became unknown to when this look was due, by the database's clock. */
	readonly ageMs: number;
	/** Clean looks in a row before it. */
	readonly cleanLooks: number;
	/** At least 0, less than 1. */
	readonly random: number;
}

/**
 * What follows from a look whose reading broke inside the portal: it saw nothing. Until its last time the next one comes when
 * it would have come anyway. The last is repeated for an hour, as if it had not been, since a database that restarts is no
 * reason to call a person; then it counts as one that could not read.
 */
export function decideBroken(look: BrokenLook): Decision {
	const { ageMs, random } = look;
	if (ageMs >= LAST_LOOK_MS && ageMs < MENDS_WITHIN_MS) return putOff(look);
	const why = 'Looking broke inside the portal; its log says how.';
	return decide({ ageMs, random, cleanLooks: 0, evidence: { kind: 'unread', why } });
}

/**
 * When to look again after a look whose result could not be recorded: at its next time, later than the last one after a
 * tenth of its age, at least a minute and at most an hour. One that breaks for ever is never asked for in a hot loop.
 */
export function putOff({ ageMs, cleanLooks, random }: BrokenLook): Extract<Decision, { kind: 'look_again' }> {
	const pause = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, ageMs / 10));
	const next = LOOKS_MS.find((ms) => ms > ageMs);
	return {
		kind: 'look_again',
		nextCheckAfterMs: (next ?? ageMs + pause) + JITTER * random * (next ?? pause),
		cleanLooks,
	};
}
