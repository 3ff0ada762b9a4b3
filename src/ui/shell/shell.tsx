'use client';

import dynamic from 'next/dynamic';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { ProblemError } from '#api/client';
import { LiveRegion } from '#ui/controls/live.tsx';
import { Problem } from '#ui/controls/problem.tsx';
import { Clock } from '#ui/controls/time.tsx';
import { type Here, HereContext, type Me, useMe } from '#ui/tenant.tsx';
import { BottomBar } from './bottom-bar.tsx';
import { Brand } from './brand.tsx';
import { OfflineBar } from './offline-bar.tsx';
import { Shortcuts } from './shortcuts.tsx';
import { SidebarContent } from './sidebar.tsx';
import { Topbar } from './topbar.tsx';

const Drawer = dynamic(() => import('./drawer.tsx').then((module) => module.Drawer), { ssr: false });

/** The same words for “does not exist” and “not yours”. */
function NoTenant({ tenant, me }: { tenant: string; me: Me }) {
	const other = me.memberships[0]?.tenant;
	return (
		<section className="card">
			<div className="empty">
				<h1>There is no tenant “{tenant}” for you</h1>
				<p>It may not exist, or you are not a member. Ask one of its ADMINs.</p>
				{other ? (
					<Link className="btn btn--sm" href={`/t/${other}`} prefetch={false}>
						Go to {other}
					</Link>
				) : null}
			</div>
		</section>
	);
}

/** Frame of every page of a tenant. A page inside renders once it is known who reads it. */
export function Shell({ tenant, children }: { tenant: string; children: ReactNode }) {
	const pathname = usePathname();
	const current = pathname.replace(/^\/t\/[^/]+\/?/, '');
	const [drawer, setDrawer] = useState(false);
	const { data: me, error, refetch } = useMe();
	const membership = me?.memberships.find((one) => one.tenant === tenant);
	const here = useMemo<Here | null>(
		() => (me && membership ? { me, tenant, name: membership.name, role: membership.role } : null),
		[me, membership, tenant],
	);
	const signedOut = error instanceof ProblemError && error.code === 'unauthenticated' && me === undefined;
	useEffect(() => {
		if (signedOut) location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
	}, [signedOut]);

	return (
		<Clock>
			<LiveRegion>
				<HereContext value={here}>
					<a className="skip" href="#main">
						Skip to content
					</a>
					<div className="app">
						<aside className="side" aria-label="Portal">
							<Brand />
							{here ? <SidebarContent current={current} /> : null}
						</aside>
						<div>
							<Topbar tenant={tenant} current={current} menuOpen={drawer} onMenu={() => setDrawer(true)} />
							<OfflineBar />
							<main className="page" id="main" tabIndex={-1}>
								{here ? children : null}
								{me && !membership ? <NoTenant tenant={tenant} me={me} /> : null}
								{error && !me && !signedOut ? (
									<Problem error={error} what="The portal could not be read" retry={() => void refetch()} />
								) : null}
								{!me && !error ? <p className="loading dim">Loading…</p> : null}
							</main>
						</div>
					</div>
					{here ? <Shortcuts /> : null}
					{here ? <BottomBar current={current} onMore={() => setDrawer(true)} /> : null}
					{here && drawer ? <Drawer current={current} onClose={() => setDrawer(false)} /> : null}
				</HereContext>
			</LiveRegion>
		</Clock>
	);
}
