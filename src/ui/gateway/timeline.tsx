'use client';

import { IconCircleDashed, IconSearch, IconSend } from '@tabler/icons-react';
import { Icon } from '#ui/controls/icon.tsx';
import { clockText, Relative, useNow, useZone } from '#ui/controls/time.tsx';
import type { Execution } from './executions.ts';

const lookWords = (checks: number) =>
	checks === 0 ? 'Not looked yet' : `Not found yet, ${checks === 1 ? '1 look' : `${checks} looks`} so far`;

/** What happened and what comes next. Not found is not yet “not written”. */
export function Timeline({ execution, argsSha }: { execution: Execution; argsSha: string }) {
	const now = useNow();
	const [zone] = useZone();
	const next = execution.nextCheckAt;
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
					No answer. Looking for the ref <span className="mono">sarc-mcp:{argsSha.slice(0, 16)}</span>
					<small>
						{lookWords(execution.checks)}. GitHub’s lists can lag by minutes: not found is not yet “not written”
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
				</span>
			</li>
			<li>
				<span className="tl__when">in the end</span>
				<Icon of={IconCircleDashed} />
				<span className="sub">If it is never found, it stays unknown: look in the repository yourself</span>
			</li>
		</ol>
	);
}
