'use client';

import { IconLink } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { CopyButton } from '#ui/controls/copy.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { Moment } from '#ui/controls/time.tsx';
import { FocusHeading } from '#ui/gateway/sheet-head.tsx';
import { maskedLink } from './masked-link.ts';

/** The only moment a one-time link can be had: copied unseen, and gone when it is done. */
export function LinkOnce(props: {
	link: string;
	expiresAt: string | undefined;
	/** Whom it is for. */
	email: string;
	/** What using it makes of them: “a MEMBER of demo”. */
	becomes: string;
	/** How to come by another. */
	lost: string;
	done: string;
	onDone: () => void;
}) {
	const [handedOver, setHandedOver] = useState(false);
	const box = useRef<HTMLElement>(null);
	useEffect(() => {
		// After a closing dialog has tried to give the focus back to what opened it.
		const timer = setTimeout(() => {
			if (!box.current?.contains(document.activeElement)) box.current?.querySelector<HTMLElement>('h2')?.focus();
		}, 50);
		return () => clearTimeout(timer);
	}, []);
	return (
		<section ref={box} className="sheet outcome outcome--live" aria-label="One-time link">
			<div className="outcome__head">
				<Icon of={IconLink} size={28} />
				<div className="grow">
					<FocusHeading focusKey={props.link}>Copy the link now. You cannot get it again</FocusHeading>
					<p>
						Send it to <span className="mono">{props.email}</span> where only they read it. Whoever uses it becomes{' '}
						{props.becomes}. It asks for a name and a new password; if this address has an account here, for the
						password of that account. It works once
						{props.expiresAt === undefined ? null : (
							<>
								, until <Moment at={props.expiresAt} seconds={false} />
							</>
						)}
						.
					</p>
					<div className="row row--wrap row--above">
						<span className="in mono in--once">{maskedLink(props.link)}</span>
						<CopyButton small={false} look="primary" label="Copy link" what="The link" text={props.link} />
					</div>
					<label className="check row--above">
						<input type="checkbox" checked={handedOver} onChange={() => setHandedOver(!handedOver)} />
						<span>I have the link and will hand it over</span>
					</label>
				</div>
			</div>
			<div className="bar bar--still">
				<p className="grow">Leaving this page hides it for good. {props.lost}</p>
				<Button blocked={!handedOver} onPress={props.onDone}>
					{props.done}
				</Button>
			</div>
		</section>
	);
}
