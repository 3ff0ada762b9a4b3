'use client';

import Link from 'next/link';
import { useHere } from '#ui/tenant.tsx';
import { type Fix, rejectedFix } from './refusal-words.ts';

/** What to do, and for an ADMIN the page where it is done. */
export function FixWords({ fix }: { fix: Fix }) {
	const { tenant, role } = useHere();
	return (
		<p className="small sub">
			{fix.words}{' '}
			{fix.path && role === 'ADMIN' ? (
				<Link href={`/t/${tenant}/${fix.path}`} prefetch={false}>
					{fix.label}
				</Link>
			) : null}
		</p>
	);
}

export const RejectedAdvice = ({ reason, where }: { reason: string; where: string }) => (
	<FixWords fix={rejectedFix(reason, where)} />
);
