import { CLOCK_SKEW_MS } from '#core/execution/decide';
import type { Deps } from './deps.ts';
import type { FoundArtifact } from './ports/upstream.ts';

/**
 * Which of these are what another execution has been confirmed with. A repository that is deleted and made anew under its name
 * counts from 1 again: what was settled before an artifact was made is not about that artifact, whatever its address.
 */
export function othersAmong(deps: Deps, artifacts: readonly FoundArtifact[]): Promise<ReadonlySet<string>> {
	return deps.store.knownArtifacts(artifacts.map(at));
}

/**
 * As {@link othersAmong}, of one that is about to be settled with; when it is nobody else's, its address is free. Crash: the
 * address is free all the same, since what stood there is gone.
 */
export async function isAnothers(deps: Deps, artifact: FoundArtifact): Promise<boolean> {
	if ((await othersAmong(deps, [artifact])).size > 0) return true;
	await deps.store.supersede(at(artifact));
	return false;
}

function at({ url, createdAt }: FoundArtifact): { url: string; settledSince: Date } {
	return { url, settledSince: new Date(createdAt.getTime() - CLOCK_SKEW_MS) };
}
