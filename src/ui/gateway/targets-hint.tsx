'use client';

import { IconAlertTriangle, IconTarget } from '@tabler/icons-react';
import Link from 'next/link';
import { Icon } from '#ui/controls/icon.tsx';
import { covers, listed } from '#ui/targets/allow.ts';
import { useTargets } from '#ui/targets/targets.ts';
import { useHere } from '#ui/tenant.tsx';

/** Under the repository: where this tenant may write, for whoever may read that. The API has the last word. */
export function TargetsHint({ owner, repo }: { owner: string; repo: string }) {
	const { tenant, role } = useHere();
	const { data } = useTargets(tenant, role !== 'MEMBER');
	if (data === undefined || data.allow.length === 0) return null;
	const outside = owner !== '' && repo !== '' && !covers(data.allow, `${owner}/${repo}`);
	return (
		<p className={outside ? 'hint hint--outside' : 'hint'}>
			<Icon of={outside ? IconAlertTriangle : IconTarget} size={14} />
			<span>
				{outside ? (
					<>
						<span className="mono">{`${owner}/${repo}`}</span> is not among the targets of {tenant}: it would be
						refused. Allowed:{' '}
					</>
				) : (
					`${tenant} writes only to `
				)}
				<span className="mono">{listed(data.allow, 4)}</span>.{' '}
				<Link href={`/t/${tenant}/settings/targets`} prefetch={false}>
					Targets
				</Link>
			</span>
		</p>
	);
}
