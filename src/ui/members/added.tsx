'use client';

import { IconCircleCheck } from '@tabler/icons-react';
import { Alert } from '#ui/controls/alert.tsx';
import { Button } from '#ui/controls/button.tsx';
import { useHere } from '#ui/tenant.tsx';
import { LinkOnce } from './link-once.tsx';
import type { Made, NewMember } from './members.ts';
import { withArticle } from './roles.ts';

/** What came of adding a person: a link to hand over, or that none is needed. */
export function Added({ made, body, onDone }: { made: Made; body: NewMember; onDone: () => void }) {
	const { tenant } = useHere();
	const becomes = `${withArticle(body.role)} of ${tenant}`;
	if (made.link !== undefined) {
		return (
			<LinkOnce
				link={made.link}
				expiresAt={made.expiresAt}
				email={body.email}
				becomes={becomes}
				lost="If it is lost, make a new one in the list below."
				done="Done"
				onDone={onDone}
			/>
		);
	}
	return (
		<div>
			<Alert
				tone="good"
				icon={IconCircleCheck}
				title={`${body.name} is ${becomes} now`}
				action={
					<Button small onPress={onDone}>
						Close
					</Button>
				}
			>
				<p>
					<span className="mono">{body.email}</span> has an account that the platform made, so no link is needed: they
					find {tenant} at their next request.
				</p>
			</Alert>
		</div>
	);
}
