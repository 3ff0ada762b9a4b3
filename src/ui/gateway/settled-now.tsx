'use client';

import { IconAlertTriangle } from '@tabler/icons-react';
import { Icon } from '#ui/controls/icon.tsx';
import { StateBadge } from '#ui/controls/state-badge.tsx';
import { ArtifactLink, artifactName } from './artifact-link.tsx';
import { RowLink } from './recorded.tsx';
import { type Resolved, uncheckedWords } from './settle.ts';

/** What the settling has made of it, read from the portal's answer. */
export function SettledNow({ execution, row }: { execution: Resolved; row: number | undefined }) {
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
			{execution.because ? (
				<p className="warn">
					<Icon of={IconAlertTriangle} />
					<span>{uncheckedWords(execution.because)}</span>
				</p>
			) : null}
			<p className="sub">
				{execution.state === 'CONFIRMED'
					? 'These bytes count as written: approved again, they are answered with this, and nothing is written.'
					: 'These bytes may be approved again, and are written then.'}
			</p>
		</>
	);
}
