'use client';

import { useEffect } from 'react';
import { ProblemError } from '#api/client';
import { LiveRegion } from '#ui/controls/live.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { useMe } from '#ui/tenant.tsx';

/** “/”: to the first tenant of whoever is signed in, else to sign in. */
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
				<h1 className="vh">SARC portal</h1>
				{error && !signedOut ? (
					<Problem error={error} what="The portal could not be read" retry={() => void refetch()} />
				) : me && !tenant ? (
					<p>You are signed in, but a member of no tenant yet. Ask an ADMIN to add you.</p>
				) : (
					<p className="loading dim">Loading…</p>
				)}
			</main>
		</LiveRegion>
	);
}
