'use client';

import { IconCircleCheck, IconPower, IconUserExclamation } from '@tabler/icons-react';
import Link from 'next/link';
import { Icon } from '#ui/controls/icon.tsx';
import { useNeedsPerson } from '#ui/gateway/executions.ts';
import { needsPath, needsWords } from '#ui/gateway/needs-person.tsx';
import { type Prereqs, useHere, usePrereqs } from '#ui/tenant.tsx';
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

/** Whether writes are on, why (not), and the page where an ADMIN mends it. What is said while they are on is a shortcoming. */
function gateOf({ gateway, agentDispatch, credential, upstream }: Prereqs): { on: boolean; why: string; fix: string } {
	if (!gateway.ok) return { on: false, why: 'The gateway is off', fix: 'settings/kill-switch' };
	if (!agentDispatch.ok) return { on: false, why: 'Agent dispatch is off', fix: 'settings/kill-switch' };
	if (!credential.ok) return { on: false, why: 'No GitHub credential', fix: 'settings/integrations' };
	const fix = 'admin/mcp';
	if (!upstream.configured) return { on: false, why: 'GitHub is not connected', fix };
	if (!upstream.ok && upstream.drift.length === 0) return { on: true, why: 'GitHub does not answer', fix };
	if (credential.testedAt === null) return { on: true, why: 'GitHub PAT not tested yet', fix };
	return { on: true, why: '3 of 3 prerequisites met', fix };
}

/** “Writes are on”, or why not: in sight on every page. */
function Gate() {
	const { tenant, role } = useHere();
	const { data } = usePrereqs(tenant);
	if (data === undefined) return null;
	const { on, why, fix } = gateOf(data);
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

/** What waits for a person, on every page: nobody looks for what they do not know of. */
function Waiting({ onGo }: { onGo?: (() => void) | undefined }) {
	const { tenant } = useHere();
	const { data } = useNeedsPerson(tenant);
	if (data === undefined || data.waiting.length === 0) return null;
	return (
		<Link className="gate gate--waits" href={needsPath(tenant)} prefetch={false} {...(onGo ? { onClick: onGo } : {})}>
			<Icon of={IconUserExclamation} />
			<span>
				<b>{needsWords(data.waiting.length, data.more)}</b>
				Nobody knows yet what became of {data.waiting.length === 1 ? 'it' : 'them'}
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
				<Waiting onGo={onGo} />
				<Gate />
				<UserMenu />
			</div>
		</>
	);
}
