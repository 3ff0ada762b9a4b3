'use client';

import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import { Button } from '#ui/controls/button.tsx';
import { CopyButton } from '#ui/controls/copy.tsx';
import { Icon } from '#ui/controls/icon.tsx';
import { FocusHeading } from '#ui/gateway/sheet-head.tsx';
import type { Created } from './tokens.ts';

const masked = (token: string) => `${token.slice(0, 13)}${'•'.repeat(24)}`;

/** The only moment a token can be had: copied unseen, and gone when it is done. */
export function TokenOnce({ created, onDone }: { created: Created; onDone: () => void }) {
	const [stored, setStored] = useState(false);
	return (
		<section className="sheet outcome outcome--live" aria-label="Your new token">
			<div className="outcome__head">
				<Icon of={IconKey} size={28} />
				<div className="grow">
					<FocusHeading focusKey={created.id}>Copy your token now. You cannot get it again</FocusHeading>
					<p>Only its hash is kept. If it is lost, create another and revoke this one.</p>
					<div className="row row--wrap row--above">
						<span className="in mono in--once">{masked(created.token)}</span>
						<CopyButton small={false} look="primary" label="Copy token" what="The token" text={created.token} />
					</div>
					<label className="check row--above">
						<input type="checkbox" checked={stored} onChange={() => setStored(!stored)} />
						<span>I have stored it safely</span>
					</label>
				</div>
			</div>
			<div className="bar bar--still">
				<p className="grow">Leaving this page hides it for good.</p>
				<Button blocked={!stored} onPress={onDone}>
					Done
				</Button>
			</div>
		</section>
	);
}
