'use client';

import { useState } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { Clock } from '#ui/controls/time.tsx';
import { Brand } from '#ui/shell/brand.tsx';
import { signOut } from '#ui/shell/sign-out.ts';
import type { Me } from '#ui/tenant.tsx';
import { MakeTenant } from './make-tenant.tsx';

function SignedInAs({ me }: { me: Me }) {
	const [failed, setFailed] = useState(false);
	return (
		<div className="row row--wrap small sub">
			<span className="grow">
				Signed in as {me.user.name}, <span className="mono">{me.user.email}</span>
			</span>
			<Button small onPress={() => void signOut(() => setFailed(true))}>
				Sign out
			</Button>
			{failed ? (
				<p className="err-text" role="alert">
					The portal did not answer. You are still signed in.
				</p>
			) : null}
		</div>
	);
}

/** “/” for somebody who is in no tenant: a platform admin makes one, anybody else is told whom to ask. */
export function NoTenantYet({ me }: { me: Me }) {
	return (
		<Clock>
			<div className="stack stack--24 lone__box lone__box--wide">
				<Brand />
				{me.platformAdmin ? (
					<>
						<div className="stack stack--8">
							<h1 className="h1--24">There is no tenant for you yet</h1>
							<p className="sub">
								You are a platform admin. A tenant is a team with its own members, GitHub credential, switches and audit
								log: make one to begin.
							</p>
						</div>
						<MakeTenant me={me} />
					</>
				) : (
					<div className="stack stack--8">
						<h1 className="h1--24">You are in no tenant</h1>
						<p className="sub">
							You are signed in, but a member of no tenant, so there is nothing for you to see. Ask an ADMIN to add{' '}
							<span className="mono">{me.user.email}</span>, then load this page again.
						</p>
					</div>
				)}
				<SignedInAs me={me} />
			</div>
		</Clock>
	);
}
