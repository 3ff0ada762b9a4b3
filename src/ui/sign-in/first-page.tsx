'use client';

import { useEffect } from 'react';
import { ProblemError } from '#api/client';
import { LiveRegion } from '#ui/controls/live.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { NoTenantYet } from '#ui/first-tenant/first-tenant.tsx';
import { useMe } from '#ui/tenant.tsx';

/** “/”: to the first tenant of whoever is signed in; without one, to the first step; else to sign in. */
export function FirstPage() {
	const { data: me, error, refetch } = useMe();
	const signedOut = error instanceof ProblemError && error.code === 'unauthenticated';
	const tenant = me?.memberships[0]?.tenant;
	useEffect(() => {
		if (tenant) location.replace(`/t/${tenant}`);
		else if (signedOut) location.replace('/sign-in');
	}, [tenant, signedOut]);
	return (
		<LiveRegion>
			<main className="lone">
				{me && !tenant ? null : <h1 className="vh">SARC portal</h1>}
				{error && !signedOut ? (
					<Problem error={error} what="The portal could not be read" retry={() => void refetch()} />
				) : me && !tenant ? (
					<NoTenantYet me={me} />
				) : (
					<p className="loading dim">Loading…</p>
				)}
			</main>
		</LiveRegion>
	);
}
