'use client';

import { IconChevronRight, IconFlask, IconMenu2 } from '@tabler/icons-react';
import Link from 'next/link';
import { Icon } from '#ui/controls/icon.tsx';
import { useSandbox } from '#ui/providers.tsx';
import { trailOf } from './navigation.ts';

/** `short` where there is no room to say what it means. */
export function SandboxBadge({ short = false }: { short?: boolean }) {
	return (
		<span className="sandbox">
			<Icon of={IconFlask} size={14} />
			<span>Sandbox{short ? null : <span className="hide-s">: writes stay on this machine</span>}</span>
		</span>
	);
}

export function Topbar(props: { tenant: string; current: string; menuOpen: boolean; onMenu: () => void }) {
	const sandbox = useSandbox();
	const trail = trailOf(props.current);
	return (
		<header className="top">
			<button
				type="button"
				className="ib top__menu"
				aria-label="Open navigation"
				aria-expanded={props.menuOpen}
				onClick={props.onMenu}
			>
				<Icon of={IconMenu2} size={20} />
			</button>
			<nav className="crumbs" aria-label="Breadcrumb">
				<Link className="c0" href={`/t/${props.tenant}`} prefetch={false}>
					{props.tenant}
				</Link>
				{trail.map((step, index) => (
					<span key={step.path} className="crumb">
						<Icon of={IconChevronRight} size={14} />
						{index === trail.length - 1 ? (
							<b aria-current="page">{step.label}</b>
						) : (
							<Link href={`/t/${props.tenant}/${step.path}`} prefetch={false}>
								{step.label}
							</Link>
						)}
					</span>
				))}
			</nav>
			<span className="push">{sandbox ? <SandboxBadge /> : null}</span>
		</header>
	);
}
