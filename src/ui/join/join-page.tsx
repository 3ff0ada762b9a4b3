'use client';

import { IconUnlink } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Alert } from '#ui/controls/alert.tsx';
import { ButtonLink } from '#ui/controls/button.tsx';
import { LiveRegion } from '#ui/controls/live.tsx';
import { Lone } from '#ui/shell/lone.tsx';
import { JoinForm } from './join-form.tsx';
import { secretOf } from './link.ts';

/** The secret; null: the page was opened without one; undefined: not looked at yet. */
type Link = string | null | undefined;

/**
 * Takes the secret out of the address as soon as the page runs: it stands in no history entry, bookmark or screenshot
 * after that. A link that is opened while the page is there only changes the fragment, so that is listened to.
 */
function useLink(): Link {
	const [link, setLink] = useState<Link>();
	useEffect(() => {
		const read = () => {
			const secret = secretOf(location.hash);
			if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search);
			setLink((before) => secret ?? before ?? null);
		};
		read();
		addEventListener('hashchange', read);
		return () => removeEventListener('hashchange', read);
	}, []);
	return link;
}

/** The form is gone, so the focus goes to what became of it. */
function DeadLink({ detail }: { detail: string }) {
	const box = useRef<HTMLDivElement>(null);
	useEffect(() => box.current?.querySelector<HTMLElement>('h2')?.focus(), []);
	return (
		<div ref={box}>
			<Alert tone="bad" icon={IconUnlink} title="This link cannot be used" assertive>
				<p>{detail}</p>
				<div className="row">
					<ButtonLink small href="/sign-in">
						Go to sign in
					</ButtonLink>
				</div>
			</Alert>
		</div>
	);
}

function Body({ link }: { link: Link }): ReactNode {
	const [dead, setDead] = useState<{ link: string; detail: string }>();
	if (link === undefined) return <p className="loading dim">Loading…</p>;
	if (link === null) {
		return (
			<>
				<p className="sub">
					This page is for people who were sent a one-time link to this portal. Open the whole link from the message,
					with what stands behind #. After a reload, open it again: the page does not keep it.
				</p>
				<p className="sub">Without a link: ask an ADMIN of your tenant for one, or sign in if you have an account.</p>
				<p>
					<ButtonLink href="/sign-in">Go to sign in</ButtonLink>
				</p>
			</>
		);
	}
	if (dead?.link === link) return <DeadLink detail={dead.detail} />;
	return <JoinForm key={link} secret={link} onDead={(detail) => setDead({ link, detail })} />;
}

/** `/join#<secret>`: where a one-time link leads. */
export function JoinPage() {
	const link = useLink();
	return (
		<LiveRegion>
			<Lone title="Join SARC portal">
				<Body link={link} />
			</Lone>
		</LiveRegion>
	);
}
