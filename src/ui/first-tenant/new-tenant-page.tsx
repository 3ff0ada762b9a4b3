'use client';

import { IconShieldLock } from '@tabler/icons-react';
import { useEffect } from 'react';
import { ProblemError } from '#api/client';
import { Alert } from '#ui/controls/alert.tsx';
import { LiveRegion } from '#ui/controls/live.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { Clock } from '#ui/controls/time.tsx';
import { Brand } from '#ui/shell/brand.tsx';
import { useMe } from '#ui/tenant.tsx';
import { MakeTenant } from './make-tenant.tsx';

/** For a platform admin who has tenants already. */
export function NewTenantPage() {
	const { data: me, error, refetch } = useMe();
	const signedOut = error instanceof ProblemError && error.code === 'unauthenticated' && me === undefined;
	useEffect(() => {
		if (signedOut) location.replace('/sign-in?next=%2Fnew-tenant');
	}, [signedOut]);
	const home = me?.memberships[0]?.tenant;
	return (
		<Clock>
			<LiveRegion>
				<main className="lone">
					<div className="stack stack--24 lone__box lone__box--wide">
						<Brand />
						<div className="stack stack--8">
							<h1 className="h1--24">New tenant</h1>
							<p className="sub">
								A tenant is a team with its own members, GitHub credential, switches and audit log. It starts with agent
								dispatch off.
							</p>
						</div>
						{me?.platformAdmin ? <MakeTenant me={me} /> : null}
						{me && !me.platformAdmin ? (
							<Alert icon={IconShieldLock} title="Making tenants is for platform admins">
								<p>Ask whoever runs this portal.</p>
							</Alert>
						) : null}
						{error && !me && !signedOut ? (
							<Problem error={error} what="The portal could not be read" retry={() => void refetch()} />
						) : null}
						{me === undefined && !error ? <p className="loading dim">Loading…</p> : null}
						{me ? (
							<p className="small">
								<a href="/">Back to {home ?? 'the start'}</a>
							</p>
						) : null}
					</div>
				</main>
			</LiveRegion>
		</Clock>
	);
}
