'use client';

import { IconCircleCheck } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { Alert } from '#ui/controls/alert.tsx';
import { ButtonLink } from '#ui/controls/button.tsx';
import { LinkOnce } from '#ui/members/link-once.tsx';
import type { Me } from '#ui/tenant.tsx';
import { type MadeTenant, TenantForm } from './tenant-form.tsx';
import type { TenantInput } from './tenant-input.ts';

/** It is somebody else’s: they have an account, so nothing is left to do. */
function MadeForOther({ slug, email }: { slug: string; email: string }) {
	const box = useRef<HTMLDivElement>(null);
	useEffect(() => box.current?.querySelector<HTMLElement>('h2')?.focus(), []);
	return (
		<div ref={box}>
			<Alert tone="good" icon={IconCircleCheck} title={`The tenant ${slug} is there`}>
				<p>
					<span className="mono">{email}</span> is its ADMIN and has an account that the platform made, so no link is
					needed. You are not a member of it: they can add you.
				</p>
				<div className="row">
					<ButtonLink small href="/">
						Go on
					</ButtonLink>
				</div>
			</Alert>
		</div>
	);
}

/** The form, then what came of it: the tenant’s home when it is one’s own, a link when somebody has to join first. */
export function MakeTenant({ me }: { me: Me }) {
	const [done, setDone] = useState<{ made: MadeTenant; input: TenantInput }>();
	if (done === undefined) {
		return (
			<TenantForm
				ownEmail={me.user.email}
				onMade={(made, input) => {
					const own = input.adminEmail.toLowerCase() === me.user.email.toLowerCase();
					// A full load: who belongs where is read afresh.
					if (own && made.link === undefined) location.assign(`/t/${made.slug}`);
					else setDone({ made, input });
				}}
			/>
		);
	}
	const { made, input } = done;
	if (made.link === undefined) return <MadeForOther slug={made.slug} email={input.adminEmail} />;
	return (
		<LinkOnce
			link={made.link}
			expiresAt={made.expiresAt}
			email={input.adminEmail}
			becomes={`the first ADMIN of ${made.slug}`}
			lost="If it is lost, make the tenant once more, with the same slug, when it has expired."
			done="Done"
			onDone={() => location.assign('/')}
		/>
	);
}
