import type { Deps } from '#gateway/deps';
import { createLooker } from '#gateway/reconcile-looks';
import { takeOverOrphans } from '#gateway/reconcile-takeover';

const TOOL_CHECK_MS = 60_000;
/** How often due looks are asked for; what is due when is in the database. */
const RECONCILE_MS = 2_000;
const PURGE_MS = 10 * 60_000;

export interface Schedule {
	start(): Promise<void>;
	stop(): Promise<void>;
}

/**
 * Runs the tool check at start and every minute, and the reconciler at start and as its looks come due.
 * @param options.exclusive no other process can have this database: at start every reservation is an orphan.
 * @param options.purge deletes counts that are over, now and then: they are harmless, but would be more and more
 */
export function startSchedule(deps: Deps, options: { exclusive: boolean; purge?: () => Promise<void> }): Schedule {
	const timers: NodeJS.Timeout[] = [];
	const looker = createLooker(deps, { random: Math.random });
	let takingOver: Promise<void> | null = null;
	let purging: Promise<void> | null = null;
	const guarded = async (title: string, work: () => Promise<void>): Promise<void> => {
		try {
			await work();
		} catch (cause) {
			deps.log.error({ err: cause }, `${title} failed; it runs again by itself`);
		}
	};
	const tick = () => {
		takingOver ??= guarded('reconciler', () => takeOverOrphans(deps, { everything: false })).finally(() => {
			takingOver = null;
		});
		void looker.begin();
	};
	return {
		async start() {
			await guarded('tool check', () => deps.upstream.checkTools('github'));
			// Before the first request, which could reserve anew. The looks are not waited for: each may be at an upstream
			// that does not answer, and would keep the portal from serving for minutes.
			await guarded('reconciler', () => takeOverOrphans(deps, { everything: options.exclusive }));
			tick();
			timers.push(
				setInterval(() => void guarded('tool check', () => deps.upstream.checkTools('github')), TOOL_CHECK_MS),
			);
			timers.push(setInterval(tick, RECONCILE_MS));
			const { purge } = options;
			if (purge === undefined) return;
			timers.push(
				setInterval(() => {
					purging ??= guarded('purge of old counts', purge).finally(() => {
						purging = null;
					});
				}, PURGE_MS),
			);
		},
		async stop() {
			for (const timer of timers) clearInterval(timer);
			await looker.stop();
			await takingOver;
			await purging;
		},
	};
}
