'use client';

import { Button } from '#ui/controls/button.tsx';
import { Lone } from '#ui/shell/lone.tsx';

/** A page that broke while it was drawn. Nothing was sent by that: writes are made by the API alone. */
export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
	return (
		<Lone title="This page broke">
			<p className="sub">Nothing was written or changed by that. What was already approved finishes and is recorded.</p>
			<p className="row">
				<Button look="primary" onPress={reset}>
					Try again
				</Button>
				<a className="btn" href="/">
					Go to your tenant
				</a>
			</p>
			{error.digest ? <p className="tiny dim mono">{error.digest}</p> : null}
		</Lone>
	);
}
