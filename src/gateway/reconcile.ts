import type { Deps } from './deps.ts';
import { createLooker } from './reconcile-looks.ts';
import { takeOverOrphans } from './reconcile-takeover.ts';

/**
 * One pass: takes over reservations whose process is gone, then looks for what is due until nothing is. Fenced by state,
 * epoch and look, so that any number of passes, in any number of processes, write each verdict once.
 * @param options.everything take over every reservation: only when no other process can be running (exclusive start).
 * @param options.random at least 0, less than 1: how far looks are put off beyond their time, in fifths.
 */
export async function reconcile(
	deps: Deps,
	options: { everything?: boolean; random?: () => number } = {},
): Promise<void> {
	await takeOverOrphans(deps, { everything: options.everything ?? false });
	await createLooker(deps, { random: options.random ?? Math.random }).begin();
}
