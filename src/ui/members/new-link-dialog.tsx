'use client';

import { Button } from '#ui/controls/button.tsx';
import { Dialog } from '#ui/controls/dialog-lazy.tsx';
import { useHere } from '#ui/tenant.tsx';
import { MemberProblem } from './member-problem.tsx';
import { type Invited, type Made, type NewMember, useMemberActions } from './members.ts';

/** Another link in place of one that was lost or ran out. */
export function NewLinkDialog(props: {
	invited: Invited;
	onMade: (made: Made, body: NewMember) => void;
	onClose: () => void;
}) {
	const { invited, onMade, onClose } = props;
	const { tenant } = useHere();
	const { add } = useMemberActions(tenant);
	const body: NewMember = { email: invited.email, name: invited.name, role: invited.role };
	return (
		<Dialog
			title={
				<>
					Make a new link for <span className="mono">{invited.email}</span>?
				</>
			}
			onClose={onClose}
			foot={
				<>
					<Button onPress={onClose}>Keep the present one</Button>
					<Button
						look="primary"
						blocked={add.isPending}
						onPress={() => add.mutate(body, { onSuccess: (made) => onMade(made, body) })}
					>
						{add.isPending ? 'Making…' : 'Make new link'}
					</Button>
				</>
			}
		>
			<p className="sub">
				The present one stops working at once. The new one can be copied once, right after this, and starts its time
				anew.
			</p>
			<MemberProblem error={add.error} what="The link could not be made" />
		</Dialog>
	);
}
