'use client';

import { IconPlus, IconSelector } from '@tabler/icons-react';
import Link from 'next/link';
import { Icon } from '#ui/controls/icon.tsx';
import { useHere } from '#ui/tenant.tsx';
import { Popover } from './popover.tsx';

function Face({ name, role }: { name: string; role: string }) {
	return (
		<>
			<span className="glyph" aria-hidden="true">
				{[...name].slice(0, 1).join('').toUpperCase()}
			</span>
			<span className="grow">
				<span className="med">{name}</span>
				<small>You are {role} here</small>
			</span>
		</>
	);
}

/** Where I am and as what. With one tenant and no right to make another there is nothing to press, so it is no button. */
export function TenantSwitch() {
	const { me, tenant, name, role } = useHere();
	if (me.memberships.length < 2 && !me.platformAdmin) {
		return (
			<div className="tenant tenant--only">
				<Face name={name} role={role} />
			</div>
		);
	}
	const button = (
		<>
			<Face name={name} role={role} />
			<Icon of={IconSelector} />
		</>
	);
	return (
		<Popover className="tenant" button={button} label="Switch tenant">
			{(close) => (
				<>
					{me.memberships.map((membership) => (
						<Link
							key={membership.tenantId}
							href={`/t/${membership.tenant}`}
							prefetch={false}
							aria-current={membership.tenant === tenant ? 'true' : undefined}
							onClick={close}
						>
							<span className="grow">
								{membership.name}
								<small className="mono">{membership.tenant}</small>
							</span>
							<span className="push role">{membership.role}</span>
						</Link>
					))}
					{me.platformAdmin ? (
						<>
							<hr />
							<a href="/new-tenant">
								<Icon of={IconPlus} />
								New tenant
							</a>
						</>
					) : null}
				</>
			)}
		</Popover>
	);
}
