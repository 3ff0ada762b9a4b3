import { ArtifactLink } from './artifact-link.tsx';
import type { Execution } from './executions.ts';

/** Undefined, when none was named, or when it is the one that was confirmed. */
export const claimedUrl = ({ claimed, artifact }: Pick<Execution, 'claimed' | 'artifact'>): string | undefined =>
	claimed === null || claimed.url === artifact?.url ? undefined : claimed.url;

/** An address that the provider controls: shown whole, so that nobody follows a link to elsewhere unseen. */
export function ClaimedAddress({ url }: { url: string }) {
	return (
		<>
			<span className="mono break">
				<ArtifactLink url={url}>{url}</ArtifactLink>
			</span>
			<br />
			<span className="small dim">What the answer, or a look, named; not verified</span>
		</>
	);
}

/** The same on the card of an outcome. */
export function ClaimedLine({ execution }: { execution: Execution }) {
	const url = claimedUrl(execution);
	if (url === undefined) return null;
	return (
		<p className="small">
			<span className="dim">Where to look first: </span>
			<ClaimedAddress url={url} />
		</p>
	);
}
