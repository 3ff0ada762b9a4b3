import type { Sha256 } from '#core/sha256';
import type { Clock, Ids } from './ports/clock.ts';
import type { Vault } from './ports/credentials.ts';
import type { Log } from './ports/log.ts';
import type { WriteBudget } from './ports/reservation.ts';
import type { Store } from './ports/store.ts';
import type { Upstream } from './ports/upstream.ts';
import type { RecentFacts } from './recent-facts.ts';
import type { SharedReads } from './shared-reads.ts';

/** What the use cases are given; compose.ts is the only place that picks what stands behind each. */
export interface Deps {
	readonly store: Store;
	/** For propose alone: facts up to a second old. */
	readonly recent: RecentFacts;
	readonly upstream: Upstream;
	/** For propose alone: readings of the present state that several share. */
	readonly sharedReads: SharedReads;
	/** Whether a text still shows the secret or a part of it, in whatever disguise. */
	readonly holdsSecret: (text: string, secret: string) => boolean;
	readonly vault: Vault;
	readonly clock: Clock;
	/** Milliseconds of a clock that nobody can set: how long something has taken in this process. */
	readonly monotonic: () => number;
	readonly ids: Ids;
	readonly log: Log;
	readonly sha256: Sha256;
	/** GITHUB_WEB_URL: where a created artifact must stand. */
	readonly webUrl: string;
	/** PORTAL_UPSTREAM_TIMEOUT_MS: how long one call may take. */
	readonly upstreamTimeoutMs: number;
	/** PORTAL_WRITE_BUDGET. */
	readonly writeBudget: WriteBudget;
}
