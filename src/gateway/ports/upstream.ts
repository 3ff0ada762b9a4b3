import type { JsonObject } from '#core/canonical-json';
import type { UpstreamOutcome } from '#core/execution/state';
import type { Differences } from '#core/registry/drift';
import type { Creates, Target } from '#core/registry/types';
import type { Result } from '#core/result';

/** What the reconciler gets to see of an artifact. */
export interface FoundArtifact {
	readonly url: string;
	readonly author: string;
	readonly createdAt: Date;
	/** As the provider's read tools give it: possibly sanitised or cut. */
	readonly text: string;
}

/**
 * not_found: the provider answered, and what was asked for is not there (for this credential); `gone`: it was there once.
 */
export type ReadResult<T> = Result<
	T,
	{ kind: 'unauthorized' | 'unreachable' | 'unreadable' | 'not_found'; why: string; gone?: boolean }
>;

/** `whole` is false when there may be more: the search was cut short, or a part of it could not be read. */
export interface Searched {
	readonly found: readonly FoundArtifact[];
	readonly whole: boolean;
}

/** The reads end when `until` is aborted, as unreachable: nothing more is asked then, and the socket is closed. */
export interface Upstream {
	/** Whether a URL is configured for this provider. */
	configured(provider: string): boolean;
	/** Definitions that differ from the pinned ones, as of the last look; `ok` false when the last look failed. */
	drift(provider: string): Differences & { ok: boolean; checkedAt: Date | null };
	/** Lists the tools and compares. Never throws. */
	checkTools(provider: string): Promise<void>;
	/** Exactly one `tools/call`, sent at most once. */
	call(input: {
		provider: string;
		tool: string;
		args: JsonObject;
		secret: string;
		/** What a success must match. */
		expect: { creates: Creates; target: Target };
		/** Asked right before the request is written, in the same turn: false = nothing may be sent any more. */
		stillMine?: () => boolean;
	}): Promise<UpstreamOutcome>;
	/** The login that a credential belongs to (`get_me`). */
	whoAmI(provider: string, secret: string, until?: AbortSignal): Promise<ReadResult<{ login: string }>>;
	/** Names of the pinned tools that this credential may use. */
	usableTools(provider: string, secret: string): Promise<ReadResult<Record<string, boolean>>>;
	/** Issues of the repository created since, newest first, through every page. */
	issuesSince(
		provider: string,
		secret: string,
		target: Target,
		since: Date,
		until?: AbortSignal,
	): Promise<ReadResult<FoundArtifact[]>>;
	/** The newest issue of the repository, whenever it was made; null when it has none. */
	newestIssue(
		provider: string,
		secret: string,
		target: Target,
		until?: AbortSignal,
	): Promise<ReadResult<FoundArtifact | null>>;
	/** Comments of the issue created since. */
	commentsSince(
		provider: string,
		secret: string,
		target: Target,
		since: Date,
		until?: AbortSignal,
	): Promise<ReadResult<FoundArtifact[]>>;
	/** Issues that hold this text, by this account, as raw text, anywhere without a target. Only what is found counts: the index lags. */
	searchIssues(
		provider: string,
		secret: string,
		input: { target?: Target; text: string; author: string },
		until?: AbortSignal,
	): Promise<ReadResult<Searched>>;
	/** The issue or comment at an address of GITHUB_WEB_URL. `not_found` also for an address that is none. */
	artifactAt(provider: string, secret: string, url: string, until?: AbortSignal): Promise<ReadResult<FoundArtifact>>;
	/** The labels of the issue, all of them, as they are spelt there. */
	labels(provider: string, secret: string, target: Target, until?: AbortSignal): Promise<ReadResult<readonly string[]>>;
	close(): Promise<void>;
}
