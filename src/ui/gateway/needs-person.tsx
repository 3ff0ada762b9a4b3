'use client';

import { IconUserExclamation } from '@tabler/icons-react';
import Link from 'next/link';
import { Alert } from '#ui/controls/alert.tsx';
import { useHere } from '#ui/tenant.tsx';
import { useNeedsPerson } from './executions.ts';
import { useStateFilter } from './state-filter.ts';

/** “1 write needs a person”, “100 or more writes need a person”. */
export const needsWords = (count: number, more: boolean) =>
	count === 1 && !more ? '1 write needs a person' : `${count}${more ? ' or more' : ''} writes need a person`;

/** Where what waits for a person is listed. */
export const needsPath = (tenant: string) => `/t/${tenant}/admin/mcp?state=NEEDS_HUMAN#executions`;

/** Above the form, since it comes first: that nobody knows what became of some of them, and who settles it. */
export function NeedsPerson() {
	const { tenant, role } = useHere();
	const { data } = useNeedsPerson(tenant);
	const [filter] = useStateFilter();
	if (data === undefined || data.waiting.length === 0) return null;
	const many = data.waiting.length > 1;
	return (
		<Alert
			tone="note"
			icon={IconUserExclamation}
			title={needsWords(data.waiting.length, data.more)}
			action={
				filter === 'NEEDS_HUMAN' ? (
					<a className="btn btn--sm" href="#executions">
						Show {many ? 'them' : 'it'}
					</a>
				) : (
					<Link className="btn btn--sm" href={needsPath(tenant)} prefetch={false}>
						Show {many ? 'them' : 'it'}
					</Link>
				)
			}
		>
			<p>
				The portal cannot tell whether {many ? 'they were' : 'it was'} written, and holds the bytes back, so there can
				be no duplicate.{' '}
				{role === 'ADMIN'
					? `Look in the repository, then settle ${many ? 'each' : 'it'}.`
					: `An ADMIN looks in the repository and settles ${many ? 'each' : 'it'}.`}
			</p>
		</Alert>
	);
}
