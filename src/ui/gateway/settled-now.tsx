'use client';

import { StateBadge } from '#ui/controls/state-badge.tsx';
import { ArtifactLink, artifactName } from './artifact-link.tsx';
import type { Execution } from './executions.ts';
import { RowLink } from './recorded.tsx';

/** What the settling has made of it, read from the portal's answer. */
export function SettledNow({ execution, row }: { execution: Execution; row: number | undefined }) {
	return (
		<>
			<dl className="facts">
				<dt>State</dt>
				<dd>
					<StateBadge state={execution.state} />
				</dd>
				{execution.artifact ? (
					<>
						<dt>Stands at</dt>
						<dd>
							<ArtifactLink url={execution.artifact.url}>{artifactName(execution.artifact.url)}</ArtifactLink>
						</dd>
					</>
				) : null}
				<dt>Audit row</dt>
				<dd>{row === undefined ? 'One row, with your name and reason' : <RowLink seq={row} />}</dd>
			</dl>
			<p className="sub">
				{execution.state === 'CONFIRMED'
					? 'These bytes count as written: approved again, they are answered with this, and nothing is written.'
					: 'These bytes may be approved again, and are written then.'}
			</p>
		</>
	);
}
