'use client';

import { IconAlertHexagon, IconClock, IconGitCompare, IconPower, IconShieldX } from '@tabler/icons-react';
import type { ProblemError } from '#api/client';
import { Alert } from '#ui/controls/alert.tsx';
import { type Wait, WaitWords } from '#ui/controls/countdown.tsx';
import { SmallPrint } from '#ui/controls/problem.tsx';
import { useHere } from '#ui/tenant.tsx';
import { FixWords } from './fix-words.tsx';
import { fixOf, refusalHeading, toneOf } from './refusal-words.ts';

export const iconOf = (code: string) => {
	if (code === 'rate_limited' || code === 'write_budget_exhausted') return IconClock;
	if (code === 'target_changed') return IconGitCompare;
	if (code === 'feature-disabled' || code === 'agent_dispatch_disabled') return IconPower;
	return toneOf(code) === 'bad' ? IconAlertHexagon : IconShieldX;
};

/** A refused preview, in place: what, why, and the fix beside it. */
export function Refusal({ error, where, wait }: { error: ProblemError; where: string; wait: Wait }) {
	const { tenant, role } = useHere();
	return (
		<Alert
			tone={toneOf(error.code)}
			icon={iconOf(error.code)}
			title={<WaitWords wait={wait} words={(ready) => refusalHeading(error, { tenant, role, ready })} />}
		>
			<p>{error.detail}</p>
			{error.errors.length > 0 ? (
				<ul className="small sub">
					{error.errors.map((one) => (
						<li key={one.path + one.message}>
							<span className="mono">{one.path}</span>: {one.message}
						</li>
					))}
				</ul>
			) : null}
			<FixWords fix={fixOf(error, where)} />
			<SmallPrint error={error} />
		</Alert>
	);
}
