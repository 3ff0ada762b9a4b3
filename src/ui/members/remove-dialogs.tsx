'use client';

import { Button } from '#ui/controls/button.tsx';
import { Dialog } from '#ui/controls/dialog-lazy.tsx';
import { useSay } from '#ui/controls/live.tsx';
import { useHere } from '#ui/tenant.tsx';
import { MemberProblem } from './member-problem.tsx';
import { type Invited, type Member, useMemberActions } from './members.ts';

/** Says what ends with a membership, and what stays. */
export function RemoveDialog({ member, onClose }: { member: Member; onClose: () => void }) {
	const { me, tenant } = useHere();
	const { remove } = useMemberActions(tenant);
	const say = useSay();
	const own = member.userId === me.user.id;
	const links = (who: string) =>
		member.role === 'ADMIN' ? `, and so does every link that ${who} made and nobody has used yet` : '';
	const onSuccess = () => {
		say(`${member.name} is no longer in ${tenant}.`);
		onClose();
	};
	return (
		<Dialog
			title={own ? `Remove yourself from ${tenant}?` : `Remove ${member.name} from ${tenant}?`}
			onClose={onClose}
			foot={
				<>
					<Button onPress={onClose}>{own ? `Stay in ${tenant}` : 'Keep member'}</Button>
					<Button look="danger" blocked={remove.isPending} onPress={() => remove.mutate(member.id, { onSuccess })}>
						{remove.isPending ? 'Removing…' : own ? 'Remove myself' : 'Remove member'}
					</Button>
				</>
			}
		>
			{own ? (
				<p className="sub">
					<strong className="strong">This is you: {tenant} closes for you at once.</strong> Every API token that you
					made here stops working for good{links('you')}. Your account and what you did stay: the audit log keeps each
					row. To come back you need another ADMIN.
				</p>
			) : (
				<p className="sub">
					From their next request on {tenant} is closed to them, and every API token that they made here stops working
					for good{links('they')}. Their account and what they did stay: the audit log keeps each row.
				</p>
			)}
			<MemberProblem error={remove.error} what="The member could not be removed" />
		</Dialog>
	);
}

/** A link that was handed to the wrong person, or is no longer wanted. */
export function WithdrawDialog({ invited, onClose }: { invited: Invited; onClose: () => void }) {
	const { tenant } = useHere();
	const { remove } = useMemberActions(tenant);
	const say = useSay();
	const onSuccess = () => {
		say(`The link for ${invited.email} is withdrawn.`);
		onClose();
	};
	return (
		<Dialog
			title={
				<>
					Withdraw the link for <span className="mono">{invited.email}</span>?
				</>
			}
			onClose={onClose}
			foot={
				<>
					<Button onPress={onClose}>Keep it</Button>
					<Button look="danger" blocked={remove.isPending} onPress={() => remove.mutate(invited.id, { onSuccess })}>
						{remove.isPending ? 'Withdrawing…' : 'Withdraw link'}
					</Button>
				</>
			}
		>
			<p className="sub">
				It stops working at once, whoever has it. {invited.name} is not in {tenant} and can be added again at any time.
			</p>
			<MemberProblem error={remove.error} what="The link could not be withdrawn" />
		</Dialog>
	);
}
