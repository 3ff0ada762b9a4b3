'use client';

import { IconCircleDashed, IconSearch, IconSend, IconUserExclamation } from '@tabler/icons-react';
import { Icon } from '#ui/controls/icon.tsx';
import { clockText, Relative, useNow, useZone } from '#ui/controls/time.tsx';
import type { Execution } from './executions.ts';
import { isLabels, looksWords, lookWords } from './looks.ts';

/** What happened and what comes next. Not found is not yet “not written”. */
export function Timeline({ execution, argsSha }: { execution: Execution; argsSha: string }) {
	const now = useNow();
	const [zone] = useZone();
	const next = execution.nextCheckAt;
	const labels = isLabels(execution);
	return (
		<ol className="tl" aria-label="What happened and what comes next">
			<li>
				<time dateTime={execution.when}>{clockText(execution.when, now, zone)}</time>
				<Icon of={IconSend} />
				<span>Reserved, then sent to GitHub</span>
			</li>
			<li className="next">
				<span className="tl__when">since then</span>
				<Icon of={IconSearch} />
				<span>
					No answer.{' '}
					{labels ? (
						'Reading the labels that stand on the issue'
					) : (
						<>
							Looking for the ref <span className="mono">sarc-mcp:{argsSha.slice(0, 16)}</span>
						</>
					)}
					<small>
						{lookWords(execution.checks)}.{' '}
						{labels
							? 'Another set is not yet “not written”: somebody may have changed it since'
							: 'GitHub’s lists can lag by minutes: not found is not yet “not written”'}
					</small>
				</span>
			</li>
			<li className="next">
				{next ? (
					<time dateTime={next}>
						<Relative at={next} until />
					</time>
				) : (
					<span className="tl__when">soon</span>
				)}
				<Icon of={IconCircleDashed} />
				<span className="sub">
					Next look{next ? <> at {clockText(next, now, zone)}</> : null}. Found: <b className="med">Confirmed</b>, with
					the link
					<small>Looks come {looksWords}</small>
				</span>
			</li>
			<li>
				<span className="tl__when">after 15 min</span>
				<Icon of={IconUserExclamation} />
				<span className="sub">
					{labels ? null : (
						<>
							Proved absent: <b className="med">Not written</b>, and it may be approved again.{' '}
						</>
					)}
					No proof either way: <b className="med">Needs a person</b>
				</span>
			</li>
		</ol>
	);
}
