'use client';

import { IconDots } from '@tabler/icons-react';
import Link from 'next/link';
import { Icon } from '#ui/controls/icon.tsx';
import { useHere } from '#ui/tenant.tsx';
import { navigationOf } from './navigation.ts';

/** The two ways that are gone most, under the thumb; the rest is in the drawer. */
export function BottomBar({ current, onMore }: { current: string; onMore: () => void }) {
	const { tenant, role } = useHere();
	const { work, admin } = navigationOf(role);
	const all = [...admin, ...work];
	const ways = ['admin/mcp', 'audit-log'].flatMap((path) => all.find((item) => item.path === path) ?? []);
	return (
		<nav className="bottom" aria-label="Main">
			{ways.map((item) => (
				<Link
					key={item.path}
					href={`/t/${tenant}/${item.path}`}
					prefetch={false}
					aria-current={current === item.path ? 'page' : undefined}
				>
					<Icon of={item.icon} />
					{item.label === 'MCP Gateway' ? 'Gateway' : item.label}
				</Link>
			))}
			<button type="button" onClick={onMore}>
				<Icon of={IconDots} />
				More
			</button>
		</nav>
	);
}
