'use client';

import { IconCircleCheck, IconPower } from '@tabler/icons-react';
import Link from 'next/link';
import { Icon } from '#ui/controls/icon.tsx';
import { useHere, usePrereqs } from '#ui/tenant.tsx';
import { type NavItem, navigationOf } from './navigation.ts';
import { TenantSwitch } from './tenant-switch.tsx';
import { UserMenu } from './user-menu.tsx';

function Section(props: {
	title: string;
	items: readonly NavItem[];
	current: string;
	onGo?: (() => void) | undefined;
}) {
	const { tenant } = useHere();
	if (props.items.length === 0) return null;
	// The longest match wins: the kill-switch page lies under settings, but has an entry of its own.
	const match = props.items
		.filter((item) => props.current === item.path || props.current.startsWith(`${item.path}/`))
		.sort((a, b) => b.path.length - a.path.length)[0];
	return (
		<nav className="nav" aria-label={props.title}>
			<p className="nav__title" aria-hidden="true">
				{props.title.toUpperCase()}
			</p>
			{props.items.map((item) => (
				<Link
					key={item.path}
					href={`/t/${tenant}/${item.path}`}
					prefetch={false}
					aria-current={item === match ? 'page' : undefined}
					{...(props.onGo ? { onClick: props.onGo } : {})}
				>
					<Icon of={item.icon} />
					{item.label}
				</Link>
			))}
		</nav>
	);
}

/** “Writes are on”, or why not: in sight on every page. */
function Gate() {
	const { tenant, role } = useHere();
	const { data } = usePrereqs(tenant);
	if (data === undefined) return null;
	const met = [data.gateway.ok, data.agentDispatch.ok, data.credential.ok].filter(Boolean).length;
	const { credential, upstream } = data;
	const on = met === 3 && upstream.configured;
	const off = !data.gateway.ok ? 'The gateway is off' : !data.agentDispatch.ok ? 'Agent dispatch is off' : undefined;
	const why = on
		? credential.testedAt === null
			? 'GitHub PAT not tested yet'
			: '3 of 3 prerequisites met'
		: (off ?? (credential.ok ? 'GitHub is not connected' : 'No GitHub credential'));
	const fix = off ? 'settings/kill-switch' : credential.ok ? 'admin/mcp' : 'settings/integrations';
	const href = `/t/${tenant}/${role === 'ADMIN' && !on ? fix : 'admin/mcp'}`;
	return (
		<Link className={on ? 'gate' : 'gate gate--off'} href={href} prefetch={false}>
			<Icon of={on ? IconCircleCheck : IconPower} />
			<span>
				<b>{on ? 'Writes are on' : 'Writes are off'}</b>
				{why}
			</span>
		</Link>
	);
}

/** The same in the sidebar and in the drawer. */
export function SidebarContent({ current, onGo }: { current: string; onGo?: () => void }) {
	const { role } = useHere();
	const { work, admin } = navigationOf(role);
	return (
		<>
			<TenantSwitch />
			<Section title="Work" items={work} current={current} onGo={onGo} />
			<Section title="Admin" items={admin} current={current} onGo={onGo} />
			<div className="side__foot">
				<Gate />
				<UserMenu />
			</div>
		</>
	);
}
