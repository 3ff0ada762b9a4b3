import type { Clock } from '#gateway/ports';

/** The wall clock of this machine. */
export const systemClock: Clock = { now: () => new Date() };
