'use client';

import { IconPlus, IconSelector } from '@tabler/icons-react';
import Link from 'next/link';
import { Icon } from '#ui/controls/icon.tsx';
import { useHere } from '#ui/tenant.tsx';
import { Popover } from './popover.tsx';

function Face({ tenant, role }: { tenant: string; role: string }) {
	return (
		<>
			<span className="glyph" aria-hidden="true">
				{tenant.slice(0, 1).toUpperCase()}
			</span>
			<span className="grow">
				<span className="med">{tenant}</span>
				<small>You are {role} here</small>
			</span>
		</>
	);
}

/** Where I am and as what. With one tenant and no right to make another there is nothing to press, so it is no button. */
export function TenantSwitch() {
	const { me, tenant, role } = useHere();
	if (me.memberships.length < 2 && !me.platformAdmin) {
		return (
			<div className="tenant tenant--only">
				<Face tenant={tenant} role={role} />
			</div>
		);
	}
	const button = (
		<>
			<Face tenant={tenant} role={role} />
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
							{membership.tenant}
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
