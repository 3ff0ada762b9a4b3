import type { Deps } from './deps.ts';

/** The same, but whatever is read from the provider ends when `until` is aborted: what is given up is no load any more. */
export function readingUntil(deps: Deps, until: AbortSignal): Deps {
	const { upstream } = deps;
	return {
		...deps,
		upstream: {
			...upstream,
			whoAmI: (...args) => upstream.whoAmI(args[0], args[1], until),
			issuesSince: (...args) => upstream.issuesSince(args[0], args[1], args[2], args[3], until),
			newestIssue: (...args) => upstream.newestIssue(args[0], args[1], args[2], until),
			commentsSince: (...args) => upstream.commentsSince(args[0], args[1], args[2], args[3], until),
			searchIssues: (...args) => upstream.searchIssues(args[0], args[1], args[2], until),
			artifactAt: (...args) => upstream.artifactAt(args[0], args[1], args[2], until),
			labels: (...args) => upstream.labels(args[0], args[1], args[2], until),
		},
	};
}

/** Null once the signal is aborted, also for work that does not heed it. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
	const aborted = new Promise<null>((resolve) => {
		if (signal.aborted) resolve(null);
		signal.addEventListener('abort', () => resolve(null), { once: true });
	});
	return Promise.race([aborted, work]);
}
