import type { Store } from '#gateway/ports/store';
import type { Upstream } from '#gateway/ports/upstream';
import type { Metrics } from './metrics.ts';

/** Counts the rows that a store has made durable: so the metrics say what the audit log says, and cannot forget an end. */
export function measuredStore<S extends Store>(store: S, metrics: Metrics): S {
	return {
		...store,
		append: async (log, entry) => {
			const position = await store.append(log, entry);
			metrics.row(entry);
			return position;
		},
		settle: async (input) => {
			const position = await store.settle(input);
			if (position !== null) metrics.row(input.entry);
			return position;
		},
	} satisfies S;
}

/** Times the writes. Reads are the portal's own looks and say little of what a person waits for. */
export function measuredUpstream(upstream: Upstream, metrics: Metrics, seconds: () => number): Upstream {
	return {
		...upstream,
		call: async (input) => {
			const began = seconds();
			try {
				return await upstream.call(input);
			} finally {
				metrics.upstreamCall(input.provider, seconds() - began);
			}
		},
	};
}
