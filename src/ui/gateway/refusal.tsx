'use client';

import { IconAlertHexagon, IconClock, IconPower, IconShieldX } from '@tabler/icons-react';
import type { ProblemError } from '#api/client';
import { Alert } from '#ui/controls/alert.tsx';
import { SmallPrint, useCountdown } from '#ui/controls/problem.tsx';
import { useHere } from '#ui/tenant.tsx';
import { FixWords } from './fix-words.tsx';
import { fixOf, refusalHeading, toneOf } from './refusal-words.ts';

export const iconOf = (code: string) => {
	if (code === 'rate_limited') return IconClock;
	if (code === 'feature-disabled' || code === 'agent_dispatch_disabled') return IconPower;
	return toneOf(code) === 'bad' ? IconAlertHexagon : IconShieldX;
};

/** A refused preview, in place: what, why, and the fix beside it. */
export function Refusal({ error, where }: { error: ProblemError; where: string }) {
	const { tenant, role } = useHere();
	const left = useCountdown(error.retryAfter);
	return (
		<Alert tone={toneOf(error.code)} icon={iconOf(error.code)} title={refusalHeading(error, { tenant, role, left })}>
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
