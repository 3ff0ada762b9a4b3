'use client';

import { IconCircleCheck } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { Alert } from '#ui/controls/alert.tsx';
import { type Joined, takeOver } from './handover.ts';

/** What the join page left for this one, once. */
export function useJoined(): Joined | undefined {
	const [joined, setJoined] = useState<Joined>();
	useEffect(() => {
		const found = takeOver();
		if (found !== undefined) setJoined(found);
	}, []);
	return joined;
}

/** Says what the link did, above the form that comes next. */
export function JoinedNote({ joined }: { joined: Joined }) {
	const box = useRef<HTMLDivElement>(null);
	useEffect(() => box.current?.querySelector<HTMLElement>('h2')?.focus(), []);
	return (
		<div ref={box}>
			<Alert
				tone="good"
				icon={IconCircleCheck}
				title={joined.tenant === null ? 'Your account is ready' : `You are in ${joined.tenant} now`}
			>
				<p>
					Sign in as <span className="mono">{joined.email}</span> with the password that you have just given. The link
					is used up.
				</p>
			</Alert>
		</div>
	);
}
