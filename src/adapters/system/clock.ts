import type { Clock } from '#gateway/ports/clock';

/** The wall clock of this machine. */
export const systemClock: Clock = { now: () => new Date() };
